#include "shared/networks/words.hpp"

namespace twin {

NetworkSpec word2vec(std::int64_t vocabulary, std::int64_t steps) {
  constexpr std::int64_t kWordVector = 64;
  NetworkSpec spec{{{"embedding", EmbeddingSpec{vocabulary, kWordVector}},
                    {"output", DenseSpec{kWordVector, vocabulary, false}}},
                   CrossEntropyLossSpec{},
                   AdamSpec{.lr = 3e-3},
                   XavierUniformInitialiser{},
                   {1},
                   LinearSchedule{.start_factor = 1, .end_factor = 0.02, .total_iters = steps}};
  validate(spec);
  return spec;
}

}  // namespace twin
