// What every optimiser of manual/optim has in common: a state for each parameter, a count of steps, and a
// walk over the parameters. A rule (manual/optim/sgd.hpp) says how one parameter moves; its unit,
// manual/optim/<stem>.cpp, says TWIN_OPTIMIZER(Kind).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "manual/matrix.hpp"
#include "manual/parameter.hpp"
#include "shared/specs/network_spec.hpp"

namespace twin::manual {

template <typename Scalar>
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// Moves every parameter against its gradient at the rate lr, in step number t = 1, 2, ….
  virtual void step(double lr, std::int64_t t) = 0;
  virtual const char* formula() const = 0;

  /// Of the i-th parameter, in the order of state_names(specification): state()[i·names + k].
  std::vector<RowVector<Scalar>>& state() { return state_; }
  const std::vector<RowVector<Scalar>>& state() const { return state_; }

 protected:
  std::vector<RowVector<Scalar>> state_;
};

/// Rule: Sgd, Adam, … Parameters: a vector of views, or a tuple of views of sizes that the compiler knows.
template <typename Rule, typename Parameters = std::vector<Parameter<typename Rule::Scalar>>>
class Updater final : public Optimizer<typename Rule::Scalar> {
  using Scalar = typename Rule::Scalar;

 public:
  /// Keeps the views: their owner outlives the optimiser.
  Updater(const typename Rule::Spec& spec, const Parameters& parameters)
      : rule_(spec), parameters_(parameters), states_(spec.state_names().size()) {
    for_each_parameter(parameters, [&](const auto& parameter) {
      for (std::size_t k = 0; k < states_; ++k)
        this->state_.push_back(
            RowVector<Scalar>::Constant(parameter.value.size(), Scalar(initial_state(spec, k))));
    });
  }

  [[gnu::flatten]] void step(double lr, std::int64_t t) override {
    rule_.begin(lr, t);
    RowVector<Scalar>* state = this->state_.data();
    for_each_parameter(parameters_, [&](auto& parameter) {
      if constexpr (requires { rule_.update(parameter.value, parameter.gradient, state, parameter.role); })
        rule_.update(parameter.value, parameter.gradient, state, parameter.role);
      else
        rule_.update(parameter.value, parameter.gradient, state);
      state += states_;
    });
  }
  const char* formula() const override { return Rule::formula; }

 private:
  /// Of the k-th state: 0, unless the specification says otherwise.
  static double initial_state(const typename Rule::Spec& spec, std::size_t k) {
    if constexpr (requires { spec.initial_state(k); })
      return spec.initial_state(k);
    else
      return 0;
  }

  Rule rule_;
  Parameters parameters_;
  std::size_t states_;
};

/// Defined for every specification by its unit.
template <typename Scalar, typename Spec>
std::unique_ptr<Optimizer<Scalar>> make_optimizer_of(const Spec& spec,
                                                     const std::vector<Parameter<Scalar>>& parameters);

template <typename Scalar>
std::unique_ptr<Optimizer<Scalar>> make_optimizer(const OptimizerSpec& spec,
                                                  const std::vector<Parameter<Scalar>>& parameters) {
  return std::visit([&](const auto& kind) { return make_optimizer_of<Scalar>(kind, parameters); }, spec);
}

}  // namespace twin::manual

#define TWIN_OPTIMIZER_OF(Kind, Scalar)                                                                    \
  template <>                                                                                              \
  std::unique_ptr<Optimizer<Scalar>> make_optimizer_of(const Kind##Spec& spec,                             \
                                                       const std::vector<Parameter<Scalar>>& parameters) { \
    return std::make_unique<Updater<Kind<Scalar>>>(spec, parameters);                                      \
  }
#define TWIN_OPTIMIZER(Kind)            \
  namespace twin::manual {              \
  TWIN_OPTIMIZER_OF(Kind, float)        \
  TWIN_OPTIMIZER_OF(Kind, double)       \
  TWIN_OPTIMIZER_OF(Kind, RunningError) \
  }
