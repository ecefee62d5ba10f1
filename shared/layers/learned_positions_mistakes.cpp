#include "shared/layers/learned_positions.hpp"

namespace twin {
namespace learned_positions_mistakes {

using Values = std::vector<double>;

// The sizes of the inputs.
struct Sizes {
  explicit Sizes(const LayerValues& v)
      : n(static_cast<std::size_t>(v.x.shape[0])),
        t(static_cast<std::size_t>(v.x.shape[1])),
        e(static_cast<std::size_t>(v.x.shape[2])) {}
  std::size_t n, t, e;
};

// x plus row row_of(n, t) of the weight.
template <typename RowOf>
Values shifted(const LayerValues& v, const RowOf& row_of) {
  const Sizes s(v);
  const Array& weight = v.parameters.at("weight");
  return each(v.x.size(), [&](std::size_t at) {
    const std::size_t row = at / s.e;
    return v.x[at] + weight[row_of(row / s.t, row % s.t) * s.e + at % s.e];
  });
}

// The gradient of the samples from `first` up to `last`, each d_y added to row row_of(n, t).
template <typename RowOf>
Values gradient(const LayerValues& v, std::size_t first, std::size_t last, const RowOf& row_of) {
  const Sizes s(v);
  Values d(v.parameters.at("weight").size());
  for (std::size_t at = first * s.t * s.e; at < last * s.t * s.e; ++at) {
    const std::size_t row = at / s.e;
    d[row_of(row / s.t, row % s.t) * s.e + at % s.e] += v.d_y[at];
  }
  return d;
}

}  // namespace learned_positions_mistakes

std::vector<Prediction> LearnedPositionsSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace learned_positions_mistakes;
  const Sizes s(v);
  const auto rows = static_cast<std::size_t>(max_positions);
  const auto of_position = [](std::size_t, std::size_t t) { return t; };
  const auto of_next = [&](std::size_t, std::size_t t) { return (t + 1) % rows; };
  const auto of_sample = [&](std::size_t n, std::size_t) { return n % rows; };
  const auto from_end = [&](std::size_t, std::size_t t) { return rows - s.t + t; };
  if (quantity.role == Role::output)
    return {{"positions_missing", "y = x", "the positions are not added", v.x.values},
            {"position_from_one", "y_t = x_t + W_t+1", "the first position counts as 1", shifted(v, of_next)},
            {"position_of_sample", "y_n = x_n + W_n", "the sample's number stands for the position",
             shifted(v, of_sample)},
            {"last_rows", "y_t = x_t + W of the last T rows", "the table is read from its end",
             shifted(v, from_end)}};
  if (quantity.role != Role::parameter_gradient) return {};
  const Values sum = gradient(v, 0, s.n, of_position);
  return {{"last_sample_only", "d_W_t = d_y_nt of the last n",
           "the sum over the batch keeps its last sample alone: overwritten instead of added",
           gradient(v, s.n - 1, s.n, of_position)},
          {"first_sample_only", "d_W_t = d_y_0t", "the sum over the batch stops at its first sample",
           gradient(v, 0, 1, of_position)},
          {"averaged", "d_W_t = mean over n of d_y_nt", "the gradients are averaged over the batch",
           each(sum.size(), [&](std::size_t k) { return sum[k] / static_cast<double>(s.n); })},
          {"position_from_one", "d_W_t+1 = Σₙ d_y_nt", "the first position counts as 1",
           gradient(v, 0, s.n, of_next)},
          {"position_of_sample", "d_W_n = Σₜ d_y_nt", "the sample's number stands for the position",
           gradient(v, 0, s.n, of_sample)},
          {"positions_in_one_row", "d_W_0 = Σₙₜ d_y_nt",
           "the gradients of all positions go to one row, as those of a bias do",
           gradient(v, 0, s.n, [](std::size_t, std::size_t) { return std::size_t{0}; })}};
}

}  // namespace twin
