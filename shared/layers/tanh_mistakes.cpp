#include <cmath>

#include "shared/layers/tanh.hpp"

namespace twin {
namespace tanh_mistakes {

std::vector<Prediction> wrong_outputs(const LayerValues& v) {
  const auto of_x = [&](auto f) { return each(v.x.size(), [&](std::size_t k) { return f(v.x[k]); }); };
  return {
      {"activation_left_out", "y = x", "the activation is left out", v.x.values},
      {"other_activation", "y = 1 / (1 + exp(-x))", "it is another activation, the sigmoid",
       of_x([](double x) { return 1 / (1 + std::exp(-x)); })},
      {"argument_halved", "y = tanh(x/2)",
       "exp(x) stands where exp(2x) belongs: tanh(x) = (exp(2x) - 1) / (exp(2x) + 1)",
       of_x([](double x) { return std::tanh(x / 2); })},
      {"sign_in_exponent", "y = tanh(-x)", "the sign in the exponent is wrong",
       of_x([](double x) { return std::tanh(-x); })},
  };
}

std::vector<Prediction> wrong_input_gradients(const LayerValues& v) {
  const auto times_d_y = [&](auto derivative) {
    return each(v.y.size(), [&](std::size_t k) { return v.d_y[k] * derivative(v.x[k], v.y[k]); });
  };
  return {
      {"derivative_left_out", "d_x = d_y", "the derivative of tanh is left out", v.d_y.values},
      {"derivative_not_squared", "d_x = d_y·(1 - y)", "the square in the derivative 1 - y² is missing",
       times_d_y([](double, double y) { return 1 - y; })},
      {"derivative_sign", "d_x = d_y·(1 + y²)", "a sign in the derivative is wrong",
       times_d_y([](double, double y) { return 1 + y * y; })},
      {"derivative_of_output", "d_x = d_y·(1 - tanh²(y))",
       "the derivative is taken of the output, as if tanh were applied twice: tanh(y) where y belongs",
       times_d_y([](double, double y) { return 1 - std::tanh(y) * std::tanh(y); })},
      {"derivative_in_input", "d_x = d_y·(1 - x²)",
       "1 - y² is written in the output, and gets the input (the pre-activation)",
       times_d_y([](double x, double) { return 1 - x * x; })},
      {"derivative_of_sigmoid", "d_x = d_y·y(1 - y)", "that is the derivative of the sigmoid",
       times_d_y([](double, double y) { return y * (1 - y); })},
      {"derivative_twice", "d_x = d_y·(1 - y²)²", "the derivative is applied twice",
       times_d_y([](double, double y) { return (1 - y * y) * (1 - y * y); })},
      {"upstream_ignored", "d_x = 1 - y²", "what flows back into the layer is left out",
       each(v.y.size(), [&](std::size_t k) { return 1 - v.y[k] * v.y[k]; })},
  };
}

}  // namespace tanh_mistakes

std::vector<Prediction> TanhSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace tanh_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(v);
  return {};
}

}  // namespace twin
