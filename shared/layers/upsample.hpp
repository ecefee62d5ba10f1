// A picture in another size (torch.nn.Upsample).
#pragma once

#include <array>
#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

enum class UpsampleMode { nearest, bilinear };

/// x: N×C×H×W, y: N×C×H'×W', with H' = ⌊H·scale_factor⌋ and so across. A factor below 1 makes the picture
/// smaller, and averages nothing.
struct UpsampleSpec {
  std::array<double, 2> scale_factor = {2, 2};  // down, across
  UpsampleMode mode = UpsampleMode::nearest;
  bool align_corners = false;  // of bilinear: the centres of the corner elements lie on each other
  bool operator==(const UpsampleSpec&) const = default;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
