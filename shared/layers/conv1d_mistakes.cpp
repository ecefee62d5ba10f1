#include "shared/layers/conv1d.hpp"

namespace twin {
namespace conv1d_mistakes {

using Values = std::vector<double>;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// What may go wrong in finding the factors that belong together.
struct Slip {
  bool kernel_turned = false, channels_swapped = false, groups_mixed = false, dilation_ignored = false;
  std::int64_t shift = 0;  // every window begins so much too late
};

// f(place in x, place in weight, place in y) for every product of the sum that a convolution is; in the order
// of the taps, and then of the windows, of each sequence.
template <typename F>
void for_each_product(const Conv1dSpec& spec, const LayerValues& v, const Slip& slip, const F& f) {
  SlidingWindow window = spec.window();
  if (slip.dilation_ignored) window.dilation = 1;
  const Shape &x = v.x.shape, &y = v.y.shape;
  const std::int64_t ins = spec.in_channels / spec.groups, outs = spec.out_channels / spec.groups;
  for (std::int64_t n = 0; n < x[0]; ++n)
    for (std::int64_t g = 0; g < spec.groups; ++g)
      for (std::int64_t c = 0; c < ins; ++c)
        for (std::int64_t k = 0; k < spec.kernel_size; ++k)
          for (std::int64_t l = 0; l < y[2]; ++l) {
            const std::int64_t place = window.input(l, k) + slip.shift;
            if (place < 0 || place >= x[2]) continue;
            const std::int64_t channel = slip.groups_mixed ? c * spec.groups + g : g * ins + c;
            for (std::int64_t o = 0; o < outs; ++o) {
              const std::int64_t out = g * outs + o;
              const std::int64_t tap = slip.kernel_turned ? spec.kernel_size - 1 - k : k;
              const std::int64_t pair = slip.channels_swapped ? c * ins + out : out * ins + c;
              f(index((n * x[1] + channel) * x[2] + place), index(pair * spec.kernel_size + tap),
                index((n * y[1] + out) * y[2] + l));
            }
          }
}

struct NamedSlip {
  const char* cause;
  const char* meaning;
  Slip slip;
};

// Those that change something in a layer of this kind.
std::vector<NamedSlip> slips_of(const Conv1dSpec& spec) {
  std::vector<NamedSlip> all{{"window_off_by_one", "every window begins too early by one", {.shift = -1}},
                             {"window_off_by_one", "every window begins too late by one", {.shift = 1}}};
  if (spec.kernel_size > 1)
    all.push_back(
        {"kernel_turned", "the kernel is turned around, its last tap first", {.kernel_turned = true}});
  if (spec.groups == 1 && spec.in_channels == spec.out_channels && spec.in_channels > 1)
    all.push_back({"channels_swapped",
                   "input and output channels of the weight are confused",
                   {.channels_swapped = true}});
  if (spec.groups > 1 && spec.groups < spec.in_channels)
    all.push_back({"groups_mixed",
                   "the groups take turns with the channels, in place of one after the other",
                   {.groups_mixed = true}});
  if (spec.padding > 0)
    all.push_back({"padding_ignored",
                   "windows begin at the first input, not in the padding before it",
                   {.shift = spec.padding}});
  if (spec.dilation > 1)
    all.push_back(
        {"dilation_ignored", "the taps of the kernel lie side by side", {.dilation_ignored = true}});
  return all;
}

Values outputs(const Conv1dSpec& spec, const LayerValues& v, const Slip& slip, double times_bias = 1) {
  Values y(v.y.size());
  for_each_product(spec, v, slip, [&](std::size_t x, std::size_t w, std::size_t at) {
    y[at] += v.x[x] * v.parameters.at("weight")[w];
  });
  if (!spec.bias) return y;
  const Array& bias = v.parameters.at("bias");
  const std::size_t windows = index(v.y.shape[2]);
  for (std::size_t k = 0; k < y.size(); ++k) y[k] += times_bias * bias[k / windows % bias.size()];
  return y;
}

std::vector<Prediction> wrong_outputs(const Conv1dSpec& spec, const LayerValues& v) {
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

Values input_gradient(const Conv1dSpec& spec, const LayerValues& v, const Slip& slip) {
  Values d_x(v.x.size());
  for_each_product(spec, v, slip, [&](std::size_t x, std::size_t w, std::size_t y) {
    d_x[x] += v.parameters.at("weight")[w] * v.d_y[y];
  });
  return d_x;
}

// Each tap assigns to the inputs that it meets, where it should add.
Values last_tap_only(const Conv1dSpec& spec, const LayerValues& v) {
  const std::size_t taps = index(spec.kernel_size);
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

std::vector<Prediction> wrong_input_gradients(const Conv1dSpec& spec, const LayerValues& v) {
  std::vector<Prediction> all;
  for (const auto& [cause, meaning, slip] : slips_of(spec))
    all.push_back(
        {cause, "d_x = columnsᵀ(Wᵀ·d_y) with other columns", meaning, input_gradient(spec, v, slip)});
  all.push_back({"overlap_overwritten", "d_x = the last tap's share of columnsᵀ(Wᵀ·d_y)",
                 "an input that several windows meet keeps the gradient of one: overwritten instead of added",
                 last_tap_only(spec, v)});
  return all;
}

// Over the sequences from `first` up to `last`.
Values weight_gradient(const Conv1dSpec& spec, const LayerValues& v, const Slip& slip, const Array& input,
                       std::int64_t first, std::int64_t last) {
  Values d_weight(v.parameters.at("weight").size());
  const std::size_t sequence = v.y.size() / index(v.y.shape[0]);
  for_each_product(spec, v, slip, [&](std::size_t x, std::size_t w, std::size_t y) {
    if (y / sequence >= index(first) && y / sequence < index(last)) d_weight[w] += v.d_y[y] * input[x];
  });
  return d_weight;
}

constexpr const char* kLastSequence =
    "the sum over the batch keeps its last sequence alone: overwritten instead of added";
constexpr const char* kFirstSequence = "the sum over the batch stops at its first sequence";

std::vector<Prediction> wrong_weight_gradients(const Conv1dSpec& spec, const LayerValues& v) {
  const std::int64_t n = v.x.shape[0];
  std::vector<Prediction> all{{"last_sample_only", "d_W = d_yₙ·columns(xₙ)ᵀ of the last n", kLastSequence,
                               weight_gradient(spec, v, {}, v.x, n - 1, n)},
                              {"first_sample_only", "d_W = d_y₀·columns(x₀)ᵀ", kFirstSequence,
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
  const std::size_t sequences = index(v.y.shape[0]), channels = index(v.y.shape[1]),
                    windows = index(v.y.shape[2]);
  const auto sums = [&](std::size_t first, std::size_t last, std::size_t most, double divisor) {
    Values d_bias(channels);
    for (std::size_t n = first; n < last; ++n)
      for (std::size_t o = 0; o < channels; ++o)
        for (std::size_t l = 0; l < most; ++l) d_bias[o] += v.d_y[(n * channels + o) * windows + l] / divisor;
    return d_bias;
  };
  return {{"last_sample_only", "d_b = Σ d_yₙ of the last n", kLastSequence,
           sums(sequences - 1, sequences, windows, 1)},
          {"first_sample_only", "d_b = Σ d_y₀", kFirstSequence, sums(0, 1, windows, 1)},
          {"windows_averaged", "d_b = Σₙ mean of d_yₙ over its windows",
           "the bias is added in every window: its gradient is a sum over them, not a mean",
           sums(0, sequences, windows, static_cast<double>(windows))},
          {"first_window_only", "d_b = Σₙ d_yₙ of the first window", "the sum leaves the other windows out",
           sums(0, sequences, 1, 1)}};
}

}  // namespace conv1d_mistakes

std::vector<Prediction> Conv1dSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace conv1d_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(*this, v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(*this, v);
  if (quantity.role != Role::parameter_gradient) return {};
  return quantity.name == "weight" ? wrong_weight_gradients(*this, v) : wrong_bias_gradients(v);
}

}  // namespace twin
