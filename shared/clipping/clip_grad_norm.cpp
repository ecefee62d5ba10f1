#include "shared/clipping/clip_grad_norm.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<Example> ClipGradNormSpec::examples() {
  const auto with = [](std::string name, double max_norm) {
    return training_example(std::move(name), SgdSpec{.lr = 0.3}, {}, ClipGradNormSpec{max_norm});
  };
  return {
      with("clipped", 1e-2), with("too_small_to_be_clipped", 1e3),
      large_training_example("several_hundred_parameters", SgdSpec{.lr = 0.3}, {}, ClipGradNormSpec{1e-2})};
}

}  // namespace twin
