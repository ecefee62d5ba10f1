#include "shared/optim/sgd.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void SgdSpec::validate() const {
  if (nesterov && (momentum == 0 || dampening != 0))
    throw UsageError(
        fmt::format("Nesterov's step with a momentum of {} and a dampening of {}", momentum, dampening), {},
        "give a momentum above 0 and no dampening");
}

std::vector<std::string> SgdSpec::state_names() const {
  if (momentum == 0) return {};
  return {"momentum_buffer"};
}

std::vector<double> SgdSpec::implied_gradient(const UpdateValues& before, const Array& moved,
                                              const std::vector<Array>& state) const {
  const auto without_decay = [&](std::size_t k, double g) {
    return weight_decay == 0 ? g : g - weight_decay * before.value[k];
  };
  if (state.empty())
    return each(moved.size(), [&](std::size_t k) { return without_decay(k, moved[k] / before.lr); });
  const Array& v = before.state.at("momentum_buffer");
  return each(v.size(), [&](std::size_t k) {
    return without_decay(k, (state[0][k] - momentum * v[k]) / share(before.step));
  });
}

std::vector<Example> SgdSpec::examples() {
  return {training_example("plain", SgdSpec{.lr = 0.3}),
          training_example("momentum", SgdSpec{.lr = 0.03, .momentum = 0.9}),
          large_training_example("several_hundred_parameters", SgdSpec{.lr = 0.03, .momentum = 0.9}),
          training_example("weight_decay", SgdSpec{.lr = 0.3, .weight_decay = 0.5}),
          training_example("dampening", SgdSpec{.lr = 0.03, .momentum = 0.9, .dampening = 0.25}),
          training_example("nesterov", SgdSpec{.lr = 0.03, .momentum = 0.9, .nesterov = true}),
          large_training_example("nesterov_weight_decay",
                                 SgdSpec{.lr = 0.03, .momentum = 0.9, .weight_decay = 0.5, .nesterov = true}),
          training_example("momentum_weight_decay",
                           SgdSpec{.lr = 0.03, .momentum = 0.9, .dampening = 0.5, .weight_decay = 0.5})};
}

}  // namespace twin
