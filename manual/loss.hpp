// Any loss of manual/losses.
#pragma once

#include <variant>

#include "manual/losses/cross_entropy.hpp"
#include "manual/losses/inner_product.hpp"
#include "manual/losses/mse.hpp"
#include "shared/specs/network_spec.hpp"

namespace twin::manual {

template <typename Scalar>
using Targets = std::variant<ConstMatrixView<Scalar>, std::span<const std::int64_t>>;

template <typename Scalar>
class Loss {
 public:
  using Targets = manual::Targets<Scalar>;

  explicit Loss(const LossSpec& spec)
      : kind_(std::visit([](const auto& kind) { return make(kind); }, spec)),
        forward_formula(std::visit([](const auto& loss) { return loss.forward_formula; }, kind_)),
        backward_formula(std::visit([](const auto& loss) { return loss.backward_formula; }, kind_)) {}

  bool takes_labels() const { return std::holds_alternative<CrossEntropyLoss<Scalar>>(kind_); }

  /// Precondition: targets hold labels exactly when takes_labels().
  Scalar forward(ConstMatrixView<Scalar> y, const Targets& targets) {
    return std::visit(
        [&](auto& loss) {
          return loss.forward(y, std::get<typename std::decay_t<decltype(loss)>::Targets>(targets));
        },
        kind_);
  }

  /// The gradient of the last forward() by y.
  const Matrix<Scalar>& backward() {
    return std::visit([](auto& loss) -> const Matrix<Scalar>& { return loss.backward(); }, kind_);
  }

 private:
  using Kind = std::variant<MseLoss<Scalar>, CrossEntropyLoss<Scalar>, InnerProductLoss<Scalar>>;

  static Kind make(const MseLossSpec& spec) { return MseLoss<Scalar>(spec); }
  static Kind make(const CrossEntropyLossSpec& spec) { return CrossEntropyLoss<Scalar>(spec); }
  static Kind make(const InnerProductLossSpec& spec) { return InnerProductLoss<Scalar>(spec); }

  Kind kind_;

 public:
  const char* const forward_formula;
  const char* const backward_formula;
};

}  // namespace twin::manual
