#include "shared/clipping/clip_grad_value.hpp"

#include "shared/specs/example.hpp"

namespace twin {

// Some elements are clipped, and some are not.
std::vector<Example> ClipGradValueSpec::examples() {
  const auto with = [](std::string name, double clip_value) {
    return training_example(std::move(name), SgdSpec{.lr = 0.3}, {}, ClipGradValueSpec{clip_value});
  };
  return {
      with("clipped", 0.1), with("too_small_to_be_clipped", 1e3),
      large_training_example("several_hundred_parameters", SgdSpec{.lr = 0.3}, {}, ClipGradValueSpec{0.02})};
}

}  // namespace twin
