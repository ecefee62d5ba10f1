// Any loss of autograd/losses, as a function.
#pragma once

#include <functional>
#include <variant>

#include "autograd/losses/cross_entropy.hpp"
#include "autograd/losses/inner_product.hpp"
#include "autograd/losses/mse.hpp"
#include "shared/specs/network_spec.hpp"

namespace twin::autograd {

using LossFunction = std::function<torch::Tensor(const torch::Tensor& outputs, const torch::Tensor& targets)>;

inline LossFunction make_loss_function(const LossSpec& spec) {
  return std::visit(
      [](const auto& kind) -> LossFunction {
        return [loss = make_loss(kind)](const torch::Tensor& outputs, const torch::Tensor& targets) mutable {
          return loss->forward(outputs, targets);
        };
      },
      spec);
}

}  // namespace twin::autograd
