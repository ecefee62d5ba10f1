#include "shared/optim/rmsprop.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<std::string> RmspropSpec::state_names() const {
  std::vector<std::string> names{"square_avg"};
  if (momentum != 0) names.emplace_back("momentum_buffer");
  if (centered) names.emplace_back("grad_avg");
  return names;
}

std::vector<double> RmspropSpec::implied_gradient(const UpdateValues& before, const Array&,
                                                  const std::vector<Array>& state) const {
  if (!centered) return {};
  const Array& a = before.state.at("grad_avg");
  return each(a.size(), [&](std::size_t k) {
    return (state.back()[k] - alpha * a[k]) / (1 - alpha) - weight_decay * before.value[k];
  });
}

std::vector<Example> RmspropSpec::examples() {
  return {
      training_example("plain", RmspropSpec{.lr = 0.01}),
      large_training_example("several_hundred_parameters",
                             RmspropSpec{.lr = 0.01, .alpha = 0.9, .momentum = 0.9, .centered = true}),
      // eps is about as large as the gradients, so an eps in the wrong place changes the step.
      training_example("large_eps", RmspropSpec{.lr = 0.01, .eps = 0.1}),
      training_example("momentum", RmspropSpec{.lr = 0.01, .alpha = 0.9, .eps = 0.1, .momentum = 0.9}),
      training_example("centered", RmspropSpec{.lr = 0.01, .alpha = 0.9, .centered = true}),
      training_example("weight_decay", RmspropSpec{.lr = 0.01, .weight_decay = 0.5}),
      training_example(
          "all_options",
          RmspropSpec{
              .lr = 0.01, .alpha = 0.5, .eps = 0.1, .weight_decay = 0.5, .momentum = 0.5, .centered = true})};
}

}  // namespace twin
