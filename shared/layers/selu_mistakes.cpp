#include <cmath>

#include "shared/layers/selu.hpp"

namespace twin {
namespace selu_mistakes {

constexpr double kScale = SeluSpec::kScale, kAlpha = SeluSpec::kAlpha;

std::vector<Prediction> wrong_outputs(const LayerValues& v) {
  // f(x) where x > 0, else g(x).
  const auto of_x = [&](auto f, auto g) {
    return each(v.x.size(), [&](std::size_t k) { return v.x[k] > 0 ? f(v.x[k]) : g(v.x[k]); });
  };
  const auto same = [](double x) { return x; };
  const auto scaled = [](double x) { return kScale * x; };
  const auto exponential = [](double x) { return kAlpha * std::expm1(x); };
  return {
      {"activation_left_out", "y = x", "the activation is left out", v.x.values},
      {"scale_missing", "y = x where x > 0, else α·(exp(x) - 1)", "the scale λ is left out: that is an ELU",
       of_x(same, exponential)},
      {"scale_below_missing", "y = λ·x where x > 0, else α·(exp(x) - 1)",
       "the scale λ is left out where x ≤ 0", of_x(scaled, exponential)},
      {"scale_above_missing", "y = x where x > 0, else λ·α·(exp(x) - 1)",
       "the scale λ is left out where x > 0", of_x(same, [&](double x) { return kScale * exponential(x); })},
      {"alpha_missing", "y = λ·x where x > 0, else λ·(exp(x) - 1)", "α is left out",
       of_x(scaled, [](double x) { return kScale * std::expm1(x); })},
      {"one_missing", "y = λ·x where x > 0, else λ·α·exp(x)",
       "the 1 is not subtracted: the output jumps at 0",
       of_x(scaled, [](double x) { return kScale * kAlpha * std::exp(x); })},
      {"constants_exchanged", "y = α·x where x > 0, else λ·α·(exp(x) - 1)", "α and λ are exchanged",
       of_x([](double x) { return kAlpha * x; }, [&](double x) { return kScale * exponential(x); })},
  };
}

std::vector<Prediction> wrong_input_gradients(const LayerValues& v) {
  const auto of = [&](auto above, auto below) {
    return each(v.x.size(),
                [&](std::size_t k) { return v.d_y[k] * (v.x[k] > 0 ? above : below(v.x[k], v.y[k])); });
  };
  const auto right = [](double, double y) { return y + kScale * kAlpha; };
  return {
      {"derivative_left_out", "d_x = d_y", "the derivative of the SELU is left out", v.d_y.values},
      {"scale_missing", "d_x = d_y·(x > 0 ? 1 : α·exp(x))", "the scale λ is left out: that is an ELU's",
       of(1.0, [](double x, double) { return kAlpha * std::exp(x); })},
      {"scale_above_missing", "d_x = d_y·(x > 0 ? 1 : y + λ·α)", "the scale λ is left out where x > 0",
       of(1.0, right)},
      {"scale_below_missing", "d_x = d_y·(x > 0 ? λ : α·exp(x))", "the scale λ is left out where x ≤ 0",
       of(kScale, [](double x, double) { return kAlpha * std::exp(x); })},
      {"scale_in_sum_missing", "d_x = d_y·(x > 0 ? λ : y + α)",
       "y holds the scale λ already: to it belongs λ·α, not α",
       of(kScale, [](double, double y) { return y + kAlpha; })},
      {"scale_twice", "d_x = d_y·(x > 0 ? λ : λ·(y + λ·α))",
       "y holds the scale λ already: it is multiplied in twice",
       of(kScale, [](double, double y) { return kScale * (y + kScale * kAlpha); })},
      {"alpha_missing", "d_x = d_y·(x > 0 ? λ : λ·exp(x))", "α is left out",
       of(kScale, [](double x, double) { return kScale * std::exp(x); })},
      {"derivative_of_output", "d_x = d_y·(x > 0 ? λ : λ·α·exp(y))",
       "λ·α·exp(x) is written in the input, and gets the output",
       of(kScale, [](double, double y) { return kScale * kAlpha * std::exp(y); })},
      {"upstream_ignored", "d_x = (x > 0 ? λ : y + λ·α)", "what flows back into the layer is left out",
       each(v.x.size(), [&](std::size_t k) { return v.x[k] > 0 ? kScale : right(v.x[k], v.y[k]); })},
  };
}

}  // namespace selu_mistakes

std::vector<Prediction> SeluSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace selu_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(v);
  return {};
}

}  // namespace twin
