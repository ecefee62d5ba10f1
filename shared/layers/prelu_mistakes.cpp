#include <algorithm>
#include <cmath>

#include "shared/layers/prelu.hpp"

namespace twin {
namespace prelu_mistakes {

using Values = std::vector<double>;

// Elements are known by their place k in memory, slopes by their number c.
class Slopes {
 public:
  explicit Slopes(const LayerValues& v)
      : v_(v),
        slopes_(v.parameters.at("weight")),
        places_(slopes_.size() == 1 ? v.x.size()
                                    : v.x.size() / static_cast<std::size_t>(v.x.shape[0]) / slopes_.size()) {}

  std::size_t count() const { return slopes_.size(); }
  double first() const { return slopes_[0]; }
  std::size_t of(std::size_t k) const { return k / places_ % count(); }
  double at(std::size_t k) const { return slopes_[of(k)]; }
  // How many elements share a slope.
  double elements() const { return static_cast<double>(v_.x.size() / count()); }

  // Σ term(k) over the elements of each slope.
  template <typename Term>
  Values sums(const Term& term) const {
    Values all(count());
    for (std::size_t k = 0; k < v_.x.size(); ++k) all[of(k)] += term(k);
    return all;
  }

 private:
  const LayerValues& v_;
  const Array& slopes_;
  std::size_t places_;
};

std::vector<Prediction> wrong_outputs(const LayerValues& v) {
  const Slopes slopes(v);
  const auto of = [&](auto f) {
    return each(v.x.size(), [&](std::size_t k) { return f(v.x[k], slopes.at(k)); });
  };
  return {
      {"activation_left_out", "y = x", "the activation is left out", v.x.values},
      {"slope_missing", "y = max(x, 0)", "negative inputs are cut off, as by the plain ReLU",
       of([](double x, double) { return std::max(x, 0.0); })},
      {"first_slope_for_all", "y = x where x > 0, else a₀·x", "each channel has a slope of its own",
       of([&](double x, double) { return x > 0 ? x : slopes.first() * x; })},
      {"slope_on_positive", "y = a·x where x > 0, else x", "the slope is that of the wrong half",
       of([](double x, double a) { return x > 0 ? a * x : x; })},
      {"slope_sign", "y = x where x > 0, else -a·x", "the sign of the slope is wrong",
       of([](double x, double a) { return x > 0 ? x : -a * x; })},
      {"slope_everywhere", "y = a·x", "the slope belongs to the negative half alone",
       of([](double x, double a) { return a * x; })},
  };
}

std::vector<Prediction> wrong_input_gradients(const LayerValues& v) {
  const Slopes slopes(v);
  const auto of = [&](auto f) {
    return each(v.x.size(), [&](std::size_t k) { return f(v.x[k], slopes.at(k), v.d_y[k]); });
  };
  return {
      {"derivative_left_out", "d_x = d_y", "the derivative of the PReLU is left out", v.d_y.values},
      {"slope_missing", "d_x = d_y·[x > 0]", "that is the derivative of the plain ReLU",
       of([](double x, double, double d_y) { return x > 0 ? d_y : 0; })},
      {"first_slope_for_all", "d_x = d_y·(x > 0 ? 1 : a₀)", "each channel has a slope of its own",
       of([&](double x, double, double d_y) { return x > 0 ? d_y : slopes.first() * d_y; })},
      {"slope_on_positive", "d_x = d_y·(x > 0 ? a : 1)", "the slope is that of the wrong half",
       of([](double x, double a, double d_y) { return x > 0 ? a * d_y : d_y; })},
      {"slope_everywhere", "d_x = d_y·a", "the slope belongs to the negative half alone",
       of([](double, double a, double d_y) { return a * d_y; })},
      {"mask_of_upstream", "d_x = d_y·(d_y > 0 ? 1 : a)",
       "what flows back decides what passes, where the input has to",
       of([](double, double a, double d_y) { return d_y > 0 ? d_y : a * d_y; })},
      {"mask_of_output", "d_x = d_y·(y > 0 ? 1 : a)",
       "the output decides what passes, which has the sign of the input only where a > 0",
       each(v.x.size(), [&](std::size_t k) { return v.d_y[k] * (v.y[k] > 0 ? 1 : slopes.at(k)); })},
      {"kink_passes", "d_x = d_y·(x ≥ 0 ? 1 : a)", "the derivative at 0 is taken to be 1; PyTorch takes a",
       of([](double x, double a, double d_y) { return x >= 0 ? d_y : a * d_y; })},
      {"kink_zero", "d_x = d_y·(x > 0 ? 1 : x < 0 ? a : 0)",
       "the derivative at 0 is taken to be 0, as the ReLU's; PyTorch takes a",
       of([](double x, double a, double d_y) { return x > 0   ? d_y
                                                      : x < 0 ? a * d_y
                                                              : 0; })},
  };
}

std::vector<Prediction> wrong_weight_gradients(const LayerValues& v) {
  const Slopes slopes(v);
  const auto below_zero = [&](auto term) {
    return slopes.sums([&](std::size_t k) { return v.x[k] > 0 ? 0 : term(k); });
  };
  const Values right = below_zero([&](std::size_t k) { return v.d_y[k] * v.x[k]; });
  double total = 0;
  for (const double d : right) total += d;
  const auto row = v.x.size() / static_cast<std::size_t>(v.x.shape[0]);
  return {
      {"mask_missing", "d_a = Σ d_y·x", "only negative inputs meet the slope",
       slopes.sums([&](std::size_t k) { return v.d_y[k] * v.x[k]; })},
      {"other_side", "d_a = Σ d_y·x where x > 0", "the sum is over the wrong half",
       slopes.sums([&](std::size_t k) { return v.x[k] > 0 ? v.d_y[k] * v.x[k] : 0; })},
      {"averaged", "d_a = mean(d_y·x·[x ≤ 0])", "a sum over all that share the slope is averaged",
       each(right.size(), [&](std::size_t c) { return right[c] / slopes.elements(); })},
      {"output_for_input", "d_a = Σ d_y·y where x ≤ 0", "the output stands where the input belongs",
       below_zero([&](std::size_t k) { return v.d_y[k] * v.y[k]; })},
      {"input_factor_missing", "d_a = Σ d_y where x ≤ 0", "the factor x is missing",
       below_zero([&](std::size_t k) { return v.d_y[k]; })},
      {"overwritten", "d_a = d_y·x·[x ≤ 0] of the last sample",
       "what each sample yields overwrites that of the others, instead of being added",
       below_zero([&](std::size_t k) { return k + row < v.x.size() ? 0 : v.d_y[k] * v.x[k]; })},
      {"summed_over_channels", "d_a = Σ d_y·x·[x ≤ 0] over all channels",
       "each channel has a slope of its own: the sum is over its elements alone",
       Values(right.size(), total)},
      {"upstream_ignored", "d_a = Σ x where x ≤ 0", "what flows back into the layer is left out",
       below_zero([&](std::size_t k) { return v.x[k]; })},
  };
}

}  // namespace prelu_mistakes

std::vector<Prediction> PreluSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace prelu_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(v);
  if (quantity.role == Role::parameter_gradient) return wrong_weight_gradients(v);
  return {};
}

}  // namespace twin
