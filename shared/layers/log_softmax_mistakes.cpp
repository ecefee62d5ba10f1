#include <algorithm>
#include <cmath>

#include "shared/layers/log_softmax.hpp"

namespace twin {
namespace log_softmax_mistakes {

// The elements as a matrix. They are known by their place k in memory.
class Rows {
 public:
  explicit Rows(const Array& x)
      : x_(x), columns_(static_cast<std::size_t>(x.columns())), rows_(x.size() / columns_) {}

  double count() const { return static_cast<double>(columns_); }  // of the elements of a row
  double largest(std::size_t k) const {
    const auto first = x_.values.begin() + static_cast<std::ptrdiff_t>(k / columns_ * columns_);
    return *std::max_element(first, first + static_cast<std::ptrdiff_t>(columns_));
  }
  // Σ term(i) over the row of k, or over its column.
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

 private:
  const Array& x_;
  std::size_t columns_, rows_;
};

std::vector<Prediction> wrong_outputs(const LayerValues& v) {
  const Rows rows(v.x);
  const auto of_each = [&](auto f) { return each(v.x.size(), f); };
  const double top = *std::max_element(v.x.values.begin(), v.x.values.end());
  const auto e = [&](std::size_t k) { return std::exp(v.x[k] - rows.largest(k)); };
  const auto e_of_all = [&](std::size_t k) { return std::exp(v.x[k] - top); };
  const auto log_sum = [&](std::size_t k) { return std::log(rows.over_row(k, e)); };
  return {
      {"activation_left_out", "y = x", "the activation is left out", v.x.values},
      {"logarithm_missing", "y = softmax(x)", "the logarithm is left out",
       of_each([&](std::size_t k) { return e(k) / rows.over_row(k, e); })},
      {"log_sum_missing", "y = x - max x", "the logarithm of the sum is not subtracted",
       of_each([&](std::size_t k) { return v.x[k] - rows.largest(k); })},
      {"maximum_not_put_back", "y = x - log Σ exp(x - max x)",
       "what was subtracted inside the exponential, to keep it from overflowing, is missing outside",
       of_each([&](std::size_t k) { return v.x[k] - log_sum(k); })},
      {"mean_for_sum", "y = x - log mean(exp(x))", "a mean over the row stands where its sum belongs",
       of_each([&](std::size_t k) {
         return v.x[k] - rows.largest(k) - std::log(rows.over_row(k, e) / rows.count());
       })},
      {"sign", "y = log Σ exp(x) - x", "the sign is wrong: those are the losses, not the log-probabilities",
       of_each([&](std::size_t k) { return rows.largest(k) + log_sum(k) - v.x[k]; })},
      {"wrong_axis", "y = x - log Σₙ exp(xₙ)", "the sum is over the rows, not over the last extent",
       of_each([&](std::size_t k) { return v.x[k] - top - std::log(rows.over_column(k, e_of_all)); })},
      {"logarithm_base_two", "y = log₂ softmax(x)", "the logarithm is to the base 2",
       of_each([&](std::size_t k) { return (v.x[k] - rows.largest(k) - log_sum(k)) / std::log(2.0); })},
  };
}

std::vector<Prediction> wrong_input_gradients(const LayerValues& v) {
  const Rows rows(v.x);
  const auto of_each = [&](auto f) { return each(v.y.size(), f); };
  const auto p = [&](std::size_t k) { return std::exp(v.y[k]); };
  const auto plain = [&](std::size_t i) { return v.d_y[i]; };
  return {
      {"derivative_left_out", "d_x = d_y", "each x is in the sum of its whole row: that term is left out",
       v.d_y.values},
      {"softmax_missing", "d_x = d_y - Σ d_y", "the sum over the row is not multiplied by the softmax",
       of_each([&](std::size_t k) { return v.d_y[k] - rows.over_row(k, plain); })},
      {"diagonal_only", "d_x = d_y·(1 - softmax(x))",
       "only the diagonal of the Jacobian is there: what x does to the other outputs of its row is left out",
       of_each([&](std::size_t k) { return v.d_y[k] * (1 - p(k)); })},
      {"output_for_softmax", "d_x = d_y - y·Σ d_y", "y is the logarithm of the softmax, which belongs there",
       of_each([&](std::size_t k) { return v.d_y[k] - v.y[k] * rows.over_row(k, plain); })},
      {"mean_for_sum", "d_x = d_y - softmax(x)·mean(d_y)", "a mean over the row stands where its sum belongs",
       of_each([&](std::size_t k) { return v.d_y[k] - p(k) * rows.over_row(k, plain) / rows.count(); })},
      {"sign_of_row_term", "d_x = d_y + softmax(x)·Σ d_y", "the sign of the sum over the row is wrong",
       of_each([&](std::size_t k) { return v.d_y[k] + p(k) * rows.over_row(k, plain); })},
      {"derivative_of_softmax", "d_x = p·(d_y - Σ p·d_y)", "that is the derivative of the softmax",
       of_each([&](std::size_t k) {
         return p(k) * (v.d_y[k] - rows.over_row(k, [&](std::size_t i) { return p(i) * v.d_y[i]; }));
       })},
      {"wrong_axis", "d_x = d_y - softmax(x)·Σₙ d_y", "the sum is over the rows, not over the last extent",
       of_each([&](std::size_t k) { return v.d_y[k] - p(k) * rows.over_column(k, plain); })},
      {"upstream_ignored", "d_x = 1 - K·softmax(x)", "what flows back into the layer is left out",
       of_each([&](std::size_t k) { return 1 - rows.count() * p(k); })},
  };
}

}  // namespace log_softmax_mistakes

std::vector<Prediction> LogSoftmaxSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace log_softmax_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(v);
  return {};
}

}  // namespace twin
