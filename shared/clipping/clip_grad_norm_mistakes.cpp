#include <algorithm>
#include <cmath>

#include "shared/clipping/clip_grad_norm.hpp"

namespace twin {
namespace clip_grad_norm_mistakes {

constexpr double kEps = 1e-6;

double sum_of_squares(const Array& gradient) {
  double sum = 0;
  for (const double g : gradient.values) sum += g * g;
  return sum;
}

}  // namespace clip_grad_norm_mistakes

std::vector<Prediction> ClipGradNormSpec::mistakes(const std::vector<Array>& gradients,
                                                   std::size_t which) const {
  using namespace clip_grad_norm_mistakes;
  const Array& gradient = gradients[which];
  double squares = 0;
  for (const Array& each_gradient : gradients) squares += sum_of_squares(each_gradient);
  const double factor = max_norm / (std::sqrt(squares) + kEps);
  const double own_factor = max_norm / (std::sqrt(sum_of_squares(gradient)) + kEps);
  const double factor_of_square = max_norm / (squares + kEps);
  const auto clipped = [&](auto rule) {
    return each(gradient.size(), [&](std::size_t k) { return rule(gradient[k]); });
  };
  const auto times = [&](double c) { return clipped([c](double g) { return c * g; }); };

  std::vector<Prediction> all{
      {"clipping_left_out", "g ← g", "it is not clipped", gradient.values},
      {"clipped_by_itself", "g ← g·min(1, max_norm / (‖g‖ + 1e-6)) of each tensor's own norm",
       "one factor belongs to all tensors, that of their common norm: otherwise the step turns",
       times(std::min(1.0, own_factor))},
      {"root_missing", "g ← g·min(1, max_norm / (Σg² + 1e-6))", "the root of the norm is left out",
       times(std::min(1.0, factor_of_square))},
      {"short_stretched", "g ← g·max_norm / (‖g‖ + 1e-6)",
       "gradients below the norm are stretched to it: min(1, …) is left out", times(factor)},
      {"clipped_by_value", "g ← min(max(g, -max_norm), max_norm)",
       "each element is clipped by itself, as clip_grad_value_ does",
       clipped([&](double g) { return std::clamp(g, -max_norm, max_norm); })},
  };
  // Each by itself, once the common norm has said that something is to be done.
  if (factor < 1)
    all.push_back({"clipped_by_itself", "g ← g·max_norm / (‖g‖ + 1e-6) of each tensor's own norm",
                   "one factor belongs to all tensors, that of their common norm: otherwise the step turns",
                   times(own_factor)});
  return all;
}

}  // namespace twin
