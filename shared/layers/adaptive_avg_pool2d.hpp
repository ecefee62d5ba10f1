// The means of as many windows of a picture as are asked for (torch.nn.AdaptiveAvgPool2d).
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// x: N×C×H×W, y: N×C×H'×W', with H'×W' the output_size; {1, 1} averages each channel of a picture. Window h
/// reaches from row ⌊h·H/H'⌋ up to row ⌈(h + 1)·H/H'⌉, and so across: windows overlap where H' does not
/// divide H.
struct AdaptiveAvgPool2dSpec {
  std::array<std::optional<std::int64_t>, 2> output_size = {1, 1};  // that of the input where none is given
  bool operator==(const AdaptiveAvgPool2dSpec&) const = default;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
