#include "shared/layers/instance_norm.hpp"
#include "shared/specs/normalisation.hpp"

namespace twin {

std::vector<Prediction> InstanceNormSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  const auto channels = static_cast<std::size_t>(num_features);
  const std::size_t samples = static_cast<std::size_t>(v.x.shape[0]),
                    places = v.x.size() / samples / channels;
  const auto channel = [=](std::size_t k) { return k / places % channels; };
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
  return all;
}

}  // namespace twin
