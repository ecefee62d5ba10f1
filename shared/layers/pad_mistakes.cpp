#include <algorithm>
#include <functional>

#include "shared/layers/pad.hpp"

namespace twin {
namespace pad_mistakes {

using Values = std::vector<double>;

// Which of so many inputs a position shows, which may lie beside them; below 0: none.
using SourceOf = std::function<std::int64_t(std::int64_t position, std::int64_t inputs)>;

std::int64_t constant(std::int64_t i, std::int64_t inputs) { return i < 0 || i >= inputs ? -1 : i; }
std::int64_t reflected(std::int64_t i, std::int64_t inputs) {
  return i < 0 ? -i : i >= inputs ? 2 * (inputs - 1) - i : i;
}
std::int64_t replicated(std::int64_t i, std::int64_t inputs) {
  return std::clamp<std::int64_t>(i, 0, inputs - 1);
}
std::int64_t symmetric(std::int64_t i, std::int64_t inputs) {
  return i < 0 ? -i - 1 : i >= inputs ? 2 * inputs - 1 - i : i;
}
std::int64_t wrapped(std::int64_t i, std::int64_t inputs) { return (i % inputs + inputs) % inputs; }

SourceOf source_of(PadMode mode) {
  return mode == PadMode::constant ? constant : mode == PadMode::reflect ? reflected : replicated;
}

// For each element of y the place in x that it shows, or none. `pad`: left, right, top, bottom, which must
// make a picture of the size of y.
constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
std::vector<std::size_t> places(const LayerValues& v, const std::array<std::int64_t, 4>& pad,
                                const SourceOf& source) {
  const Shape &x = v.x.shape, &y = v.y.shape;
  std::vector<std::size_t> all;
  for (std::int64_t picture = 0; picture < x[0] * x[1]; ++picture)
    for (std::int64_t h = 0; h < y[2]; ++h)
      for (std::int64_t w = 0; w < y[3]; ++w) {
        const std::int64_t row = source(h - pad[2], x[2]), column = source(w - pad[0], x[3]);
        const bool inside = row >= 0 && row < x[2] && column >= 0 && column < x[3];
        all.push_back(inside ? static_cast<std::size_t>((picture * x[2] + row) * x[3] + column) : kNowhere);
      }
  return all;
}

struct Mistaken {
  const char* cause;
  const char* meaning;
  std::vector<std::size_t> places;
};

std::vector<Mistaken> mistaken_places(const PadSpec& spec, const LayerValues& v) {
  const auto [left, right, top, bottom] = spec.pad;
  const auto with = [&](const SourceOf& source) { return places(v, spec.pad, source); };
  std::vector<Mistaken> all{{"sides_exchanged", "left and right, or top and bottom, are exchanged",
                             places(v, {right, left, bottom, top}, source_of(spec.mode))},
                            {"sides_exchanged", "left and right are exchanged",
                             places(v, {right, left, top, bottom}, source_of(spec.mode))},
                            {"sides_exchanged", "top and bottom are exchanged",
                             places(v, {left, right, bottom, top}, source_of(spec.mode))}};
  if (left + right == top + bottom)
    all.push_back({"axes_exchanged", "the numbers are taken as top, bottom, left, right",
                   places(v, {top, bottom, left, right}, source_of(spec.mode))});
  if (spec.mode != PadMode::constant)
    all.push_back({"border_constant", "the border is constant, and should not be", with(constant)});
  if (spec.mode != PadMode::replicate)
    all.push_back(
        {"border_replicated", "the border repeats the outermost elements, and should not", with(replicated)});
  // Where the picture is too small for it, nobody can have reflected it.
  const bool reflects = std::max(left, right) < v.x.shape[3] && std::max(top, bottom) < v.x.shape[2];
  if (spec.mode != PadMode::reflect && reflects)
    all.push_back({"border_reflected", "the border is a mirror's image, and should not be", with(reflected)});
  if (reflects) {
    all.push_back({"edge_repeated",
                   "the mirror stands behind the outermost elements, which are there twice then: NumPy's "
                   "symmetric, not its reflect",
                   with(symmetric)});
    all.push_back({"border_wrapped", "the border comes from the other side, as in circular", with(wrapped)});
  }
  return all;
}

Values shown(const std::vector<std::size_t>& places, const LayerValues& v, double beside) {
  return each(places.size(), [&](std::size_t k) { return places[k] == kNowhere ? beside : v.x[places[k]]; });
}

std::vector<Prediction> wrong_outputs(const PadSpec& spec, const LayerValues& v) {
  constexpr const char* kFormula = "y = x at another place";
  std::vector<Prediction> all;
  for (const auto& [cause, meaning, from] : mistaken_places(spec, v))
    all.push_back({cause, kFormula, meaning, shown(from, v, spec.value)});
  const std::vector<std::size_t> right = places(v, spec.pad, source_of(spec.mode));
  if (spec.value != 0)
    all.push_back({"value_ignored", "y = 0 beside the picture", "the border is 0, whatever `value` says",
                   shown(right, v, 0)});
  return all;
}

std::vector<Prediction> wrong_input_gradients(const PadSpec& spec, const LayerValues& v) {
  const auto returned = [&](const std::vector<std::size_t>& from, bool adds) {
    Values d_x(v.x.size());
    for (std::size_t k = 0; k < from.size(); ++k)
      if (from[k] != kNowhere) d_x[from[k]] = (adds ? d_x[from[k]] : 0) + v.d_y[k];
    return d_x;
  };
  const auto with = [&](const SourceOf& source) { return places(v, spec.pad, source); };
  std::vector<Prediction> all{
      {"border_ignored", "d_x = d_y without its border",
       "what the border shows flows back too: only the picture's own place is looked at",
       returned(with(constant), true)},
      {"overwritten", "d_x = d_y of the last place that shows x",
       "an element that is shown several times keeps the gradient of the last: overwritten instead of added",
       returned(with(source_of(spec.mode)), false)}};
  for (const auto& [cause, meaning, from] : mistaken_places(spec, v))
    all.push_back({cause, "d_x += d_y at another place", meaning, returned(from, true)});
  return all;
}

}  // namespace pad_mistakes

std::vector<Prediction> PadSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace pad_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(*this, v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(*this, v);
  return {};
}

}  // namespace twin
