#include <algorithm>
#include <cmath>

#include "shared/layers/softplus.hpp"

namespace twin {
namespace softplus_mistakes {

// log(1 + exp(x)), also where exp(x) overflows.
double log_one_plus_exp(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double sigma(double x) { return 1 / (1 + std::exp(-x)); }

std::vector<Prediction> wrong_outputs(const SoftplusSpec& spec, const LayerValues& v) {
  const double beta = spec.beta, threshold = spec.threshold;
  const auto of_x = [&](auto f) { return each(v.x.size(), [&](std::size_t k) { return f(v.x[k]); }); };
  const auto below_threshold = [&](auto f) {
    return of_x([&](double x) { return beta * x > threshold ? x : f(x); });
  };
  return {
      {"activation_left_out", "y = x", "the activation is left out", v.x.values},
      {"other_activation", "y = max(x, 0)", "it is another activation, the ReLU",
       of_x([](double x) { return std::max(x, 0.0); })},
      {"beta_missing", "y = log(1 + exp(x))", "β is left out",
       of_x([=](double x) { return x > threshold ? x : log_one_plus_exp(x); })},
      {"division_missing", "y = log(1 + exp(β·x))", "the division by β is left out",
       below_threshold([=](double x) { return log_one_plus_exp(beta * x); })},
      {"inner_beta_missing", "y = log(1 + exp(x)) / β", "β is left out of the exponent",
       below_threshold([=](double x) { return log_one_plus_exp(x) / beta; })},
      {"sign_in_exponent", "y = log(1 + exp(-β·x)) / β", "the sign in the exponent is wrong",
       below_threshold([=](double x) { return log_one_plus_exp(-beta * x) / beta; })},
      {"threshold_missing", "y = log(1 + exp(β·x)) / β everywhere", "above the threshold, y is x",
       of_x([=](double x) { return log_one_plus_exp(beta * x) / beta; })},
      {"threshold_of_input", "y = x where x > threshold", "the threshold is one for β·x, not for x",
       of_x([=](double x) { return x > threshold ? x : log_one_plus_exp(beta * x) / beta; })},
  };
}

std::vector<Prediction> wrong_input_gradients(const SoftplusSpec& spec, const LayerValues& v) {
  const double beta = spec.beta, threshold = spec.threshold;
  const auto times_d_y = [&](auto derivative) {
    return each(v.x.size(), [&](std::size_t k) { return v.d_y[k] * derivative(v.x[k], v.y[k]); });
  };
  const auto below_threshold = [&](auto derivative) {
    return times_d_y([&](double x, double y) { return beta * x > threshold ? 1 : derivative(x, y); });
  };
  return {
      {"derivative_left_out", "d_x = d_y", "the derivative of the softplus is left out", v.d_y.values},
      {"beta_missing", "d_x = d_y·σ(x)", "β is left out of the exponent",
       below_threshold([](double x, double) { return sigma(x); })},
      {"beta_not_cancelled", "d_x = d_y·β·σ(β·x)",
       "the β of the inner derivative and the 1/β in front of the logarithm cancel each other",
       below_threshold([=](double x, double) { return beta * sigma(beta * x); })},
      {"division_twice", "d_x = d_y·σ(β·x) / β",
       "the 1/β in front of the logarithm is cancelled by the inner derivative",
       below_threshold([=](double x, double) { return sigma(beta * x) / beta; })},
      {"derivative_of_output", "d_x = d_y·σ(β·y)",
       "the derivative is written in the input, and gets the output",
       below_threshold([=](double, double y) { return sigma(beta * y); })},
      {"sign_in_exponent", "d_x = d_y·σ(-β·x)", "the sign in the exponent is wrong",
       below_threshold([=](double x, double) { return sigma(-beta * x); })},
      {"derivative_of_sigmoid", "d_x = d_y·σ(β·x)·(1 - σ(β·x))",
       "that is the derivative of the sigmoid, which is the derivative already",
       below_threshold([=](double x, double) { return sigma(beta * x) * sigma(-beta * x); })},
      {"derivative_of_relu", "d_x = d_y·[x > 0]", "that is the derivative of the ReLU",
       times_d_y([](double x, double) { return x > 0 ? 1 : 0; })},
      {"threshold_missing", "d_x = d_y·σ(β·x) everywhere", "above the threshold, the slope is 1",
       times_d_y([=](double x, double) { return sigma(beta * x); })},
      {"upstream_ignored", "d_x = σ(β·x)", "what flows back into the layer is left out",
       each(v.x.size(), [&](std::size_t k) { return beta * v.x[k] > threshold ? 1 : sigma(beta * v.x[k]); })},
  };
}

}  // namespace softplus_mistakes

std::vector<Prediction> SoftplusSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace softplus_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(*this, v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(*this, v);
  return {};
}

}  // namespace twin
