// A picture with a border around it (torch.nn.functional.pad).
#pragma once

#include <array>
#include <vector>

#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

enum class PadMode { constant, reflect, replicate };

/// x: N×C×H×W, y: N×C×H'×W', with H' = top + H + bottom, W' = left + W + right. A number below 0 cuts off as
/// much. As in PyTorch, the numbers begin at the last extent.
struct PadSpec {
  std::array<std::int64_t, 4> pad = {0, 0, 0, 0};  // left, right, top, bottom
  PadMode mode = PadMode::constant;
  double value = 0;  // of a constant border
  bool operator==(const PadSpec&) const = default;

  void validate() const;
  Shape output_shape(const Shape& x) const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

}  // namespace twin
