#include <algorithm>
#include <cmath>

#include "shared/layers/softmax.hpp"

namespace twin {
namespace softmax_mistakes {

using Values = std::vector<double>;

// The elements as a matrix. They are known by their place k in memory.
class Rows {
 public:
  explicit Rows(const LayerValues& v)
      : columns_(static_cast<std::size_t>(v.x.columns())), rows_(v.x.size() / columns_) {}

  std::size_t columns() const { return columns_; }
  // Of the row of k, of its column, and of all: Σ term(i).
  template <typename Term>
  double over_row(std::size_t k, const Term& term) const {
    double sum = 0;
    for (std::size_t i = k / columns_ * columns_; i < (k / columns_ + 1) * columns_; ++i) sum += term(i);
    return sum;
  }
  template <typename Term>
  double over_column(std::size_t k, const Term& term) const {
    double sum = 0;
    for (std::size_t i = k % columns_; i < rows_ * columns_; i += columns_) sum += term(i);
    return sum;
  }
  template <typename Term>
  double over_all(const Term& term) const {
    double sum = 0;
    for (std::size_t i = 0; i < rows_ * columns_; ++i) sum += term(i);
    return sum;
  }

 private:
  std::size_t columns_, rows_;
};

std::vector<Prediction> wrong_outputs(const LayerValues& v) {
  const Rows rows(v);
  const auto of_each = [&](auto f) { return each(v.x.size(), f); };
  const double top = *std::max_element(v.x.values.begin(), v.x.values.end());
  const auto largest_of_row = [&](std::size_t k) {
    const auto first = v.x.values.begin() + static_cast<std::ptrdiff_t>(k / rows.columns() * rows.columns());
    return *std::max_element(first, first + static_cast<std::ptrdiff_t>(rows.columns()));
  };
  // exp(x) but for a factor: the same for all, or for each row.
  const auto e = [&](std::size_t k) { return std::exp(v.x[k] - top); };
  const auto e_of_row = [&](std::size_t k) { return std::exp(v.x[k] - largest_of_row(k)); };
  return {
      {"activation_left_out", "y = x", "the activation is left out", v.x.values},
      {"normalisation_missing", "y = exp(x - max x)", "the division by the sum is left out",
       of_each(e_of_row)},
      {"exponential_missing", "y = x / Σ x", "the exponential is left out", of_each([&](std::size_t k) {
         return v.x[k] / rows.over_row(k, [&](std::size_t i) { return v.x[i]; });
       })},
      {"wrong_axis", "y = exp(x) / Σₙ exp(xₙ)", "the sum is over the rows, not over the last extent",
       of_each([&](std::size_t k) { return e(k) / rows.over_column(k, e); })},
      {"sum_over_batch", "y = exp(x) / Σ exp(x) over all",
       "the sum is over the whole batch, not over each row",
       of_each([&](std::size_t k) { return e(k) / rows.over_all(e); })},
      {"logarithm_of_result", "y = log softmax(x)", "the logarithm of the softmax is returned",
       of_each(
           [&](std::size_t k) { return v.x[k] - largest_of_row(k) - std::log(rows.over_row(k, e_of_row)); })},
      {"other_activation", "y = 1 / (1 + exp(-x))", "it is another activation, the sigmoid",
       of_each([&](std::size_t k) { return 1 / (1 + std::exp(-v.x[k])); })},
      {"sign_in_exponent", "y = exp(-x) / Σ exp(-x)", "the sign in the exponent is wrong",
       of_each([&](std::size_t k) {
         return 1 / rows.over_row(k, [&](std::size_t i) { return std::exp(v.x[k] - v.x[i]); });
       })},
  };
}

std::vector<Prediction> wrong_input_gradients(const LayerValues& v) {
  const Rows rows(v);
  const auto of_each = [&](auto f) { return each(v.y.size(), f); };
  const auto weighted = [&](std::size_t i) { return v.y[i] * v.d_y[i]; };
  const auto plain = [&](std::size_t i) { return v.d_y[i]; };
  const auto count = static_cast<double>(rows.columns());
  return {
      {"derivative_left_out", "d_x = d_y", "the derivative of the softmax is left out", v.d_y.values},
      {"row_term_missing", "d_x = y·d_y", "each x is in the sum of its whole row: -y·Σ y·d_y is left out",
       of_each(weighted)},
      {"diagonal_only", "d_x = y·(1 - y)·d_y",
       "only the diagonal of the Jacobian is there: what x does to the other outputs of its row is left out",
       of_each([&](std::size_t k) { return v.y[k] * (1 - v.y[k]) * v.d_y[k]; })},
      {"sum_not_weighted", "d_x = y·(d_y - Σ d_y)", "the sum over the row lacks its weights y",
       of_each([&](std::size_t k) { return v.y[k] * (v.d_y[k] - rows.over_row(k, plain)); })},
      {"mean_for_sum", "d_x = y·(d_y - mean(y·d_y))", "a mean over the row stands where its sum belongs",
       of_each([&](std::size_t k) { return v.y[k] * (v.d_y[k] - rows.over_row(k, weighted) / count); })},
      {"output_factor_missing", "d_x = d_y - Σ y·d_y", "the factor y in front is missing",
       of_each([&](std::size_t k) { return v.d_y[k] - rows.over_row(k, weighted); })},
      {"row_term_not_scaled", "d_x = y·d_y - Σ y·d_y", "the sum over the row is not multiplied by y",
       of_each([&](std::size_t k) { return v.y[k] * v.d_y[k] - rows.over_row(k, weighted); })},
      {"sign_of_row_term", "d_x = y·(d_y + Σ y·d_y)", "the sign of the sum over the row is wrong",
       of_each([&](std::size_t k) { return v.y[k] * (v.d_y[k] + rows.over_row(k, weighted)); })},
      {"wrong_axis", "d_x = y·(d_y - Σₙ y·d_y)", "the sum is over the rows, not over the last extent",
       of_each([&](std::size_t k) { return v.y[k] * (v.d_y[k] - rows.over_column(k, weighted)); })},
      {"sum_over_batch", "d_x = y·(d_y - Σ y·d_y over all)",
       "the sum is over the whole batch, not over each row",
       of_each([&](std::size_t k) { return v.y[k] * (v.d_y[k] - rows.over_all(weighted)); })},
      {"derivative_of_log_softmax", "d_x = d_y - y·Σ d_y", "that is the derivative of the log-softmax",
       of_each([&](std::size_t k) { return v.d_y[k] - v.y[k] * rows.over_row(k, plain); })},
      {"upstream_ignored", "d_x = y·(1 - y)", "what flows back into the layer is left out",
       of_each([&](std::size_t k) { return v.y[k] * (1 - v.y[k]); })},
  };
}

}  // namespace softmax_mistakes

std::vector<Prediction> SoftmaxSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace softmax_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(v);
  return {};
}

}  // namespace twin
