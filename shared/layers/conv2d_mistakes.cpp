#include "shared/layers/conv2d.hpp"

namespace twin {
namespace conv2d_mistakes {

using Values = std::vector<double>;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// What may go wrong in finding the factors that belong together.
struct Slip {
  bool kernel_turned = false, kernel_transposed = false, channels_swapped = false, groups_mixed = false;
  Pair shift = {0, 0};  // every window begins so much too late
  bool dilation_ignored = false;
};

// f(place in x, place in weight, place in y) for every product of the sum that a convolution is; in the order
// of the taps, and then of the windows, of each picture.
template <typename F>
void for_each_product(const Conv2dSpec& spec, const LayerValues& v, const Slip& slip, const F& f) {
  auto [down, across] = spec.windows();
  if (slip.dilation_ignored) down.dilation = across.dilation = 1;
  const Shape &x = v.x.shape, &y = v.y.shape;
  const std::int64_t kh = spec.kernel_size[0], kw = spec.kernel_size[1];
  const std::int64_t ins = spec.in_channels / spec.groups, outs = spec.out_channels / spec.groups;
  for (std::int64_t n = 0; n < x[0]; ++n)
    for (std::int64_t g = 0; g < spec.groups; ++g)
      for (std::int64_t c = 0; c < ins; ++c)
        for (std::int64_t i = 0; i < kh; ++i)
          for (std::int64_t j = 0; j < kw; ++j)
            for (std::int64_t h = 0; h < y[2]; ++h)
              for (std::int64_t w = 0; w < y[3]; ++w) {
                const std::int64_t row = down.input(h, i) + slip.shift[0],
                                   column = across.input(w, j) + slip.shift[1];
                if (row < 0 || row >= x[2] || column < 0 || column >= x[3]) continue;
                const std::int64_t channel = slip.groups_mixed ? c * spec.groups + g : g * ins + c;
                const std::int64_t at_x = ((n * x[1] + channel) * x[2] + row) * x[3] + column;
                for (std::int64_t o = 0; o < outs; ++o) {
                  const std::int64_t out = g * outs + o;
                  std::int64_t tap = i * kw + j;
                  if (slip.kernel_turned) tap = kh * kw - 1 - tap;
                  if (slip.kernel_transposed) tap = j * kh + i;
                  const std::int64_t pair = slip.channels_swapped ? c * ins + out : out * ins + c;
                  f(index(at_x), index(pair * kh * kw + tap),
                    index(((n * y[1] + out) * y[2] + h) * y[3] + w));
                }
              }
}

struct NamedSlip {
  const char* cause;
  const char* meaning;
  Slip slip;
};

// Those that change something in a layer of this kind.
std::vector<NamedSlip> slips_of(const Conv2dSpec& spec) {
  std::vector<NamedSlip> all;
  if (spec.kernel_size[0] * spec.kernel_size[1] > 1)
    all.push_back(
        {"kernel_turned", "the kernel is turned around, its last tap first", {.kernel_turned = true}});
  if (spec.kernel_size[0] == spec.kernel_size[1] && spec.kernel_size[0] > 1)
    all.push_back(
        {"kernel_transposed", "rows and columns of the kernel are confused", {.kernel_transposed = true}});
  if (spec.groups == 1 && spec.in_channels == spec.out_channels && spec.in_channels > 1)
    all.push_back({"channels_swapped",
                   "input and output channels of the weight are confused",
                   {.channels_swapped = true}});
  if (spec.groups > 1 && spec.groups < spec.in_channels)
    all.push_back({"groups_mixed",
                   "the groups take turns with the channels, in place of one after the other",
                   {.groups_mixed = true}});
  if (spec.padding != Pair{0, 0})
    all.push_back({"padding_ignored",
                   "windows begin at the corner of the picture, not in its padding",
                   {.shift = spec.padding}});
  for (const std::int64_t by : {-1, 1}) {
    const char* meaning =
        by < 0 ? "every window begins too early by one" : "every window begins too late by one";
    for (const Pair& shift : {Pair{by, by}, {by, 0}, {0, by}})
      all.push_back({"window_off_by_one", meaning, {.shift = shift}});
  }
  if (spec.dilation != Pair{1, 1})
    all.push_back(
        {"dilation_ignored", "the taps of the kernel lie side by side", {.dilation_ignored = true}});
  return all;
}

Values outputs(const Conv2dSpec& spec, const LayerValues& v, const Slip& slip, double times_bias = 1) {
  Values y(v.y.size());
  for_each_product(spec, v, slip, [&](std::size_t x, std::size_t w, std::size_t at) {
    y[at] += v.x[x] * v.parameters.at("weight")[w];
  });
  if (!spec.bias) return y;
  const Array& bias = v.parameters.at("bias");
  const std::size_t windows = index(v.y.shape[2] * v.y.shape[3]);
  for (std::size_t k = 0; k < y.size(); ++k) y[k] += times_bias * bias[k / windows % bias.size()];
  return y;
}

std::vector<Prediction> wrong_outputs(const Conv2dSpec& spec, const LayerValues& v) {
  std::vector<Prediction> all;
  for (const auto& [cause, meaning, slip] : slips_of(spec))
    all.push_back({cause, "y = W·columns(x) + b with other columns", meaning, outputs(spec, v, slip)});
  if (spec.bias) {
    all.push_back({"bias_missing", "y = W·columns(x)", "the bias is not added", outputs(spec, v, {}, 0)});
    all.push_back(
        {"bias_subtracted", "y = W·columns(x) - b", "the bias is subtracted", outputs(spec, v, {}, -1)});
  }
  return all;
}

Values input_gradient(const Conv2dSpec& spec, const LayerValues& v, const Slip& slip) {
  Values d_x(v.x.size());
  for_each_product(spec, v, slip, [&](std::size_t x, std::size_t w, std::size_t y) {
    d_x[x] += v.parameters.at("weight")[w] * v.d_y[y];
  });
  return d_x;
}

// Each tap assigns to the inputs that it meets, where it should add.
Values last_tap_only(const Conv2dSpec& spec, const LayerValues& v) {
  const std::size_t taps = index(spec.kernel_size[0] * spec.kernel_size[1]);
  Values d_x(v.x.size());
  std::vector<std::size_t> last(v.x.size(), taps);
  for_each_product(spec, v, {}, [&](std::size_t x, std::size_t w, std::size_t y) {
    const std::size_t tap = w % taps;
    if (last[x] != tap) d_x[x] = 0;
    last[x] = tap;
    d_x[x] += v.parameters.at("weight")[w] * v.d_y[y];
  });
  return d_x;
}

std::vector<Prediction> wrong_input_gradients(const Conv2dSpec& spec, const LayerValues& v) {
  std::vector<Prediction> all;
  for (const auto& [cause, meaning, slip] : slips_of(spec))
    all.push_back(
        {cause, "d_x = columnsᵀ(Wᵀ·d_y) with other columns", meaning, input_gradient(spec, v, slip)});
  all.push_back({"overlap_overwritten", "d_x = the last tap's share of columnsᵀ(Wᵀ·d_y)",
                 "an input that several windows meet keeps the gradient of one: overwritten instead of added",
                 last_tap_only(spec, v)});
  return all;
}

// Over the pictures from `first` up to `last`.
Values weight_gradient(const Conv2dSpec& spec, const LayerValues& v, const Slip& slip, const Array& input,
                       std::int64_t first, std::int64_t last) {
  Values d_weight(v.parameters.at("weight").size());
  const std::size_t picture = v.y.size() / index(v.y.shape[0]);
  for_each_product(spec, v, slip, [&](std::size_t x, std::size_t w, std::size_t y) {
    if (y / picture >= index(first) && y / picture < index(last)) d_weight[w] += v.d_y[y] * input[x];
  });
  return d_weight;
}

constexpr const char* kLastPicture =
    "the sum over the batch keeps its last picture alone: overwritten instead of added";
constexpr const char* kFirstPicture = "the sum over the batch stops at its first picture";

std::vector<Prediction> wrong_weight_gradients(const Conv2dSpec& spec, const LayerValues& v) {
  const std::int64_t n = v.x.shape[0];
  std::vector<Prediction> all{{"last_sample_only", "d_W = d_yₙ·columns(xₙ)ᵀ of the last n", kLastPicture,
                               weight_gradient(spec, v, {}, v.x, n - 1, n)},
                              {"first_sample_only", "d_W = d_y₀·columns(x₀)ᵀ", kFirstPicture,
                               weight_gradient(spec, v, {}, v.x, 0, 1)}};
  for (const auto& [cause, meaning, slip] : slips_of(spec))
    all.push_back({cause, "d_W = Σₙ d_yₙ·columns(xₙ)ᵀ with other columns", meaning,
                   weight_gradient(spec, v, slip, v.x, 0, n)});
  if (v.previous_x.shape == v.x.shape)
    all.push_back({"stale", "d_W = Σₙ d_yₙ·columns(xₙ)ᵀ with the x of the step before",
                   "the input that was kept is not that of the last way forward",
                   weight_gradient(spec, v, {}, v.previous_x, 0, n)});
  return all;
}

std::vector<Prediction> wrong_bias_gradients(const LayerValues& v) {
  const std::size_t pictures = index(v.y.shape[0]), channels = index(v.y.shape[1]),
                    windows = index(v.y.shape[2] * v.y.shape[3]);
  const auto sums = [&](std::size_t first, std::size_t last, std::size_t most, double divisor) {
    Values d_bias(channels);
    for (std::size_t n = first; n < last; ++n)
      for (std::size_t o = 0; o < channels; ++o)
        for (std::size_t w = 0; w < most; ++w) d_bias[o] += v.d_y[(n * channels + o) * windows + w] / divisor;
    return d_bias;
  };
  return {{"last_sample_only", "d_b = Σ d_yₙ of the last n", kLastPicture,
           sums(pictures - 1, pictures, windows, 1)},
          {"first_sample_only", "d_b = Σ d_y₀", kFirstPicture, sums(0, 1, windows, 1)},
          {"windows_averaged", "d_b = Σₙ mean of d_yₙ over its windows",
           "the bias is added in every window: its gradient is a sum over them, not a mean",
           sums(0, pictures, windows, static_cast<double>(windows))},
          {"first_window_only", "d_b = Σₙ d_yₙ of the first window", "the sum leaves the other windows out",
           sums(0, pictures, 1, 1)}};
}

}  // namespace conv2d_mistakes

std::vector<Prediction> Conv2dSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace conv2d_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(*this, v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(*this, v);
  if (quantity.role != Role::parameter_gradient) return {};
  return quantity.name == "weight" ? wrong_weight_gradients(*this, v) : wrong_bias_gradients(v);
}

}  // namespace twin
