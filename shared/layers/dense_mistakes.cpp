#include <fmt/format.h>
#include <functional>

#include "shared/layers/dense.hpp"

namespace twin {
namespace dense_mistakes {

using Values = std::vector<double>;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// N rows of I inputs and O outputs.
struct Sizes {
  explicit Sizes(const LayerValues& v) : n(v.x.rows()), in(v.x.columns()), out(v.y.columns()) {}
  std::int64_t n, in, out;
};

std::vector<Prediction> wrong_outputs(const LayerValues& v) {
  const Sizes s(v);
  const Array& weight = v.parameters.at("weight");
  Values product(index(s.n * s.out));
  for (std::int64_t n = 0; n < s.n; ++n)
    for (std::int64_t j = 0; j < s.out; ++j)
      for (std::int64_t i = 0; i < s.in; ++i)
        product[index(n * s.out + j)] += v.x[index(n * s.in + i)] * weight[index(j * s.in + i)];
  if (!v.parameters.contains("bias")) return {};
  const Array& bias = v.parameters.at("bias");
  const auto plus = [&](double times) {
    return each(product.size(), [&](std::size_t k) { return product[k] + times * bias[k % index(s.out)]; });
  };
  return {{"bias_missing", "y = x·Wᵀ", "the bias is not added", product},
          {"bias_subtracted", "y = x·Wᵀ - b", "the bias is subtracted", plus(-1)},
          {"bias_twice", "y = x·Wᵀ + 2b", "the bias is added twice", plus(2)}};
}

std::vector<Prediction> wrong_input_gradients(const LayerValues& v) {
  const Sizes s(v);
  const Array& weight = v.parameters.at("weight");
  Values confused(index(s.n * s.in));
  for (std::int64_t n = 0; n < s.n; ++n)
    for (std::int64_t j = 0; j < s.out; ++j)
      for (std::int64_t i = 0; i < s.in; ++i) {
        // Element (j, i) of the memory of Wᵀ, I×O, read as O×I.
        const std::int64_t at = j * s.in + i;
        confused[index(n * s.in + i)] +=
            v.d_y[index(n * s.out + j)] * weight[index(at % s.out * s.in + at / s.out)];
      }
  std::vector<Prediction> all{{"weight_not_transposed", "d_x = d_y·W with W read from the memory of Wᵀ",
                               "row-major and column-major storage are confused, or W and Wᵀ", confused}};
  if (s.in == s.out)
    all.push_back({"weight_ignored", "d_x = d_y", "the weights are left out of the way back", v.d_y.values});
  return all;
}

// d_yᵀ·x over the rows from `first` up to `last`.
Values weight_gradient(const LayerValues& v, const Array& x, std::int64_t first, std::int64_t last) {
  const Sizes s(v);
  Values result(index(s.out * s.in));
  for (std::int64_t n = first; n < last; ++n)
    for (std::int64_t j = 0; j < s.out; ++j)
      for (std::int64_t i = 0; i < s.in; ++i)
        result[index(j * s.in + i)] += v.d_y[index(n * s.out + j)] * x[index(n * s.in + i)];
  return result;
}

constexpr const char* kLastRow =
    "the sum over the batch keeps its last sample alone: overwritten instead of added";
constexpr const char* kFirstRow = "the sum over the batch stops at its first sample";

// What a loop over blocks of samples leaves out. sum(n): the gradient of the first n samples.
void add_sums_of_blocks(std::vector<Prediction>& all, const std::string& name, std::int64_t samples,
                        const std::function<Values(std::int64_t)>& sum) {
  for (const std::int64_t block : {8, 16, 32, 64, 128, 256}) {
    if (block >= samples) return;
    all.push_back({"first_block_only", fmt::format("d_{} = Σ of the first {} samples", name, block),
                   fmt::format("the sum over the batch stops behind its first block of {}", block),
                   sum(block)});
    const std::int64_t whole = samples - samples % block;
    if (whole > block && whole < samples)
      all.push_back(
          {"rest_behind_blocks_missing", fmt::format("d_{} = Σ of the first {} samples", name, whole),
           fmt::format("the samples behind the last whole block of {} are left out", block), sum(whole)});
  }
}

std::vector<Prediction> wrong_weight_gradients(const LayerValues& v) {
  const Sizes s(v);
  const Values columns = each(index(s.in), [&](std::size_t i) {
    double sum = 0;
    for (std::int64_t n = 0; n < s.n; ++n) sum += v.x[index(n * s.in) + i];
    return sum;
  });
  std::vector<Prediction> all{
      {"last_sample_only", "d_W = d_yₙᵀ·xₙ of the last n", kLastRow, weight_gradient(v, v.x, s.n - 1, s.n)},
      {"first_sample_only", "d_W = d_y₀ᵀ·x₀", kFirstRow, weight_gradient(v, v.x, 0, 1)},
      {"upstream_ignored", "d_W = Σₙ xₙ", "what flows back into the layer is left out",
       each(index(s.out * s.in), [&](std::size_t k) { return columns[k % index(s.in)]; })}};
  if (!v.previous_x.empty())
    all.push_back({"stale", "d_W = d_yᵀ·x with the x of the step before",
                   "the input that was kept is not that of the last way forward",
                   weight_gradient(v, v.previous_x, 0, s.n)});
  if (s.in == s.out)
    all.push_back({"output_for_input", "d_W = d_yᵀ·y", "the layer's output stands where its input belongs",
                   weight_gradient(v, v.y, 0, s.n)});
  add_sums_of_blocks(all, "W", s.n, [&](std::int64_t n) { return weight_gradient(v, v.x, 0, n); });
  return all;
}

std::vector<Prediction> wrong_bias_gradients(const LayerValues& v) {
  const std::size_t out = index(v.y.columns());
  const auto sum = [&](std::int64_t first, std::int64_t last) {
    return each(out, [&](std::size_t j) {
      double of_column = 0;
      for (std::int64_t n = first; n < last; ++n) of_column += v.d_y[index(n) * out + j];
      return of_column;
    });
  };
  const std::int64_t n = v.d_y.rows();
  std::vector<Prediction> all{{"last_sample_only", "d_b = d_yₙ of the last n", kLastRow, sum(n - 1, n)},
                              {"first_sample_only", "d_b = d_y₀", kFirstRow, sum(0, 1)}};
  add_sums_of_blocks(all, "b", n, [&](std::int64_t last) { return sum(0, last); });
  return all;
}

}  // namespace dense_mistakes

std::vector<Prediction> DenseSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace dense_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(v);
  if (quantity.role != Role::parameter_gradient) return {};
  return quantity.name == "weight" ? wrong_weight_gradients(v) : wrong_bias_gradients(v);
}

}  // namespace twin
