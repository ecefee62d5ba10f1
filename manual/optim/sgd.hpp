// Stochastic gradient descent with momentum (torch.optim.SGD without dampening; Polyak 1964; Sutskever et al.
// 2013).
//
//   v ← momentum·v + g          v starts at 0
//   w ← w - lr·v
//
//   The learning rate stays outside the velocity: a change of lr acts at once on the whole step, as in
//   PyTorch. (In Sutskever's form, v ← momentum·v - lr·g, an old lr lives on in v.)
#pragma once

#include <string>
#include <vector>

#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/specs/network_spec.hpp"

namespace twin::manual {

template <typename Scalar, typename Parameters = std::vector<Parameter<Scalar>>>
class Sgd {
 public:
  static constexpr const char* formula = "v ← momentum·v + g, w ← w - lr·v";
  /// The velocity of a parameter, under PyTorch's name for it.
  static std::string state_name(const std::string& parameter) { return parameter + ".momentum_buffer"; }

  /// Keeps the views: their owner outlives the optimiser.
  Sgd(const SgdSpec& spec, const Parameters& parameters)
      : lr_(Scalar(spec.lr)), momentum_(Scalar(spec.momentum)), parameters_(parameters) {
    if (spec.momentum == 0) return;
    for_each_parameter(parameters, [&](const auto& parameter) {
      velocities_.push_back(RowVector<Scalar>::Zero(parameter.value.size()));
    });
  }

  /// Moves every parameter against its gradient.
  [[gnu::flatten]] void step() {
    std::size_t i = 0;
    for_each_parameter(parameters_, [&](auto& parameter) {
      if (velocities_.empty()) {
        parameter.value -= lr_ * parameter.gradient;
      } else {
        velocities_[i] = momentum_ * velocities_[i] + parameter.gradient;
        parameter.value -= lr_ * velocities_[i];
        ++i;
      }
    });
  }

  /// One velocity for each parameter, in their order; none without momentum.
  std::vector<RowVector<Scalar>>& state() { return velocities_; }
  const std::vector<RowVector<Scalar>>& state() const { return velocities_; }

 private:
  Scalar lr_, momentum_;
  Parameters parameters_;
  std::vector<RowVector<Scalar>> velocities_;
};

}  // namespace twin::manual
