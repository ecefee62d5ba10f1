// The windows that convolution and pooling slide over their inputs, in one direction: a row of inputs, with
// `padding` more on either side that are not there.
//
//   window o, tap k     meets input o·stride + k·dilation - padding
//   span                dilation·(kernel_size - 1) + 1
//   windows             floor((inputs + 2·padding - span) / stride) + 1
//
//   The arithmetic of torch.nn.Conv1d, Conv2d, MaxPool2d, … (Dumoulin, Visin 2016, "A guide to convolution
//   arithmetic for deep learning", relationship 15).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "shared/tensors/tensor.hpp"

namespace twin {

/// A number for each direction of a picture: down, then across.
using Pair = std::array<std::int64_t, 2>;

struct SlidingWindow {
  std::int64_t kernel_size = 1, stride = 1, padding = 0, dilation = 1;

  /// first … last - 1.
  struct Range {
    std::int64_t first, last;
  };

  /// How many inputs a window spans, those between its taps included.
  std::int64_t span() const { return dilation * (kernel_size - 1) + 1; }
  /// 0 when not even one fits.
  std::int64_t windows(std::int64_t inputs) const;
  /// Below 0, and from the number of inputs on: padding.
  std::int64_t input(std::int64_t window, std::int64_t tap) const {
    return window * stride + tap * dilation - padding;
  }
  /// The windows whose `tap` meets an input; the others meet padding there.
  Range windows_on_inputs(std::int64_t tap, std::int64_t inputs) const;
};

/// Windows on a picture: down and across.
using SlidingWindow2d = std::array<SlidingWindow, 2>;

/// Throws LayerError naming the size that is not above 0, or the padding that is below 0.
void validate(const SlidingWindow2d& windows);

/// N×channels×(windows down)×(windows across). Throws LayerError unless x is N×C×H×W and a window fits.
Shape slide(const SlidingWindow2d& windows, const Shape& x, std::int64_t channels);

}  // namespace twin
