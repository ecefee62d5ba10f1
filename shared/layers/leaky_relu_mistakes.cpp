#include <algorithm>
#include <cmath>

#include "shared/layers/leaky_relu.hpp"

namespace twin {
namespace leaky_relu_mistakes {

std::vector<Prediction> wrong_outputs(double slope, const LayerValues& v) {
  const auto of_x = [&](auto f) { return each(v.x.size(), [&](std::size_t k) { return f(v.x[k]); }); };
  return {
      {"activation_left_out", "y = x", "the activation is left out", v.x.values},
      {"slope_missing", "y = max(x, 0)", "negative inputs are cut off, as by the plain ReLU",
       of_x([](double x) { return std::max(x, 0.0); })},
      {"maximum_for_case", "y = max(x, slope·x)", "the larger of the two is right up to a slope of 1 only",
       of_x([=](double x) { return std::max(x, slope * x); })},
      {"slope_on_positive", "y = slope·x where x > 0, else x", "the slope is that of the wrong half",
       of_x([=](double x) { return x > 0 ? slope * x : x; })},
      {"slope_sign", "y = x where x > 0, else -slope·x", "the sign of the slope is wrong",
       of_x([=](double x) { return x > 0 ? x : -slope * x; })},
      {"slope_for_output", "y = x where x > 0, else slope", "the slope is not multiplied by x",
       of_x([=](double x) { return x > 0 ? x : slope; })},
  };
}

std::vector<Prediction> wrong_input_gradients(double slope, const LayerValues& v) {
  const auto of = [&](auto f) {
    return each(v.x.size(), [&](std::size_t k) { return f(v.x[k], v.d_y[k]); });
  };
  return {
      {"derivative_left_out", "d_x = d_y", "the derivative of the leaky ReLU is left out", v.d_y.values},
      {"slope_missing", "d_x = d_y·[x > 0]", "that is the derivative of the plain ReLU",
       of([](double x, double d_y) { return x > 0 ? d_y : 0; })},
      {"slope_on_positive", "d_x = d_y·(x > 0 ? slope : 1)", "the slope is that of the wrong half",
       of([=](double x, double d_y) { return x > 0 ? slope * d_y : d_y; })},
      {"slope_sign", "d_x = d_y·(x > 0 ? 1 : -slope)", "the sign of the slope is wrong",
       of([=](double x, double d_y) { return x > 0 ? d_y : -slope * d_y; })},
      {"slope_twice", "d_x = d_y·(x > 0 ? 1 : slope²)", "the slope is multiplied in twice",
       of([=](double x, double d_y) { return x > 0 ? d_y : slope * slope * d_y; })},
      {"output_for_derivative", "d_x = d_y·(x > 0 ? 1 : slope·x)",
       "the output stands where its derivative belongs",
       of([=](double x, double d_y) { return x > 0 ? d_y : slope * x * d_y; })},
      {"mask_of_upstream", "d_x = d_y·(d_y > 0 ? 1 : slope)",
       "what flows back decides what passes, where the input has to",
       of([=](double, double d_y) { return d_y > 0 ? d_y : slope * d_y; })},
      {"kink_passes", "d_x = d_y·(x ≥ 0 ? 1 : slope)",
       "the derivative at 0 is taken to be 1; PyTorch takes the slope",
       of([=](double x, double d_y) { return x >= 0 ? d_y : slope * d_y; })},
      {"kink_zero", "d_x = d_y·(x > 0 ? 1 : x < 0 ? slope : 0)",
       "the derivative at 0 is taken to be 0, as the ReLU's; PyTorch takes the slope",
       of([=](double x, double d_y) { return x > 0   ? d_y
                                             : x < 0 ? slope * d_y
                                                     : 0; })},
      {"upstream_ignored", "d_x = (x > 0 ? 1 : slope)", "what flows back into the layer is left out",
       of([=](double x, double) { return x > 0 ? 1 : slope; })},
  };
}

}  // namespace leaky_relu_mistakes

std::vector<Prediction> LeakyReluSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace leaky_relu_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(negative_slope, v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(negative_slope, v);
  return {};
}

}  // namespace twin
