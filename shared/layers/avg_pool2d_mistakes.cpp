#include <algorithm>

#include "shared/layers/avg_pool2d.hpp"

namespace twin {
namespace avg_pool2d_mistakes {

using Values = std::vector<double>;

// One window: the elements that it sees, as places in x, and by what their sum is divided.
struct Window {
  std::vector<std::size_t> taps;
  double divisor;
};

// What may go wrong in finding the windows.
struct Slip {
  Pair shift = {0, 0};  // every window begins so much too late
  bool stride_of_one = false;
};

std::vector<Window> windows_of(const AvgPool2dSpec& spec, const LayerValues& v, const Slip& slip = {}) {
  auto [down, across] = spec.windows();
  if (slip.stride_of_one) down.stride = across.stride = 1;
  const Shape &x = v.x.shape, &y = v.y.shape;
  const double area = static_cast<double>(spec.kernel_size[0] * spec.kernel_size[1]);
  std::vector<Window> all;
  for (std::int64_t picture = 0; picture < x[0] * x[1]; ++picture)
    for (std::int64_t h = 0; h < y[2]; ++h)
      for (std::int64_t w = 0; w < y[3]; ++w) {
        Window window{{}, area};
        for (std::int64_t i = 0; i < down.kernel_size; ++i)
          for (std::int64_t j = 0; j < across.kernel_size; ++j) {
            const std::int64_t row = down.input(h, i) + slip.shift[0],
                               column = across.input(w, j) + slip.shift[1];
            if (row >= 0 && row < x[2] && column >= 0 && column < x[3])
              window.taps.push_back(static_cast<std::size_t>((picture * x[2] + row) * x[3] + column));
          }
        if (!spec.count_include_pad) window.divisor = static_cast<double>(window.taps.size());
        if (spec.divisor_override) window.divisor = static_cast<double>(*spec.divisor_override);
        all.push_back(std::move(window));
      }
  return all;
}

// Windows whose sums are divided otherwise.
std::vector<Window> divided(std::vector<Window> windows, const std::function<double(const Window&)>& by) {
  for (Window& window : windows) window.divisor = by(window);
  return windows;
}

struct Mistaken {
  const char* cause;
  const char* meaning;
  std::vector<Window> windows;
};

std::vector<Mistaken> mistaken_windows(const AvgPool2dSpec& spec, const LayerValues& v) {
  const std::vector<Window> right = windows_of(spec, v);
  const double area = static_cast<double>(spec.kernel_size[0] * spec.kernel_size[1]);
  std::vector<Mistaken> all{
      {"not_averaged", "the sum is not divided by the number of elements",
       divided(right, [](const Window&) { return 1.0; })},
      {"padding_counted", "the elements of the padding are counted, and should not be",
       divided(right, [&](const Window&) { return area; })},
      {"padding_not_counted", "the elements of the padding are not counted, and should be",
       divided(right, [](const Window& window) { return static_cast<double>(window.taps.size()); })},
      {"divisor_of_one_side", "the sum is divided by the height of the kernel, not by its area",
       divided(right, [&](const Window&) { return static_cast<double>(spec.kernel_size[0]); })},
      {"divisor_of_one_side", "the sum is divided by the width of the kernel, not by its area",
       divided(right, [&](const Window&) { return static_cast<double>(spec.kernel_size[1]); })}};
  if (spec.padding != Pair{0, 0})
    all.push_back({"padding_ignored", "windows begin at the corner of the picture, not in its padding",
                   windows_of(spec, v, {.shift = spec.padding})});
  if (spec.stride.value_or(spec.kernel_size) != Pair{1, 1})
    all.push_back({"stride_ignored", "each window begins one element after the one before",
                   windows_of(spec, v, {.stride_of_one = true})});
  return all;
}

std::vector<Prediction> wrong_outputs(const AvgPool2dSpec& spec, const LayerValues& v) {
  const auto of = [&](const std::vector<Window>& windows, auto f) {
    return each(windows.size(), [&](std::size_t w) { return f(windows[w]); });
  };
  const std::vector<Window> right = windows_of(spec, v);
  std::vector<Prediction> all;
  for (const auto& [cause, meaning, windows] : mistaken_windows(spec, v))
    all.push_back({cause, "y = another mean over the window of x", meaning, of(windows, [&](const Window& w) {
                     double sum = 0;
                     for (const std::size_t tap : w.taps) sum += v.x[tap];
                     return sum / w.divisor;
                   })});
  all.push_back({"maximum_for_mean", "y = max over the window of x", "that is max pooling",
                 of(right, [&](const Window& w) {
                   double largest = v.x[w.taps.front()];
                   for (const std::size_t tap : w.taps) largest = std::max(largest, v.x[tap]);
                   return largest;
                 })});
  all.push_back({"first_of_window", "y = x at the window's first place", "the window is never added up",
                 of(right, [&](const Window& w) { return v.x[w.taps.front()]; })});
  return all;
}

std::vector<Prediction> wrong_input_gradients(const AvgPool2dSpec& spec, const LayerValues& v) {
  const auto spread = [&](const std::vector<Window>& windows, auto give) {
    Values d_x(v.x.size());
    for (std::size_t w = 0; w < windows.size(); ++w) give(windows[w], v.d_y[w] / windows[w].divisor, d_x);
    return d_x;
  };
  const auto add = [](const Window& window, double share, Values& d_x) {
    for (const std::size_t tap : window.taps) d_x[tap] += share;
  };
  const std::vector<Window> right = windows_of(spec, v);
  std::vector<Prediction> all{
      {"overlap_overwritten", "d_x = d_y / (size of the window)",
       "an input of several windows keeps the gradient of the last alone: overwritten instead of added",
       spread(right,
              [](const Window& window, double share, Values& d_x) {
                for (const std::size_t tap : window.taps) d_x[tap] = share;
              })},
      {"first_of_window", "d_x[first of the window] += d_y", "one element gets what belongs to all",
       spread(right, [](const Window& window, double share,
                        Values& d_x) { d_x[window.taps.front()] += share * window.divisor; })},
      {"largest_alone", "d_x[largest of the window] += d_y", "that is the gradient of max pooling",
       spread(right, [&](const Window& window, double share, Values& d_x) {
         d_x[*std::max_element(window.taps.begin(), window.taps.end(), [&](std::size_t a, std::size_t b) {
           return v.x[a] < v.x[b];
         })] += share * window.divisor;
       })}};
  for (const auto& [cause, meaning, windows] : mistaken_windows(spec, v))
    all.push_back({cause, "d_x += d_y / (another divisor, or other windows)", meaning, spread(windows, add)});
  return all;
}

}  // namespace avg_pool2d_mistakes

std::vector<Prediction> AvgPool2dSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace avg_pool2d_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(*this, v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(*this, v);
  return {};
}

}  // namespace twin
