#include "shared/specs/sliding_window.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/layer_spec.hpp"

namespace twin {

std::int64_t SlidingWindow::windows(std::int64_t inputs) const {
  const std::int64_t room = inputs + 2 * padding - span();
  return room < 0 ? 0 : room / stride + 1;
}

SlidingWindow::Range SlidingWindow::windows_on_inputs(std::int64_t tap, std::int64_t inputs) const {
  // 0 <= window·stride - before < inputs, before = padding - tap·dilation
  const std::int64_t before = padding - tap * dilation, end = before + inputs;
  const auto rounded_up = [&](std::int64_t position) {
    return position <= 0 ? 0 : (position - 1) / stride + 1;
  };
  const std::int64_t last = std::min(windows(inputs), rounded_up(end));
  return {std::min(rounded_up(before), last), last};
}

void validate(const SlidingWindow2d& windows) {
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const SlidingWindow& w = windows[axis];
    positive_size(w.kernel_size, fmt::format("kernel_size[{}]", axis));
    positive_size(w.stride, fmt::format("stride[{}]", axis));
    positive_size(w.dilation, fmt::format("dilation[{}]", axis));
    if (w.padding < 0)
      throw LayerError(fmt::format("padding[{}] is {}, it must not be below 0", axis, w.padding));
  }
}

Shape slide(const SlidingWindow2d& windows, const Shape& x, std::int64_t channels) {
  if (x.size() != 4) refuse_shape("N×C×H×W", x);
  Shape y{x[0], channels};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const SlidingWindow& w = windows[axis];
    y.push_back(w.windows(x[2 + axis]));
    if (y.back() == 0)
      refuse_shape(fmt::format("{} of at least {}, which a window spans", axis == 0 ? "a height" : "a width",
                               w.span() - 2 * w.padding),
                   x);
  }
  return y;
}

}  // namespace twin
