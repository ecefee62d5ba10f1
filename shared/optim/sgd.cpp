#include "shared/optim/sgd.hpp"

#include "shared/specs/example.hpp"

namespace twin {

std::vector<std::string> SgdSpec::state_names() const {
  if (momentum == 0) return {};
  return {"momentum_buffer"};
}

std::vector<double> SgdSpec::implied_gradient(const UpdateValues& before, const Array& moved,
                                              const std::vector<Array>& state) const {
  if (state.empty()) return each(moved.size(), [&](std::size_t k) { return moved[k] / before.lr; });
  const Array& v = before.state.at("momentum_buffer");
  return each(v.size(), [&](std::size_t k) { return state[0][k] - momentum * v[k]; });
}

std::vector<Example> SgdSpec::examples() {
  return {training_example("plain", SgdSpec{.lr = 0.3}),
          training_example("momentum", SgdSpec{.lr = 0.03, .momentum = 0.9}),
          large_training_example("several_hundred_parameters", SgdSpec{.lr = 0.03, .momentum = 0.9})};
}

}  // namespace twin
