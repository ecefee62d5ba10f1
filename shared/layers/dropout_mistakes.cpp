#include "shared/layers/dropout.hpp"

namespace twin {

std::vector<Prediction> DropoutSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  const bool forward = quantity.role == Role::output;
  if (!forward && quantity.role != Role::input_gradient) return {};
  const Array &from = forward ? v.x : v.d_y, &right = forward ? v.y : v.d_x;
  const double kept = 1 - p;
  const std::string result = forward ? "y" : "d_x", value = forward ? "x" : "d_y";
  const auto masked = [&](double factor) {
    return each(from.size(), [&](std::size_t k) { return right[k] * kept * factor; });
  };
  const auto unmasked = [&](double factor) {
    return each(from.size(), [&](std::size_t k) { return from[k] * factor; });
  };
  std::vector<Prediction> all{
      {"mask_missing", result + " = " + value, "nothing is dropped", unmasked(1)},
      {"mask_missing", result + " = " + value + " / (1 - p)", "it is scaled, and nothing is dropped",
       unmasked(1 / kept)},
      {"scale_missing", result + " = " + value + "·mask",
       "what is kept is not divided by 1 - p: evaluation would have to make up for it", masked(1)},
      {"scale_twice", result + " = " + value + "·mask / (1 - p)²", "the division by 1 - p is there twice",
       masked(1 / (kept * kept))},
      {"mask_inverted", result + " = " + value + "·(1 - mask) / (1 - p)", "what should be kept is dropped",
       each(from.size(), [&](std::size_t k) { return from[k] / kept - right[k]; })},
  };
  if (p > 0)
    all.push_back({"scale_by_p", result + " = " + value + "·mask / p",
                   "p is the share that is dropped, not kept", masked(1 / p)});
  return all;
}

}  // namespace twin
