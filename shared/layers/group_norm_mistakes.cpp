#include "shared/layers/group_norm.hpp"
#include "shared/specs/normalisation.hpp"

namespace twin {

std::vector<Prediction> GroupNormSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  const auto groups = static_cast<std::size_t>(num_groups), channels = static_cast<std::size_t>(num_channels);
  const std::size_t samples = static_cast<std::size_t>(v.x.shape[0]),
                    places = v.x.size() / samples / channels;
  const auto channel = [=](std::size_t k) { return k / places % channels; };
  // So many slices of each sample; slice(c): that of channel c.
  const auto slices_of_samples = [&](std::size_t count, auto slice) {
    return Normalisation{eps, samples * count,
                         [=](std::size_t k) { return k / (channels * places) * count + slice(channel(k)); },
                         channel, channels * places};
  };
  std::vector<Prediction> all = normalisation_mistakes(
      slices_of_samples(groups, [=](std::size_t c) { return c / (channels / groups); }), quantity, v);
  if (quantity.role != Role::output) return all;

  constexpr const char* kFormula = "y = γ·(x - μ) / √(σ² + ε) + β with other μ and σ²";
  all.push_back({"wrong_axis", kFormula, "each channel is normalised over the batch, as in a batch norm",
                 normalised({eps, channels, channel, channel, channels * places}, v)});
  if (groups > 1)
    all.push_back({"groups_ignored", kFormula,
                   "each sample is normalised as a whole: there is one group, not several",
                   normalised(slices_of_samples(1, [](std::size_t) { return std::size_t{0}; }), v)});
  if (groups < channels)
    all.push_back({"channels_alone", kFormula,
                   "each channel is normalised by itself, as in an instance norm, not with its group",
                   normalised(slices_of_samples(channels, [](std::size_t c) { return c; }), v)});
  if (groups > 1 && groups < channels)
    all.push_back({"groups_mixed", kFormula,
                   "the groups take turns with the channels, in place of one after the other",
                   normalised(slices_of_samples(groups, [=](std::size_t c) { return c % groups; }), v)});
  return all;
}

}  // namespace twin
