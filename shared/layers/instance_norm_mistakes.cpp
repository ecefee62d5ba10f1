#include <cmath>

#include "shared/layers/instance_norm.hpp"
#include "shared/specs/normalisation.hpp"

namespace twin {
namespace instance_norm_mistakes {

// The values of a channel, value_at(channel, i), in slices of `count` that follow each other: the means over
// the slices of their means and variances.
template <typename ValueAt>
BatchStatistics statistics_of(std::size_t channels, std::size_t slices, std::size_t count,
                              const ValueAt& value_at) {
  const auto n = static_cast<double>(count), share = 1 / static_cast<double>(slices);
  BatchStatistics all{std::vector<double>(channels), std::vector<double>(channels),
                      std::vector<double>(channels)};
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t first = 0; first < slices * count; first += count) {
      double mean = 0, squares = 0;
      for (std::size_t i = first; i < first + count; ++i) mean += value_at(c, i) / n;
      for (std::size_t i = first; i < first + count; ++i) squares += std::pow(value_at(c, i) - mean, 2);
      all.means[c] += share * mean;
      all.variances[c] += share * squares / n;
      all.unbiased_variances[c] += share * squares / (n - 1);
    }
  return all;
}

}  // namespace instance_norm_mistakes

std::vector<Prediction> InstanceNormSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  const auto channels = static_cast<std::size_t>(num_features);
  const std::size_t samples = static_cast<std::size_t>(v.x.shape[0]),
                    places = v.x.size() / samples / channels;
  const auto channel = [=](std::size_t k) { return k / places % channels; };
  if (quantity.role == Role::state) {
    // Element i of a channel, counted over the samples.
    const auto x = [&](std::size_t c, std::size_t i) {
      return v.x[(i / places * channels + c) * places + i % places];
    };
    const BatchStatistics batch = instance_norm_mistakes::statistics_of(channels, samples, places, x);
    const bool of_mean = quantity.name == "running_mean";
    const std::vector<double>& right = of_mean ? batch.means : batch.unbiased_variances;
    const Array& kept = v.buffers.at(quantity.name);
    const auto moved = [&](const std::vector<double>& towards, double times) {
      return each(channels,
                  [&](std::size_t c) { return (1 - momentum) * kept[c] + momentum * times * towards[c]; });
    };
    const auto count = static_cast<double>(samples), n = static_cast<double>(samples * places);
    std::vector<Prediction> all = running_statistics_mistakes(momentum, batch, quantity, v);
    all.push_back({"sum_over_samples", "running ← (1 - momentum)·running + momentum·Σ over the samples",
                   "what the samples have is added up, not averaged", moved(right, count)});
    if (of_mean) return all;
    all.push_back(
        {"variance_over_batch",
         "running ← (1 - momentum)·running + momentum·variance over samples and places",
         "each sample has its own mean: it is the mean of their variances that is kept",
         moved(instance_norm_mistakes::statistics_of(channels, 1, samples * places, x).unbiased_variances,
               1)});
    all.push_back({"corrected_for_batch",
                   "running ← (1 - momentum)·running + momentum·mean(σ²)·N·P/(N·P - 1)",
                   "a variance is that of the P places of one sample: it is corrected by P/(P - 1)",
                   moved(batch.variances, n / (n - 1))});
    return all;
  }
  const Normalisation right{eps, samples * channels, [=](std::size_t k) { return k / places; }, channel,
                            channels * places};
  std::vector<Prediction> all = normalisation_mistakes(right, quantity, v);
  if (quantity.role != Role::output) return all;

  constexpr const char* kFormula = "y = γ·(x - μ) / √(σ² + ε) + β with other μ and σ²";
  all.push_back({"wrong_axis", kFormula, "each channel is normalised over the batch, as in a batch norm",
                 normalised({eps, channels, channel, channel, channels * places}, v)});
  all.push_back({"whole_sample", kFormula, "each sample is normalised as a whole, as in a layer norm",
                 normalised({eps, samples, [=](std::size_t k) { return k / (channels * places); }, channel,
                             channels * places},
                            v)});
  if (track_running_stats) {
    const Array &mean = v.buffers.at("running_mean"), &variance = v.buffers.at("running_var");
    all.push_back({"running_statistics", "y = γ·(x - running_mean) / √(running_var + ε) + β",
                   "in training the statistics are those of the samples",
                   each(v.x.size(), [&](std::size_t k) {
                     const std::size_t c = channel(k);
                     return (affine ? v.parameters.at("weight")[c] : 1) * (v.x[k] - mean[c]) /
                                std::sqrt(variance[c] + eps) +
                            (affine ? v.parameters.at("bias")[c] : 0);
                   })});
  }
  return all;
}

}  // namespace twin
