#include "shared/layers/bilinear.hpp"

namespace twin {
namespace bilinear_mistakes {

using Values = std::vector<double>;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// The values around the layer: N rows, I₁ and I₂ inputs, O outputs.
struct Around {
  explicit Around(const LayerValues& v)
      : values(v),
        x1(v.x),
        x2(v.further.at("input2")),
        weight(v.parameters.at("weight")),
        n(x1.rows()),
        in1(x1.columns()),
        in2(x2.columns()),
        out(v.y.columns()) {}

  // f(place in x₁, in x₂, in y, in W) for every product of three that the outputs are sums of, in the rows
  // from `first` up to `last`.
  template <typename F>
  void for_each_product(std::int64_t first, std::int64_t last, const F& f) const {
    for (std::int64_t r = first; r < last; ++r)
      for (std::int64_t k = 0; k < out; ++k)
        for (std::int64_t i = 0; i < in1; ++i)
          for (std::int64_t j = 0; j < in2; ++j)
            f(index(r * in1 + i), index(r * in2 + j), index(r * out + k), index((k * in1 + i) * in2 + j));
  }
  template <typename F>
  void for_each_product(const F& f) const {
    for_each_product(0, n, f);
  }

  // Where the memory of W_k, I₁×I₂, holds the element that belongs to (j, i) when it is read as I₂×I₁.
  std::size_t transposed(std::size_t in_weight) const {
    const auto size = index(in1 * in2), at = in_weight % size;
    const std::size_t i = at / index(in2), j = at % index(in2);
    return in_weight - at + j * index(in1) + i;
  }

  const LayerValues& values;
  const Array &x1, &x2, &weight;
  std::int64_t n, in1, in2, out;
};

std::vector<Prediction> wrong_outputs(const Around& a) {
  Values product(a.values.y.size()), turned(product.size());
  a.for_each_product([&](std::size_t i, std::size_t j, std::size_t k, std::size_t w) {
    product[k] += a.x1[i] * a.weight[w] * a.x2[j];
    turned[k] += a.x1[i] * a.weight[a.transposed(w)] * a.x2[j];
  });
  std::vector<Prediction> all;
  if (a.values.parameters.contains("bias")) {
    const Array& bias = a.values.parameters.at("bias");
    for (std::size_t k = 0; k < turned.size(); ++k) turned[k] += bias[k % bias.size()];
    all.push_back({"bias_missing", "y_k = x₁·W_k·x₂ᵀ", "the bias is not added", product});
  }
  all.push_back(
      {"inputs_swapped", "y_k = x₂·W_k·x₁ᵀ + b_k",
       "the first input stands where the second belongs, or W_k is read from the memory of its transpose",
       turned});
  return all;
}

// Of x₁, or of x₂.
std::vector<Prediction> wrong_input_gradients(const Around& a, bool of_second) {
  const Array& own = of_second ? a.x2 : a.x1;
  Values without_other(own.size()), turned(own.size()), first_output(own.size()), last_output(own.size());
  const std::size_t out = index(a.out);
  a.for_each_product([&](std::size_t i, std::size_t j, std::size_t k, std::size_t w) {
    const std::size_t at = of_second ? j : i;
    const double other = of_second ? a.x1[i] : a.x2[j], d_y = a.values.d_y[k];
    without_other[at] += d_y * a.weight[w];
    turned[at] += d_y * a.weight[a.transposed(w)] * other;
    if (k % out == 0) first_output[at] += d_y * a.weight[w] * other;
    if (k % out == out - 1) last_output[at] += d_y * a.weight[w] * other;
  });
  std::vector<Prediction> all{
      {"other_input_ignored", of_second ? "d_x₂ = Σ_k d_y_k·ΣᵢW_kᵢ" : "d_x₁ = Σ_k d_y_k·Σⱼ(W_kᵀ)ⱼ",
       "the other input, by which this one was multiplied, is left out", without_other},
      {"weight_not_transposed", of_second ? "d_x₂ = Σ_k d_y_k·x₁·W_kᵀ" : "d_x₁ = Σ_k d_y_k·x₂·W_k",
       "W_k is read from the memory of its transpose", turned}};
  if (a.out > 1) {
    all.push_back({"first_output_only", "d_x of the first k alone",
                   "what the other outputs send back is not added", first_output});
    all.push_back({"last_output_only", "d_x of the last k alone",
                   "the sum over the outputs is overwritten instead of added", last_output});
  }
  return all;
}

Values weight_gradient(const Around& a, std::int64_t first, std::int64_t last) {
  Values result(a.weight.size());
  a.for_each_product(first, last, [&](std::size_t i, std::size_t j, std::size_t k, std::size_t w) {
    result[w] += a.values.d_y[k] * a.x1[i] * a.x2[j];
  });
  return result;
}

std::vector<Prediction> wrong_weight_gradients(const Around& a) {
  Values without_first(a.weight.size()), without_second(a.weight.size()), turned(a.weight.size());
  a.for_each_product([&](std::size_t i, std::size_t j, std::size_t k, std::size_t w) {
    without_first[w] += a.values.d_y[k] * a.x2[j];
    without_second[w] += a.values.d_y[k] * a.x1[i];
    turned[a.transposed(w)] += a.values.d_y[k] * a.x1[i] * a.x2[j];
  });
  return {
      {"input1_ignored", "d_W_k = Σₙ d_y_nk·x₂ₙ in every row", "the first input is left out", without_first},
      {"input2_ignored", "d_W_k = Σₙ d_y_nk·x₁ₙᵀ in every column", "the second input is left out",
       without_second},
      {"gradient_transposed", "d_W_k = Σₙ d_y_nk·x₂ₙᵀ·x₁ₙ",
       "the gradient lies in memory as that of the transpose", turned},
      {"last_sample_only", "d_W_k = d_y_nk·x₁ₙᵀ·x₂ₙ of the last n",
       "the sum over the batch keeps its last sample alone: overwritten instead of added",
       weight_gradient(a, a.n - 1, a.n)},
      {"first_sample_only", "d_W_k = d_y₀_k·x₁₀ᵀ·x₂₀", "the sum over the batch stops at its first sample",
       weight_gradient(a, 0, 1)}};
}

std::vector<Prediction> wrong_bias_gradients(const Around& a) {
  const auto row = [&](std::int64_t n) {
    return each(index(a.out), [&](std::size_t k) { return a.values.d_y[index(n * a.out) + k]; });
  };
  return {{"last_sample_only", "d_b = d_yₙ of the last n",
           "the sum over the batch keeps its last sample alone: overwritten instead of added", row(a.n - 1)},
          {"first_sample_only", "d_b = d_y₀", "the sum over the batch stops at its first sample", row(0)}};
}

}  // namespace bilinear_mistakes

std::vector<Prediction> BilinearSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace bilinear_mistakes;
  const Around around(v);
  if (quantity.role == Role::output) return wrong_outputs(around);
  if (quantity.role == Role::input_gradient)
    return wrong_input_gradients(around, quantity.name == further_inputs().front());
  if (quantity.role != Role::parameter_gradient) return {};
  return quantity.name == "weight" ? wrong_weight_gradients(around) : wrong_bias_gradients(around);
}

}  // namespace twin
