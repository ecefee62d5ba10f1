#include "shared/layers/conv_transpose2d.hpp"

namespace twin {
namespace conv_transpose2d_mistakes {

using Values = std::vector<double>;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// What may go wrong in finding the factors that belong together.
struct Slip {
  bool kernel_turned = false, kernel_transposed = false, channels_swapped = false, groups_mixed = false;
  Pair shift = {0, 0};  // every window begins so much too late
  bool dilation_ignored = false, stride_ignored = false;
};

// f(place in x, place in weight, place in y) for every product; in the order of the taps, and then of the
// inputs, of each picture.
template <typename F>
void for_each_product(const ConvTranspose2dSpec& spec, const LayerValues& v, const Slip& slip, const F& f) {
  auto [down, across] = spec.windows();
  if (slip.dilation_ignored) down.dilation = across.dilation = 1;
  if (slip.stride_ignored) down.stride = across.stride = 1;
  const Shape &x = v.x.shape, &y = v.y.shape;
  const std::int64_t kh = spec.kernel_size[0], kw = spec.kernel_size[1];
  const std::int64_t ins = spec.in_channels / spec.groups, outs = spec.out_channels / spec.groups;
  for (std::int64_t n = 0; n < x[0]; ++n)
    for (std::int64_t g = 0; g < spec.groups; ++g)
      for (std::int64_t o = 0; o < outs; ++o)
        for (std::int64_t i = 0; i < kh; ++i)
          for (std::int64_t j = 0; j < kw; ++j)
            for (std::int64_t h = 0; h < x[2]; ++h)
              for (std::int64_t w = 0; w < x[3]; ++w) {
                const std::int64_t row = down.input(h, i) + slip.shift[0],
                                   column = across.input(w, j) + slip.shift[1];
                if (row < 0 || row >= y[2] || column < 0 || column >= y[3]) continue;
                const std::int64_t out = slip.groups_mixed ? o * spec.groups + g : g * outs + o;
                const std::int64_t at_y = ((n * y[1] + out) * y[2] + row) * y[3] + column;
                std::int64_t tap = i * kw + j;
                if (slip.kernel_turned) tap = kh * kw - 1 - tap;
                if (slip.kernel_transposed) tap = j * kh + i;
                for (std::int64_t c = 0; c < ins; ++c) {
                  const std::int64_t in = g * ins + c;
                  const std::int64_t pair = slip.channels_swapped ? o * outs + in : in * outs + o;
                  f(index(((n * x[1] + in) * x[2] + h) * x[3] + w), index(pair * kh * kw + tap), index(at_y));
                }
              }
}

struct NamedSlip {
  const char* cause;
  const char* meaning;
  Slip slip;
};

// Those that change something in a layer of this kind.
std::vector<NamedSlip> slips_of(const ConvTranspose2dSpec& spec) {
  std::vector<NamedSlip> all;
  if (spec.kernel_size[0] * spec.kernel_size[1] > 1)
    all.push_back({"kernel_turned",
                   "the kernel is turned around, its last tap first, as in a convolution of the outputs",
                   {.kernel_turned = true}});
  if (spec.kernel_size[0] == spec.kernel_size[1] && spec.kernel_size[0] > 1)
    all.push_back(
        {"kernel_transposed", "rows and columns of the kernel are confused", {.kernel_transposed = true}});
  if (spec.groups == 1 && spec.in_channels == spec.out_channels && spec.in_channels > 1)
    all.push_back({"channels_swapped",
                   "input and output channels of the weight are confused: here the inputs stand first",
                   {.channels_swapped = true}});
  if (spec.groups > 1 && spec.groups < spec.out_channels)
    all.push_back({"groups_mixed",
                   "the groups take turns with the channels, in place of one after the other",
                   {.groups_mixed = true}});
  if (spec.padding != Pair{0, 0})
    all.push_back({"padding_ignored",
                   "the padding is cut off at the far ends alone: windows begin at the corner of the picture",
                   {.shift = spec.padding}});
  if (spec.output_padding != Pair{0, 0})
    all.push_back({"output_padding_in_front",
                   "the output padding stands before the first output, not behind the last",
                   {.shift = spec.output_padding}});
  for (const std::int64_t by : {-1, 1}) {
    const char* meaning =
        by < 0 ? "every window begins too early by one" : "every window begins too late by one";
    for (const Pair& shift : {Pair{by, by}, {by, 0}, {0, by}})
      all.push_back({"window_off_by_one", meaning, {.shift = shift}});
  }
  if (spec.dilation != Pair{1, 1})
    all.push_back(
        {"dilation_ignored", "the taps of the kernel lie side by side", {.dilation_ignored = true}});
  if (spec.stride != Pair{1, 1})
    all.push_back(
        {"stride_ignored", "the windows of neighbouring inputs lie one apart", {.stride_ignored = true}});
  return all;
}

std::size_t positions(const LayerValues& v) { return index(v.y.shape[2] * v.y.shape[3]); }

Values bias_alone(const ConvTranspose2dSpec& spec, const LayerValues& v, double times_bias) {
  Values y(v.y.size());
  if (!spec.bias) return y;
  const Array& bias = v.parameters.at("bias");
  for (std::size_t k = 0; k < y.size(); ++k) y[k] = times_bias * bias[k / positions(v) % bias.size()];
  return y;
}

Values outputs(const ConvTranspose2dSpec& spec, const LayerValues& v, const Slip& slip,
               double times_bias = 1) {
  Values y = bias_alone(spec, v, times_bias);
  for_each_product(spec, v, slip, [&](std::size_t x, std::size_t w, std::size_t at) {
    y[at] += v.x[x] * v.parameters.at("weight")[w];
  });
  return y;
}

// Each tap assigns to the outputs that it meets, where it should add.
Values last_tap_only(const ConvTranspose2dSpec& spec, const LayerValues& v, bool bias_too) {
  const std::size_t taps = index(spec.kernel_size[0] * spec.kernel_size[1]);
  const Values bias = bias_alone(spec, v, 1);
  Values y = bias;
  std::vector<std::size_t> last(v.y.size(), taps);
  for_each_product(spec, v, {}, [&](std::size_t x, std::size_t w, std::size_t at) {
    const std::size_t tap = w % taps;
    if (last[at] != tap) y[at] = bias_too ? 0 : bias[at];
    last[at] = tap;
    y[at] += v.x[x] * v.parameters.at("weight")[w];
  });
  return y;
}

std::vector<Prediction> wrong_outputs(const ConvTranspose2dSpec& spec, const LayerValues& v) {
  constexpr const char* kOverwritten =
      "an output that several windows meet keeps the product of one: overwritten instead of added";
  std::vector<Prediction> all;
  for (const auto& [cause, meaning, slip] : slips_of(spec))
    all.push_back({cause, "y = columnsᵀ(Wᵀ·x) + b with other columns", meaning, outputs(spec, v, slip)});
  all.push_back({"overlap_overwritten", "y = the last tap's share of columnsᵀ(Wᵀ·x), plus b", kOverwritten,
                 last_tap_only(spec, v, false)});
  if (spec.bias) {
    all.push_back({"overlap_overwritten", "y = the last tap's share of columnsᵀ(Wᵀ·x)", kOverwritten,
                   last_tap_only(spec, v, true)});
    all.push_back({"bias_missing", "y = columnsᵀ(Wᵀ·x)", "the bias is not added", outputs(spec, v, {}, 0)});
    all.push_back(
        {"bias_subtracted", "y = columnsᵀ(Wᵀ·x) - b", "the bias is subtracted", outputs(spec, v, {}, -1)});
  }
  return all;
}

std::vector<Prediction> wrong_input_gradients(const ConvTranspose2dSpec& spec, const LayerValues& v) {
  std::vector<Prediction> all;
  for (const auto& [cause, meaning, slip] : slips_of(spec)) {
    Values d_x(v.x.size());
    for_each_product(spec, v, slip, [&](std::size_t x, std::size_t w, std::size_t y) {
      d_x[x] += v.parameters.at("weight")[w] * v.d_y[y];
    });
    all.push_back({cause, "d_x = W·columns(d_y) with other columns", meaning, std::move(d_x)});
  }
  return all;
}

// Over the pictures from `first` up to `last`.
Values weight_gradient(const ConvTranspose2dSpec& spec, const LayerValues& v, const Slip& slip,
                       const Array& input, std::int64_t first, std::int64_t last) {
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

std::vector<Prediction> wrong_weight_gradients(const ConvTranspose2dSpec& spec, const LayerValues& v) {
  const std::int64_t n = v.x.shape[0];
  std::vector<Prediction> all{{"last_sample_only", "d_W = xₙ·columns(d_yₙ)ᵀ of the last n", kLastPicture,
                               weight_gradient(spec, v, {}, v.x, n - 1, n)},
                              {"first_sample_only", "d_W = x₀·columns(d_y₀)ᵀ", kFirstPicture,
                               weight_gradient(spec, v, {}, v.x, 0, 1)}};
  for (const auto& [cause, meaning, slip] : slips_of(spec))
    all.push_back({cause, "d_W = Σₙ xₙ·columns(d_yₙ)ᵀ with other columns", meaning,
                   weight_gradient(spec, v, slip, v.x, 0, n)});
  if (v.previous_x.shape == v.x.shape)
    all.push_back({"stale", "d_W = Σₙ xₙ·columns(d_yₙ)ᵀ with the x of the step before",
                   "the input that was kept is not that of the last way forward",
                   weight_gradient(spec, v, {}, v.previous_x, 0, n)});
  return all;
}

// Whether a window meets each output of one channel.
std::vector<bool> met_outputs(const ConvTranspose2dSpec& spec, const LayerValues& v) {
  std::vector<bool> met(positions(v));
  for_each_product(spec, v, {}, [&](std::size_t, std::size_t, std::size_t y) { met[y % met.size()] = true; });
  return met;
}

std::vector<Prediction> wrong_bias_gradients(const ConvTranspose2dSpec& spec, const LayerValues& v) {
  const std::size_t pictures = index(v.y.shape[0]), channels = index(v.y.shape[1]), outputs = positions(v);
  const auto sums = [&](std::size_t first, std::size_t last, double divisor, const std::vector<bool>& taken) {
    Values d_bias(channels);
    for (std::size_t n = first; n < last; ++n)
      for (std::size_t o = 0; o < channels; ++o)
        for (std::size_t k = 0; k < outputs; ++k)
          if (taken[k]) d_bias[o] += v.d_y[(n * channels + o) * outputs + k] / divisor;
    return d_bias;
  };
  const std::vector<bool> all(outputs, true), met = met_outputs(spec, v);
  std::vector<Prediction> wrong{
      {"last_sample_only", "d_b = Σ d_yₙ of the last n", kLastPicture, sums(pictures - 1, pictures, 1, all)},
      {"first_sample_only", "d_b = Σ d_y₀", kFirstPicture, sums(0, 1, 1, all)},
      {"windows_averaged", "d_b = Σₙ mean of d_yₙ over its outputs",
       "the bias is added to every output: its gradient is a sum over them, not a mean",
       sums(0, pictures, static_cast<double>(outputs), all)}};
  if (met != all)
    wrong.push_back({"outputs_between_windows_missing", "d_b = Σₙ d_yₙ where a window meets the output",
                     "the bias is in every output, those included that no window meets",
                     sums(0, pictures, 1, met)});
  return wrong;
}

}  // namespace conv_transpose2d_mistakes

std::vector<Prediction> ConvTranspose2dSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace conv_transpose2d_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(*this, v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(*this, v);
  if (quantity.role != Role::parameter_gradient) return {};
  return quantity.name == "weight" ? wrong_weight_gradients(*this, v) : wrong_bias_gradients(*this, v);
}

}  // namespace twin
