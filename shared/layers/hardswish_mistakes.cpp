#include <algorithm>
#include <cmath>

#include "shared/layers/hardswish.hpp"

namespace twin {
namespace hardswish_mistakes {

double clamped(double x) { return std::clamp(x, 0.0, 6.0); }

std::vector<Prediction> wrong_outputs(const LayerValues& v) {
  const auto of_x = [&](auto f) { return each(v.x.size(), [&](std::size_t k) { return f(v.x[k]); }); };
  return {
      {"activation_left_out", "y = x", "the activation is left out", v.x.values},
      {"shift_missing", "y = x·min(max(x, 0), 6) / 6", "the 3 is not added to x",
       of_x([](double x) { return x * clamped(x) / 6; })},
      {"division_missing", "y = x·min(max(x + 3, 0), 6)", "the division by 6 is left out",
       of_x([](double x) { return x * clamped(x + 3); })},
      {"input_factor_missing", "y = min(max(x + 3, 0), 6) / 6",
       "the factor x is missing: that is the hard sigmoid",
       of_x([](double x) { return clamped(x + 3) / 6; })},
      {"upper_limit_missing", "y = x·max(x + 3, 0) / 6", "the limit of 6 is missing: y grows as x²",
       of_x([](double x) { return x * std::max(x + 3, 0.0) / 6; })},
      {"lower_limit_missing", "y = x·min(x + 3, 6) / 6", "the limit of 0 is missing",
       of_x([](double x) { return x * std::min(x + 3, 6.0) / 6; })},
      {"other_activation", "y = x / (1 + exp(-x))", "that is the SiLU, which the hard swish comes close to",
       of_x([](double x) { return x / (1 + std::exp(-x)); })},
  };
}

std::vector<Prediction> wrong_input_gradients(const LayerValues& v) {
  const auto times_d_y = [&](auto derivative) {
    return each(v.x.size(), [&](std::size_t k) { return v.d_y[k] * derivative(v.x[k]); });
  };
  // Right below and above the kinks.
  const auto between = [&](auto derivative) {
    return times_d_y([&](double x) { return x <= -3 ? 0 : x >= 3 ? 1 : derivative(x); });
  };
  return {
      {"derivative_left_out", "d_x = d_y", "the derivative of the hard swish is left out", v.d_y.values},
      {"second_factor_constant", "d_x = d_y·min(max(x + 3, 0), 6) / 6",
       "the product rule is left out: x stands in the second factor too (x/6 + ½ for x/3 + ½)",
       times_d_y([](double x) { return clamped(x + 3) / 6; })},
      {"first_factor_constant", "d_x = d_y·x/6·[-3 < x < 3]",
       "the product rule is left out: the first factor, x, moves too",
       times_d_y([](double x) { return x > -3 && x < 3 ? x / 6 : 0; })},
      {"mask_missing", "d_x = d_y·(x/3 + ½)", "below -3 the slope is 0, and above 3 it is 1",
       times_d_y([](double x) { return x / 3 + 0.5; })},
      {"half_missing", "d_x = d_y·x/3 between -3 and 3", "the ½ of the derivative is missing",
       between([](double x) { return x / 3; })},
      {"derivative_of_hard_sigmoid", "d_x = d_y/6·[-3 < x < 3]", "that is the derivative of the hard sigmoid",
       times_d_y([](double x) { return x > -3 && x < 3 ? 1.0 / 6 : 0; })},
      {"saturated_above", "d_x = d_y·(x/3 + ½)·[-3 < x < 3]",
       "above 3 only the second factor is constant: y is x there, and its slope 1",
       times_d_y([](double x) { return x > -3 && x < 3 ? x / 3 + 0.5 : 0; })},
      {"upstream_ignored", "d_x = x/3 + ½ between -3 and 3", "what flows back into the layer is left out",
       each(v.x.size(),
            [&](std::size_t k) {
              const double x = v.x[k];
              return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5;
            })},
  };
}

}  // namespace hardswish_mistakes

std::vector<Prediction> HardswishSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace hardswish_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(v);
  return {};
}

}  // namespace twin
