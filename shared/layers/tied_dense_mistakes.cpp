#include "shared/layers/tied_dense.hpp"

namespace twin {
namespace tied_dense_mistakes {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// x·weight(j, i) for N rows of I inputs and O outputs.
template <typename Weight>
std::vector<double> product(const Array& x, std::int64_t out, const Weight& weight) {
  const std::int64_t n = x.rows(), in = x.columns();
  std::vector<double> y(index(n * out));
  for (std::int64_t k = 0; k < n; ++k)
    for (std::int64_t j = 0; j < out; ++j)
      for (std::int64_t i = 0; i < in; ++i) y[index(k * out + j)] += x[index(k * in + i)] * weight(j, i);
  return y;
}

}  // namespace tied_dense_mistakes

std::vector<Prediction> TiedDenseSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace tied_dense_mistakes;
  const Array& w = v.parameters.at(weight());
  const std::int64_t words = out_features, features = in_features;
  // Element (i, j) of the memory of W, words×features, read as features×words.
  const auto confused = [&](std::int64_t j, std::int64_t i) { return w[index(i * words + j)]; };
  const auto confused_back = [&](std::int64_t i, std::int64_t j) { return w[index(i * words + j)]; };
  if (quantity.role == Role::output)
    return {{"weight_not_transposed", "y = x·W with W read as in×out",
             "the embedding's memory is read as that of Wᵀ", product(v.x, words, confused)}};
  if (quantity.role != Role::input_gradient) return {};
  std::vector<Prediction> all{{"weight_not_transposed", "d_x = d_y·Wᵀ with W read as in×out",
                               "the embedding's memory is read as that of Wᵀ",
                               product(v.d_y, features, confused_back)}};
  if (words == features)
    all.push_back({"weight_ignored", "d_x = d_y", "the weight is left out of the way back", v.d_y.values});
  return all;
}

}  // namespace twin
