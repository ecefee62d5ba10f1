// Any loss of manual/losses, as a network holds it; the unit of a loss, manual/losses/<stem>.cpp, says
// TWIN_LOSS(Kind) after its header.
#pragma once

#include <memory>
#include <span>
#include <type_traits>

#include "manual/activation.hpp"
#include "shared/specs/network_spec.hpp"

namespace twin::manual {

/// Values, in the shape of the outputs or in that which the loss asks for, or labels: it takes one of them.
template <typename Scalar>
struct Targets {
  Activation<Scalar> values;
  std::span<const std::int64_t> labels;
};

struct LossFormulas {
  const char* forward;
  const char* backward;
};

template <typename Scalar>
class Loss {
 public:
  virtual ~Loss() = default;
  /// Precondition: validate_targets() found nothing to object to.
  virtual Scalar forward(const Activation<Scalar>& y, const Targets<Scalar>& targets) = 0;
  /// The gradient of the last forward() by y, in the shape of y.
  virtual Activation<Scalar> backward() = 0;
  virtual LossFormulas formulas() const = 0;
};

/// Defined for every specification by its unit.
template <typename Scalar, typename Spec>
std::unique_ptr<Loss<Scalar>> make_loss_of(const Spec& spec);

template <typename Scalar>
std::unique_ptr<Loss<Scalar>> make_loss(const LossSpec& spec) {
  return std::visit([](const auto& kind) { return make_loss_of<Scalar>(kind); }, spec);
}

/// Puts a loss of manual/losses behind the interface. A loss says what it needs by the way it is written:
///   forward(ConstMatrixView y, …)   it works on features: leading extents are rows, as they are of values;
///                                   labels are one for each row
///   forward(Activation y, …)        it knows more extents
///   Targets                         ConstMatrixView, Activation, or a span of labels
template <typename Scalar, typename Kind>
class LossUnit final : public Loss<Scalar> {
 public:
  template <typename Spec>
  explicit LossUnit(const Spec& spec) : loss_(spec) {}

  Scalar forward(const Activation<Scalar>& y, const Targets<Scalar>& targets) override {
    y_ = y.extents();
    if constexpr (requires { loss_.forward(y, targets_of(targets)); })
      return loss_.forward(y, targets_of(targets));
    else
      return loss_.forward(y.as_matrix(), targets_of(targets));
  }
  Activation<Scalar> backward() override { return {loss_.backward(), y_}; }
  LossFormulas formulas() const override { return {Kind::forward_formula, Kind::backward_formula}; }

 private:
  static typename Kind::Targets targets_of(const Targets<Scalar>& targets) {
    if constexpr (std::is_same_v<typename Kind::Targets, std::span<const std::int64_t>>)
      return targets.labels;
    else if constexpr (std::is_same_v<typename Kind::Targets, Activation<Scalar>>)
      return targets.values;
    else
      return targets.values.as_matrix();
  }

  Kind loss_;
  Extents y_;  // of the last way forward
};

}  // namespace twin::manual

#define TWIN_LOSS_OF(Kind, Scalar)                                     \
  template <>                                                          \
  std::unique_ptr<Loss<Scalar>> make_loss_of(const Kind##Spec& spec) { \
    return std::make_unique<LossUnit<Scalar, Kind<Scalar>>>(spec);     \
  }
#define TWIN_LOSS(Kind)            \
  namespace twin::manual {         \
  TWIN_LOSS_OF(Kind, float)        \
  TWIN_LOSS_OF(Kind, double)       \
  TWIN_LOSS_OF(Kind, RunningError) \
  }
