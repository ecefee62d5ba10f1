#include <algorithm>
#include <cmath>

#include "shared/layers/elu.hpp"

namespace twin {
namespace elu_mistakes {

std::vector<Prediction> wrong_outputs(double alpha, const LayerValues& v) {
  // Where x > 0, y = x.
  const auto below_zero = [&](auto f) {
    return each(v.x.size(), [&](std::size_t k) { return v.x[k] > 0 ? v.x[k] : f(v.x[k]); });
  };
  return {
      {"activation_left_out", "y = x", "the activation is left out", v.x.values},
      {"exponential_missing", "y = max(x, 0)", "negative inputs are cut off, as by the ReLU",
       below_zero([](double) { return 0.0; })},
      {"alpha_missing", "y = exp(x) - 1 where x ≤ 0", "α is left out",
       below_zero([](double x) { return std::expm1(x); })},
      {"one_missing", "y = α·exp(x) where x ≤ 0", "the 1 is not subtracted: the output jumps at 0",
       below_zero([=](double x) { return alpha * std::exp(x); })},
      {"alpha_inside", "y = exp(α·x) - 1 where x ≤ 0", "α stands in the exponent, not in front",
       below_zero([=](double x) { return std::expm1(alpha * x); })},
      {"bracket_missing", "y = α·exp(x) - 1 where x ≤ 0", "the 1 is not multiplied by α",
       below_zero([=](double x) { return alpha * std::exp(x) - 1; })},
      {"sign_in_exponent", "y = α·(exp(-x) - 1) where x ≤ 0", "the sign in the exponent is wrong",
       below_zero([=](double x) { return alpha * std::expm1(-x); })},
      {"other_activation", "y = α·x where x ≤ 0", "it is another activation, the leaky ReLU",
       below_zero([=](double x) { return alpha * x; })},
  };
}

std::vector<Prediction> wrong_input_gradients(double alpha, const LayerValues& v) {
  // Where x > 0, the derivative is 1.
  const auto below_zero = [&](auto derivative) {
    return each(v.x.size(),
                [&](std::size_t k) { return v.d_y[k] * (v.x[k] > 0 ? 1 : derivative(v.x[k], v.y[k])); });
  };
  return {
      {"derivative_left_out", "d_x = d_y", "the derivative of the ELU is left out", v.d_y.values},
      {"derivative_of_relu", "d_x = d_y·[x > 0]", "that is the derivative of the ReLU",
       below_zero([](double, double) { return 0.0; })},
      {"alpha_missing", "d_x = d_y·exp(x) where x ≤ 0", "α is left out",
       below_zero([](double x, double) { return std::exp(x); })},
      {"alpha_missing", "d_x = d_y·(y + 1) where x ≤ 0", "1 stands where α belongs",
       below_zero([](double, double y) { return y + 1; })},
      {"output_for_derivative", "d_x = d_y·y where x ≤ 0",
       "the output stands where its derivative, y + α, belongs",
       below_zero([](double, double y) { return y; })},
      {"derivative_in_input", "d_x = d_y·(x + α) where x ≤ 0",
       "y + α is written in the output, and gets the input",
       below_zero([=](double x, double) { return x + alpha; })},
      {"derivative_of_output", "d_x = d_y·α·exp(y) where x ≤ 0",
       "α·exp(x) is written in the input, and gets the output",
       below_zero([=](double, double y) { return alpha * std::exp(y); })},
      {"kink_passes", "d_x = d_y·(x ≥ 0 ? 1 : y + α)",
       "the derivative at 0 is taken to be 1; PyTorch takes α",
       each(v.x.size(), [&](std::size_t k) { return v.d_y[k] * (v.x[k] >= 0 ? 1 : v.y[k] + alpha); })},
      {"upstream_ignored", "d_x = (x > 0 ? 1 : y + α)", "what flows back into the layer is left out",
       each(v.x.size(), [&](std::size_t k) { return v.x[k] > 0 ? 1 : v.y[k] + alpha; })},
  };
}

}  // namespace elu_mistakes

std::vector<Prediction> EluSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace elu_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(alpha, v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(alpha, v);
  return {};
}

}  // namespace twin
