#include <algorithm>
#include <cmath>

#include "shared/clipping/clip_grad_value.hpp"

namespace twin {
namespace clip_grad_value_mistakes {

struct Sizes {
  double norm, largest;
};

Sizes sizes_of(const std::vector<Array>& gradients) {
  double squares = 0, largest = 0;
  for (const Array& gradient : gradients)
    for (const double g : gradient.values) {
      squares += g * g;
      largest = std::max(largest, std::abs(g));
    }
  return {std::sqrt(squares), largest};
}

}  // namespace clip_grad_value_mistakes

std::vector<Prediction> ClipGradValueSpec::mistakes(const std::vector<Array>& gradients,
                                                    std::size_t which) const {
  using namespace clip_grad_value_mistakes;
  const Array& gradient = gradients[which];
  const Sizes all = sizes_of(gradients);
  const double c = clip_value;
  const auto clipped = [&](auto rule) {
    return each(gradient.size(), [&](std::size_t k) { return rule(gradient[k]); });
  };
  return {
      {"clipping_left_out", "g ← g", "it is not clipped", gradient.values},
      {"clipped_from_above", "g ← min(g, clip_value)", "gradients below -clip_value are left as they are",
       clipped([&](double g) { return std::min(g, c); })},
      {"clipped_from_below", "g ← max(g, -clip_value)", "gradients above clip_value are left as they are",
       clipped([&](double g) { return std::max(g, -c); })},
      {"sign_lost", "g ← min(|g|, clip_value)", "the size of the gradient takes the place of its value",
       clipped([&](double g) { return std::min(std::abs(g), c); })},
      {"clipped_to_zero", "g ← 0 where |g| > clip_value",
       "gradients that are too large are dropped, not clipped",
       clipped([&](double g) { return std::abs(g) > c ? 0 : g; })},
      {"clipped_by_norm", "g ← g·min(1, clip_value / (‖g‖ + 1e-6))",
       "all gradients are scaled by their common norm, as clip_grad_norm_ does",
       clipped([&](double g) { return g * std::min(1.0, c / (all.norm + 1e-6)); })},
      {"clipped_by_largest", "g ← g·min(1, clip_value / max|g|)",
       "all gradients are scaled by the largest: each should be clipped by itself",
       clipped([&](double g) { return g * std::min(1.0, c / all.largest); })},
  };
}

}  // namespace twin
