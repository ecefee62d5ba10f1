#include <algorithm>
#include <cmath>

#include "shared/layers/silu.hpp"

namespace twin {
namespace silu_mistakes {

double sigma(double x) { return 1 / (1 + std::exp(-x)); }

std::vector<Prediction> wrong_outputs(const LayerValues& v) {
  const auto of_x = [&](auto f) { return each(v.x.size(), [&](std::size_t k) { return f(v.x[k]); }); };
  return {
      {"activation_left_out", "y = x", "the activation is left out", v.x.values},
      {"input_factor_missing", "y = σ(x)", "the factor x is missing: that is the sigmoid", of_x(sigma)},
      {"sign_in_exponent", "y = x·σ(-x)", "the sign in the exponent is wrong",
       of_x([](double x) { return x * sigma(-x); })},
      {"other_activation", "y = x·½(1 + erf(x/√2))", "it is another activation, the GELU",
       of_x([](double x) { return x * std::erfc(-x / std::sqrt(2.0)) / 2; })},
      {"argument_scaled", "y = x·σ(1.702·x)", "that is the GELU by a sigmoid: here x is not scaled",
       of_x([](double x) { return x * sigma(1.702 * x); })},
      {"other_activation", "y = max(x, 0)", "it is another activation, the ReLU",
       of_x([](double x) { return std::max(x, 0.0); })},
  };
}

std::vector<Prediction> wrong_input_gradients(const LayerValues& v) {
  const auto times_d_y = [&](auto derivative) {
    return each(v.x.size(), [&](std::size_t k) { return v.d_y[k] * derivative(v.x[k], v.y[k]); });
  };
  return {
      {"derivative_left_out", "d_x = d_y", "the derivative of the SiLU is left out", v.d_y.values},
      {"second_term_missing", "d_x = d_y·σ(x)",
       "the product rule is left out: x stands in the sigmoid too, which adds y·(1 - σ(x))",
       times_d_y([](double x, double) { return sigma(x); })},
      {"first_term_missing", "d_x = d_y·y·(1 - σ(x))",
       "the product rule is left out: the first factor, x, moves too, which adds σ(x)",
       times_d_y([](double x, double y) { return y * sigma(-x); })},
      {"derivative_of_sigmoid", "d_x = d_y·σ(x)·(1 - σ(x))", "that is the derivative of the sigmoid",
       times_d_y([](double x, double) { return sigma(x) * sigma(-x); })},
      {"output_for_sigmoid", "d_x = d_y·(y + y·(1 - y))", "y is taken for σ(x); it is x·σ(x)",
       times_d_y([](double, double y) { return y + y * (1 - y); })},
      {"output_for_input", "d_x = d_y·σ(x)·(1 + y·(1 - σ(x)))", "y stands where x belongs",
       times_d_y([](double x, double y) { return sigma(x) * (1 + y * sigma(-x)); })},
      {"complement_of_output", "d_x = d_y·(σ(x) + y·(1 - y))", "y stands where σ(x) belongs, in 1 - σ(x)",
       times_d_y([](double x, double y) { return sigma(x) + y * (1 - y); })},
      {"sign_of_second_term", "d_x = d_y·(σ(x) - y·(1 - σ(x)))", "the sign of the second term is wrong",
       times_d_y([](double x, double y) { return sigma(x) - y * sigma(-x); })},
      {"complement_missing", "d_x = d_y·(σ(x) + y)", "the factor 1 - σ(x) of the second term is missing",
       times_d_y([](double x, double y) { return sigma(x) + y; })},
      {"upstream_ignored", "d_x = σ(x) + y·(1 - σ(x))", "what flows back into the layer is left out",
       each(v.x.size(), [&](std::size_t k) { return sigma(v.x[k]) + v.y[k] * sigma(-v.x[k]); })},
  };
}

}  // namespace silu_mistakes

std::vector<Prediction> SiluSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace silu_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(v);
  return {};
}

}  // namespace twin
