#include <algorithm>
#include <cmath>

#include "shared/layers/relu.hpp"

namespace twin {
namespace relu_mistakes {

constexpr double kLeak = 0.01;  // of torch.nn.LeakyReLU

std::vector<Prediction> wrong_outputs(const LayerValues& v) {
  const auto of_x = [&](auto f) { return each(v.x.size(), [&](std::size_t k) { return f(v.x[k]); }); };
  return {
      {"activation_left_out", "y = x", "the activation is left out", v.x.values},
      {"other_side", "y = min(x, 0)", "the wrong half is kept",
       of_x([](double x) { return std::min(x, 0.0); })},
      {"absolute_value", "y = |x|", "negative inputs change their sign instead of being cut off",
       of_x([](double x) { return std::abs(x); })},
      {"other_activation", "y = max(x, 0.01·x)", "it is another activation, the leaky ReLU",
       of_x([](double x) { return std::max(x, kLeak * x); })},
  };
}

std::vector<Prediction> wrong_input_gradients(const LayerValues& v) {
  const auto of = [&](auto f) {
    return each(v.x.size(), [&](std::size_t k) { return f(v.x[k], v.d_y[k]); });
  };
  return {
      {"derivative_left_out", "d_x = d_y", "the derivative of the ReLU is left out", v.d_y.values},
      {"mask_of_upstream", "d_x = d_y·[d_y > 0]",
       "what flows back decides what passes, where the input has to",
       of([](double, double d_y) { return std::max(d_y, 0.0); })},
      {"kink_passes", "d_x = d_y·[x ≥ 0]", "the derivative at 0 is taken to be 1; PyTorch takes 0",
       of([](double x, double d_y) { return x >= 0 ? d_y : 0; })},
      {"kink_halved", "d_x = d_y·([x > 0] + [x = 0]/2)",
       "the derivative at 0 is taken to be 1/2; PyTorch takes 0", of([](double x, double d_y) {
         return x > 0 ? d_y : x < 0 ? 0 : d_y / 2;
       })},
      {"other_side", "d_x = d_y·[x < 0]", "the wrong half lets the gradient pass",
       of([](double x, double d_y) { return x < 0 ? d_y : 0; })},
      {"derivative_of_leaky", "d_x = d_y·(x > 0 ? 1 : 0.01)", "that is the derivative of the leaky ReLU",
       of([](double x, double d_y) { return x > 0 ? d_y : kLeak * d_y; })},
      {"output_for_derivative", "d_x = d_y·y", "the output stands where its derivative belongs",
       of([](double x, double d_y) { return d_y * std::max(x, 0.0); })},
      {"upstream_ignored", "d_x = [x > 0]", "what flows back into the layer is left out",
       of([](double x, double) { return x > 0 ? 1.0 : 0.0; })},
  };
}

}  // namespace relu_mistakes

std::vector<Prediction> ReluSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace relu_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(v);
  return {};
}

}  // namespace twin
