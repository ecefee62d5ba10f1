#include "shared/layers/embedding.hpp"

namespace twin {
namespace embedding_mistakes {

using Values = std::vector<double>;

std::size_t index(double x) { return static_cast<std::size_t>(x); }

// The rows of W at x + shift, where the table has no end.
Values rows_beside(const LayerValues& v, const Array& weight, std::int64_t shift) {
  const auto width = static_cast<std::size_t>(weight.columns());
  const auto rows = static_cast<std::size_t>(weight.rows());
  return each(v.x.size() * width, [&](std::size_t at) {
    const std::size_t row = (index(v.x[at / width]) + rows + static_cast<std::size_t>(shift)) % rows;
    return weight[row * width + at % width];
  });
}

// Σ d_y over the places that looked each row up, but that of the padding; `overwritten`: of the last of them
// alone.
Values gathered(const LayerValues& v, const Array& x, const Array& weight, std::int64_t padding,
                bool overwritten = false) {
  const auto width = static_cast<std::size_t>(weight.columns());
  Values result(weight.size());
  for (std::size_t at = 0; at < v.d_y.size(); ++at) {
    if (static_cast<std::int64_t>(x[at / width]) == padding) continue;
    double& d = result[index(x[at / width]) * width + at % width];
    d = v.d_y[at] + (overwritten ? 0 : d);
  }
  return result;
}

constexpr std::int64_t kNone = -1;  // no index

std::vector<Prediction> wrong_weight_gradients(const EmbeddingSpec& spec, const LayerValues& v,
                                               const Array& weight) {
  const auto width = static_cast<std::size_t>(weight.columns());
  const std::int64_t padding = spec.padding_row();
  const Values sum = gathered(v, v.x, weight, padding);
  Values count(static_cast<std::size_t>(weight.rows()));
  for (const double x : v.x.values)
    if (static_cast<std::int64_t>(x) != padding) ++count[index(x)];
  std::vector<Prediction> all{
      {"overwritten", "d_W[k] = d_y of the last place where x = k",
       "a row that is looked up more than once keeps its last gradient alone: overwritten instead of added",
       gathered(v, v.x, weight, padding, true)},
      {"averaged", "d_W[k] = mean of d_y where x = k",
       "the gradients of a row are averaged over the places that looked it up",
       each(sum.size(),
            [&](std::size_t k) { return sum[k] / (count[k / width] > 0 ? count[k / width] : 1); })},
      {"upstream_ignored", "d_W[k] = number of places where x = k",
       "what flows back into the layer is left out",
       each(sum.size(), [&](std::size_t k) { return count[k / width]; })},
      {"other_use_missing", "d_W[k] = Σ d_y where x = k, and no more",
       "the weight is used again further on: the gradient of that use is not added, or is overwritten", sum}};
  if (v.previous_x.size() == v.x.size())
    all.push_back({"stale", "d_W[k] = Σ d_y where the x of the step before was k",
                   "the indices that were kept are not those of the last way forward",
                   gathered(v, v.previous_x, weight, padding)});
  if (!spec.padding_idx) return all;
  all.push_back({"padding_not_masked", "d_W[k] = Σ d_y where x = k, for padding too",
                 "the row that stands for padding has a gradient: it is a constant",
                 gathered(v, v.x, weight, kNone)});
  if (padding != 0)
    all.push_back({"padding_of_first_row", "d_W[0] = 0",
                   "the first row is taken for the padding's, whatever padding_idx says",
                   gathered(v, v.x, weight, 0)});
  return all;
}

// y = 0 where padding stands.
Values padding_as_zero(const LayerValues& v, std::int64_t padding) {
  const auto width = static_cast<std::size_t>(v.y.columns());
  return each(v.y.size(), [&](std::size_t at) {
    return static_cast<std::int64_t>(v.x[at / width]) == padding ? 0 : v.y[at];
  });
}

}  // namespace embedding_mistakes

std::vector<Prediction> EmbeddingSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace embedding_mistakes;
  const Array& weight = v.parameters.at("weight");
  if (quantity.role == Role::output) {
    std::vector<Prediction> all{
        {"index_too_high", "y = W[x + 1]", "the index is one too high", rows_beside(v, weight, 1)},
        {"index_too_low", "y = W[x - 1]", "the index is one too low", rows_beside(v, weight, -1)}};
    if (padding_idx)
      all.push_back({"padding_as_zero", "y = 0 where x is the padding",
                     "padding is looked up as any other index: its row need not be 0",
                     padding_as_zero(v, padding_row())});
    return all;
  }
  if (quantity.role == Role::parameter_gradient) return wrong_weight_gradients(*this, v, weight);
  return {};
}

}  // namespace twin
