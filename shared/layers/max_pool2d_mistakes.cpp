#include <algorithm>

#include "shared/layers/max_pool2d.hpp"

namespace twin {
namespace max_pool2d_mistakes {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// One window: what it yields, and what it sees.
struct Window {
  std::size_t y;
  std::vector<std::size_t> taps;  // places in x, row by row
  std::int64_t beside;            // taps that meet padding
};

std::vector<Window> windows_of(const SlidingWindow2d& windows, const LayerValues& v) {
  const auto [down, across] = windows;
  const Shape &x = v.x.shape, &y = v.y.shape;
  std::vector<Window> all;
  for (std::int64_t picture = 0; picture < x[0] * x[1]; ++picture)
    for (std::int64_t h = 0; h < y[2]; ++h)
      for (std::int64_t w = 0; w < y[3]; ++w) {
        Window window{all.size(), {}, 0};
        for (std::int64_t i = 0; i < down.kernel_size; ++i)
          for (std::int64_t j = 0; j < across.kernel_size; ++j) {
            const std::int64_t row = down.input(h, i), column = across.input(w, j);
            if (row < 0 || row >= x[2] || column < 0 || column >= x[3])
              ++window.beside;
            else
              window.taps.push_back(index((picture * x[2] + row) * x[3] + column));
          }
        all.push_back(std::move(window));
      }
  return all;
}

std::vector<Prediction> wrong_outputs(const std::vector<Window>& windows, const LayerValues& v) {
  const auto of_windows = [&](auto f) {
    return each(windows.size(), [&](std::size_t w) {
      std::vector<double> seen;
      for (const std::size_t tap : windows[w].taps) seen.push_back(v.x[tap]);
      return f(seen, windows[w].beside);
    });
  };
  const auto largest = [](const std::vector<double>& seen) {
    return *std::max_element(seen.begin(), seen.end());
  };
  return {
      {"mean_for_maximum", "y = mean over the window of x", "that is average pooling",
       of_windows([](const std::vector<double>& seen, std::int64_t) {
         double sum = 0;
         for (const double value : seen) sum += value;
         return sum / static_cast<double>(seen.size());
       })},
      {"minimum", "y = min over the window of x", "the smallest is taken",
       of_windows([](const std::vector<double>& seen, std::int64_t) {
         return *std::min_element(seen.begin(), seen.end());
       })},
      {"first_of_window", "y = x at the window's first place", "the window is never searched",
       of_windows([](const std::vector<double>& seen, std::int64_t) { return seen.front(); })},
      {"padding_is_zero", "y = max over the window of x and 0",
       "padding is taken to be 0, and is larger than what is below 0",
       of_windows([&](const std::vector<double>& seen, std::int64_t beside) {
         return beside > 0 ? std::max(largest(seen), 0.0) : largest(seen);
       })},
      {"search_from_zero", "y = max(0, max over the window of x)",
       "the search for the largest begins at 0, and not at the first element",
       of_windows(
           [&](const std::vector<double>& seen, std::int64_t) { return std::max(largest(seen), 0.0); })},
  };
}

std::vector<Prediction> wrong_input_gradients(const std::vector<Window>& windows, const LayerValues& v) {
  // give(window, winners, d_x) says where what flows back into a window goes.
  const auto given = [&](auto give) {
    std::vector<double> d_x(v.x.size());
    for (const Window& window : windows) {
      std::vector<std::size_t> winners;
      for (const std::size_t tap : window.taps)
        if (v.x[tap] == v.y[window.y]) winners.push_back(tap);
      give(window, winners, d_x);
    }
    return d_x;
  };
  using Places = std::vector<std::size_t>;
  using Values = std::vector<double>;
  return {
      {"all_maxima", "d_x = d_y·[x = y]", "at a tie each of the largest gets all; the first alone should",
       given([&](const Window& window, const Places& winners, Values& d_x) {
         for (const std::size_t tap : winners) d_x[tap] += v.d_y[window.y];
       })},
      {"maxima_share", "d_x = d_y·[x = y] / (how many are equal)",
       "at a tie the largest share; the first should get all",
       given([&](const Window& window, const Places& winners, Values& d_x) {
         for (const std::size_t tap : winners)
           d_x[tap] += v.d_y[window.y] / static_cast<double>(winners.size());
       })},
      {"last_maximum", "d_x[last of the largest] += d_y", "at a tie the last wins; the first should",
       given([&](const Window& window, const Places& winners, Values& d_x) {
         d_x[winners.back()] += v.d_y[window.y];
       })},
      {"overlap_overwritten", "d_x[winner] = d_y",
       "what wins in several windows keeps the gradient of the last alone: overwritten instead of added",
       given([&](const Window& window, const Places& winners, Values& d_x) {
         d_x[winners.front()] = v.d_y[window.y];
       })},
      {"spread_over_window", "d_x += d_y / (size of the window)", "that is the gradient of average pooling",
       given([&](const Window& window, const Places&, Values& d_x) {
         for (const std::size_t tap : window.taps)
           d_x[tap] += v.d_y[window.y] / static_cast<double>(window.taps.size());
       })},
      {"whole_window", "d_x += d_y", "the whole window gets what belongs to its largest",
       given([&](const Window& window, const Places&, Values& d_x) {
         for (const std::size_t tap : window.taps) d_x[tap] += v.d_y[window.y];
       })},
      {"first_of_window", "d_x[first of the window] += d_y", "where the largest stood was not kept",
       given([&](const Window& window, const Places&, Values& d_x) {
         d_x[window.taps.front()] += v.d_y[window.y];
       })},
  };
}

}  // namespace max_pool2d_mistakes

std::vector<Prediction> MaxPool2dSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace max_pool2d_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(windows_of(windows(), v), v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(windows_of(windows(), v), v);
  return {};
}

}  // namespace twin
