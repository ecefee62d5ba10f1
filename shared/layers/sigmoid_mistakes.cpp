#include <cmath>

#include "shared/layers/sigmoid.hpp"

namespace twin {
namespace sigmoid_mistakes {

double sigma(double x) { return 1 / (1 + std::exp(-x)); }

std::vector<Prediction> wrong_outputs(const LayerValues& v) {
  return {
      {"sign_in_exponent", "y = 1 / (1 + exp(x))", "the sign in the exponent is wrong",
       each(v.x.size(), [&](std::size_t k) { return sigma(-v.x[k]); })},
      {"other_activation", "y = tanh(x)", "it is another activation",
       each(v.x.size(), [&](std::size_t k) { return std::tanh(v.x[k]); })},
      {"activation_left_out", "y = x", "the activation is left out", v.x.values},
  };
}

std::vector<Prediction> wrong_input_gradients(const LayerValues& v) {
  const auto times_d_y = [&](auto derivative) {
    return each(v.y.size(), [&](std::size_t k) { return v.d_y[k] * derivative(v.x[k], v.y[k]); });
  };
  return {
      {"derivative_left_out", "d_x = d_y", "the derivative of the sigmoid is left out",
       times_d_y([](double, double) { return 1.0; })},
      {"derivative_of_output", "d_x = d_y·σ(y)(1 - σ(y))",
       "the derivative is taken of the output, as if the sigmoid were applied twice: σ(y) where y belongs",
       times_d_y([](double, double y) { return sigma(y) * (1 - sigma(y)); })},
      {"derivative_in_input", "d_x = d_y·x(1 - x)",
       "y(1 - y) is written in the output, and gets the input (the pre-activation)",
       times_d_y([](double x, double) { return x * (1 - x); })},
      {"derivative_twice", "d_x = d_y·(y(1 - y))²", "the derivative is applied twice",
       times_d_y([](double, double y) { return y * (1 - y) * y * (1 - y); })},
      {"derivative_factor_missing", "d_x = d_y·y", "the factor 1 - y of the derivative is missing",
       times_d_y([](double, double y) { return y; })},
      {"derivative_factor_missing", "d_x = d_y·(1 - y)", "the factor y of the derivative is missing",
       times_d_y([](double, double y) { return 1 - y; })},
      {"derivative_of_tanh", "d_x = d_y·(1 - y²)", "that is the derivative of tanh",
       times_d_y([](double, double y) { return 1 - y * y; })},
      {"derivative_sign", "d_x = d_y·y(1 + y)", "a sign in the derivative is wrong",
       times_d_y([](double, double y) { return y * (1 + y); })},
      {"upstream_ignored", "d_x = y(1 - y)", "what flows back into the layer is left out",
       each(v.y.size(), [&](std::size_t k) { return v.y[k] * (1 - v.y[k]); })},
  };
}

}  // namespace sigmoid_mistakes

std::vector<Prediction> SigmoidSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace sigmoid_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(v);
  return {};
}

}  // namespace twin
