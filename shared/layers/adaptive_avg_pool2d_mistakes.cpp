#include <algorithm>
#include <functional>

#include "shared/layers/adaptive_avg_pool2d.hpp"

namespace twin {
namespace adaptive_avg_pool2d_mistakes {

using Values = std::vector<double>;

// Of rows or of columns: first … last - 1.
struct Range {
  std::int64_t first, last;
};
// The range of window o of so many, on so many inputs.
using RangeOf = std::function<Range(std::int64_t o, std::int64_t inputs, std::int64_t outputs)>;

Range right_range(std::int64_t o, std::int64_t inputs, std::int64_t outputs) {
  return {o * inputs / outputs, ((o + 1) * inputs + outputs - 1) / outputs};
}

// One window: the elements that it sees, as places in x, and by what their sum is divided.
struct Window {
  std::vector<std::size_t> taps;
  double divisor;
};

std::vector<Window> windows_of(const LayerValues& v, const RangeOf& range) {
  const Shape &x = v.x.shape, &y = v.y.shape;
  std::vector<Window> all;
  for (std::int64_t picture = 0; picture < x[0] * x[1]; ++picture)
    for (std::int64_t h = 0; h < y[2]; ++h)
      for (std::int64_t w = 0; w < y[3]; ++w) {
        const Range rows = range(h, x[2], y[2]), columns = range(w, x[3], y[3]);
        Window window{{}, 1};
        for (std::int64_t i = rows.first; i < rows.last; ++i)
          for (std::int64_t j = columns.first; j < columns.last; ++j)
            window.taps.push_back(static_cast<std::size_t>((picture * x[2] + i) * x[3] + j));
        window.divisor = static_cast<double>(window.taps.size());
        all.push_back(std::move(window));
      }
  return all;
}

struct Mistaken {
  const char* cause;
  const char* meaning;
  std::vector<Window> windows;
};

std::vector<Mistaken> mistaken_windows(const LayerValues& v) {
  const std::vector<Window> right = windows_of(v, right_range);
  const auto divided = [&](double by) {
    std::vector<Window> all = right;
    for (Window& window : all) window.divisor = by;
    return all;
  };
  const double mean_size = static_cast<double>(v.x.size()) / static_cast<double>(v.y.size());
  std::vector<Mistaken> all{
      {"not_averaged", "the sum is not divided by the number of elements", divided(1)},
      {"divisor_of_mean_window",
       "the sum is divided by H·W/(H'·W'), and not by the number of elements of this window",
       divided(mean_size)},
      {"divisor_of_picture", "the sum is divided by H·W, and not by the number of elements of the window",
       divided(static_cast<double>(v.x.shape[2] * v.x.shape[3]))}};
  all.push_back({"end_rounded_down", "a window ends at ⌊(h + 1)·H/H'⌋: what overlaps is left out",
                 windows_of(v, [](std::int64_t o, std::int64_t inputs, std::int64_t outputs) {
                   const std::int64_t first = o * inputs / outputs;
                   return Range{first, std::max(first + 1, (o + 1) * inputs / outputs)};
                 })});
  if (v.x.shape[2] >= v.y.shape[2] && v.x.shape[3] >= v.y.shape[3]) {
    all.push_back({"windows_of_one_size", "every window has ⌊H/H'⌋ rows and ⌊W/W'⌋ columns",
                   windows_of(v, [](std::int64_t o, std::int64_t inputs, std::int64_t outputs) {
                     return Range{o * (inputs / outputs), (o + 1) * (inputs / outputs)};
                   })});
  }
  return all;
}

std::vector<Prediction> wrong_outputs(const LayerValues& v) {
  std::vector<Prediction> all;
  for (const auto& [cause, meaning, windows] : mistaken_windows(v)) {
    const auto& seen = windows;
    all.push_back(
        {cause, "y = another mean over the window of x", meaning, each(seen.size(), [&](std::size_t w) {
           double sum = 0;
           for (const std::size_t tap : seen[w].taps) sum += v.x[tap];
           return sum / seen[w].divisor;
         })});
  }
  const std::vector<Window> right = windows_of(v, right_range);
  all.push_back({"maximum_for_mean", "y = max over the window of x", "that is adaptive max pooling",
                 each(right.size(), [&](std::size_t w) {
                   double largest = v.x[right[w].taps.front()];
                   for (const std::size_t tap : right[w].taps) largest = std::max(largest, v.x[tap]);
                   return largest;
                 })});
  return all;
}

std::vector<Prediction> wrong_input_gradients(const LayerValues& v) {
  const auto spread = [&](const std::vector<Window>& windows, bool adds) {
    Values d_x(v.x.size());
    for (std::size_t w = 0; w < windows.size(); ++w)
      for (const std::size_t tap : windows[w].taps)
        d_x[tap] = (adds ? d_x[tap] : 0) + v.d_y[w] / windows[w].divisor;
    return d_x;
  };
  std::vector<Prediction> all{
      {"overlap_overwritten", "d_x = d_y / (size of the window)",
       "an input of several windows keeps the gradient of the last alone: overwritten instead of added",
       spread(windows_of(v, right_range), false)}};
  for (const auto& [cause, meaning, windows] : mistaken_windows(v))
    all.push_back(
        {cause, "d_x += d_y / (another divisor, or other windows)", meaning, spread(windows, true)});
  return all;
}

}  // namespace adaptive_avg_pool2d_mistakes

std::vector<Prediction> AdaptiveAvgPool2dSpec::mistakes(const Quantity& quantity,
                                                        const LayerValues& v) const {
  using namespace adaptive_avg_pool2d_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(v);
  return {};
}

}  // namespace twin
