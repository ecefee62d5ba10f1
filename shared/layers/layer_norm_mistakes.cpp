#include "shared/layers/layer_norm.hpp"
#include "shared/specs/normalisation.hpp"

namespace twin {

std::vector<Prediction> LayerNormSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  const auto size = static_cast<std::size_t>(features());
  // Slices of the last extents that `slice` elements fill.
  const auto slices_of = [&](std::size_t slice) {
    return Normalisation{eps, v.x.size() / slice, [slice](std::size_t k) { return k / slice; },
                         [size](std::size_t k) { return k % size; }, size};
  };
  std::vector<Prediction> all = normalisation_mistakes(slices_of(size), quantity, v);
  if (quantity.role != Role::output) return all;

  const auto feature = [size](std::size_t k) { return k % size; };
  const Normalisation over_the_batch{eps, size, feature, feature, size};
  all.push_back({"wrong_axis", "y = γ·(x - μ_f) / √(σ²_f + ε) + β",
                 "each feature is normalised over the batch, as in a batch norm",
                 normalised(over_the_batch, v)});
  const auto last = static_cast<std::size_t>(normalized_shape.back());
  if (last < size)
    all.push_back({"last_extent_only", "y = γ·(x - μ) / √(σ² + ε) + β with the last extent's μ and σ²",
                   "mean and variance are those of the last extent, not of the whole normalized_shape",
                   normalised(slices_of(last), v)});
  const std::size_t sample = v.x.size() / static_cast<std::size_t>(v.x.shape[0]);
  if (sample > size)
    all.push_back({"whole_sample", "y = γ·(x - μₙ) / √(σₙ² + ε) + β",
                   "mean and variance are those of a whole sample, not of the normalized_shape alone",
                   normalised(slices_of(sample), v)});
  return all;
}

}  // namespace twin
