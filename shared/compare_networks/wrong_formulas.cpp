#include "shared/compare_networks/wrong_formulas.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace twin {
namespace {

using Values = std::vector<double>;

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

double sigma(double x) { return 1 / (1 + std::exp(-x)); }

template <typename Function>
Values each(std::size_t count, const Function& function) {
  Values result(count);
  for (std::size_t i = 0; i < count; ++i) result[i] = function(i);
  return result;
}

// Dense.

Values product_with_weight(const LayerValues& v) {
  Values result(index(v.samples * v.outputs));
  for (std::int64_t n = 0; n < v.samples; ++n)
    for (std::int64_t j = 0; j < v.outputs; ++j)
      for (std::int64_t i = 0; i < v.inputs; ++i)
        result[index(n * v.outputs + j)] += v.x[index(n * v.inputs + i)] * v.weight[index(j * v.inputs + i)];
  return result;
}

std::vector<Prediction> outputs_of(const DenseSpec&, const LayerValues& v) {
  const Values product = product_with_weight(v);
  const auto columns = index(v.outputs);
  return {
      {"bias_missing", "y = x·Wᵀ", "the bias is not added", product},
      {"bias_subtracted", "y = x·Wᵀ - b", "the bias is subtracted",
       each(product.size(), [&](std::size_t k) { return product[k] - v.bias[k % columns]; })},
      {"bias_twice", "y = x·Wᵀ + 2b", "the bias is added twice",
       each(product.size(), [&](std::size_t k) { return product[k] + 2 * v.bias[k % columns]; })},
  };
}

// d_y times an I×O matrix whose element (j, i), as W's, is at `place(j, i)` of the weights.
template <typename Place>
Values input_gradient(const LayerValues& v, const Place& place) {
  Values result(index(v.samples * v.inputs));
  for (std::int64_t n = 0; n < v.samples; ++n)
    for (std::int64_t j = 0; j < v.outputs; ++j)
      for (std::int64_t i = 0; i < v.inputs; ++i)
        result[index(n * v.inputs + i)] += v.d_y[index(n * v.outputs + j)] * v.weight[index(place(j, i))];
  return result;
}

std::vector<Prediction> input_gradients_of(const DenseSpec&, const LayerValues& v) {
  std::vector<Prediction> all{// Element (j, i) of the memory of Wᵀ, I×O, read as O×I.
                              {"weight_not_transposed", "d_x = d_y·W with W read from the memory of Wᵀ",
                               "row-major and column-major storage are confused, or W and Wᵀ",
                               input_gradient(v, [&](std::int64_t j, std::int64_t i) {
                                 const std::int64_t at = j * v.inputs + i;
                                 return at % v.outputs * v.inputs + at / v.outputs;
                               })}};
  if (v.inputs == v.outputs)
    all.push_back({"weight_ignored",
                   "d_x = d_y",
                   "the weights are left out of the way back",
                   {v.d_y.begin(), v.d_y.end()}});
  return all;
}

// d_yᵀ·x over the samples from `first` up to `last`.
Values weight_gradient(const LayerValues& v, std::span<const double> x, std::int64_t first,
                       std::int64_t last) {
  Values result(index(v.outputs * v.inputs));
  for (std::int64_t n = first; n < last; ++n)
    for (std::int64_t j = 0; j < v.outputs; ++j)
      for (std::int64_t i = 0; i < v.inputs; ++i)
        result[index(j * v.inputs + i)] += v.d_y[index(n * v.outputs + j)] * x[index(n * v.inputs + i)];
  return result;
}

std::vector<Prediction> parameter_gradients_of(const DenseSpec&, std::string_view parameter,
                                               const LayerValues& v) {
  const auto row = [&](std::int64_t n) {
    const auto first = v.d_y.begin() + n * v.outputs;
    return Values(first, first + v.outputs);
  };
  const bool weight = parameter == "weight";
  const std::string last = "the sum over the batch keeps its last sample alone: overwritten instead of added";
  const std::string first = "the sum over the batch stops at its first sample";
  std::vector<Prediction> all{
      {"last_sample_only", weight ? "d_W = d_yₙᵀ·xₙ of the last n" : "d_b = d_yₙ of the last n", last,
       weight ? weight_gradient(v, v.x, v.samples - 1, v.samples) : row(v.samples - 1)},
      {"first_sample_only", weight ? "d_W = d_y₀ᵀ·x₀" : "d_b = d_y₀", first,
       weight ? weight_gradient(v, v.x, 0, 1) : row(0)},
  };
  if (weight) {
    Values without(index(v.outputs * v.inputs));
    for (std::int64_t n = 0; n < v.samples; ++n)
      for (std::int64_t j = 0; j < v.outputs; ++j)
        for (std::int64_t i = 0; i < v.inputs; ++i)
          without[index(j * v.inputs + i)] += v.x[index(n * v.inputs + i)];
    all.push_back({"upstream_ignored", "d_W = Σₙ xₙ", "what flows back into the layer is left out",
                   std::move(without)});
    if (!v.previous_x.empty())
      all.push_back({"stale", "d_W = d_yᵀ·x with the x of the step before",
                     "the input that was kept is not that of the last way forward",
                     weight_gradient(v, v.previous_x, 0, v.samples)});
    if (v.inputs == v.outputs) {
      all.push_back({"output_for_input", "d_W = d_yᵀ·y", "the layer's output stands where its input belongs",
                     weight_gradient(v, v.y, 0, v.samples)});
    }
  }
  return all;
}

// Sigmoid.

std::vector<Prediction> outputs_of(const SigmoidSpec&, const LayerValues& v) {
  return {
      {"sign_in_exponent", "y = 1 / (1 + exp(x))", "the sign in the exponent is wrong",
       each(v.x.size(), [&](std::size_t k) { return sigma(-v.x[k]); })},
      {"other_activation", "y = tanh(x)", "it is another activation",
       each(v.x.size(), [&](std::size_t k) { return std::tanh(v.x[k]); })},
      {"activation_left_out", "y = x", "the activation is left out", {v.x.begin(), v.x.end()}},
  };
}

std::vector<Prediction> input_gradients_of(const SigmoidSpec&, const LayerValues& v) {
  const auto times_d_y = [&](auto derivative) {
    return each(v.y.size(), [&](std::size_t k) { return v.d_y[k] * derivative(v.x[k], v.y[k]); });
  };
  return {
      {"derivative_left_out", "d_x = d_y", "the derivative of the sigmoid is left out",
       times_d_y([](double, double) { return 1.0; })},
      {"derivative_of_output", "d_x = d_y·σ(y)(1 - σ(y))",
       "the derivative is taken of the output, as if the sigmoid were applied twice: σ(y) where y belongs",
       times_d_y([](double, double y) { return sigma(y) * (1 - sigma(y)); })},
      {"derivative_in_input", "d_x = d_y·x(1 - x)",
       "y(1 - y) is written in the output, and gets the input (the pre-activation)",
       times_d_y([](double x, double) { return x * (1 - x); })},
      {"derivative_twice", "d_x = d_y·(y(1 - y))²", "the derivative is applied twice",
       times_d_y([](double, double y) { return y * (1 - y) * y * (1 - y); })},
      {"derivative_factor_missing", "d_x = d_y·y", "the factor 1 - y of the derivative is missing",
       times_d_y([](double, double y) { return y; })},
      {"derivative_factor_missing", "d_x = d_y·(1 - y)", "the factor y of the derivative is missing",
       times_d_y([](double, double y) { return 1 - y; })},
      {"derivative_of_tanh", "d_x = d_y·(1 - y²)", "that is the derivative of tanh",
       times_d_y([](double, double y) { return 1 - y * y; })},
      {"derivative_sign", "d_x = d_y·y(1 + y)", "a sign in the derivative is wrong",
       times_d_y([](double, double y) { return y * (1 + y); })},
      {"upstream_ignored", "d_x = y(1 - y)", "what flows back into the layer is left out",
       each(v.y.size(), [&](std::size_t k) { return v.y[k] * (1 - v.y[k]); })},
  };
}

std::vector<Prediction> parameter_gradients_of(const SigmoidSpec&, std::string_view, const LayerValues&) {
  return {};
}

// Losses.

std::vector<Prediction> loss_gradients_of(const MseLossSpec&, const LossValues& v) {
  const double scale = 2 / static_cast<double>(v.y.size());
  const auto sign = [](double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : 0.0; };
  return {
      {"absolute_error", "error = sign(y - t) / (N·F)", "that is the derivative of the absolute error",
       each(v.y.size(), [&](std::size_t k) { return sign(v.y[k] - v.targets[k]) * scale / 2; })},
      {"target_missing", "error = 2y / (N·F)", "the targets are left out",
       each(v.y.size(), [&](std::size_t k) { return v.y[k] * scale; })},
      {"square_not_derived", "error = (y - t)² / (N·F)", "the square is not differentiated",
       each(v.y.size(),
            [&](std::size_t k) { return (v.y[k] - v.targets[k]) * (v.y[k] - v.targets[k]) * scale / 2; })},
      {"extra_sigmoid_derivative", "error = 2(y - t)·y(1 - y) / (N·F)",
       "the derivative of the sigmoid is in the loss, and comes again with the layer",
       each(v.y.size(),
            [&](std::size_t k) { return (v.y[k] - v.targets[k]) * v.y[k] * (1 - v.y[k]) * scale; })},
  };
}

std::vector<Prediction> loss_gradients_of(const CrossEntropyLossSpec&, const LossValues& v) {
  const auto columns = index(v.outputs);
  const auto samples = static_cast<double>(v.samples);
  Values p(v.y.size());
  for (std::int64_t n = 0; n < v.samples; ++n) {
    const auto row = v.y.subspan(index(n) * columns, columns);
    const double top = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (std::size_t k = 0; k < columns; ++k) sum += p[index(n) * columns + k] = std::exp(row[k] - top);
    for (std::size_t k = 0; k < columns; ++k) p[index(n) * columns + k] /= sum;
  }
  const auto hot = [&](std::size_t at, std::int64_t shift) {
    const std::int64_t label = (v.labels[at / columns] + shift + v.outputs) % v.outputs;
    return index(label) == at % columns ? 1.0 : 0.0;
  };
  const auto each_logit = [&](auto function) {
    return each(p.size(), [&](std::size_t at) { return function(at) / samples; });
  };
  return {
      {"onehot_missing", "error = softmax(y) / N", "the one-hot label is not subtracted",
       each_logit([&](std::size_t at) { return p[at]; })},
      {"softmax_missing", "error = -onehot(t) / N", "the softmax is left out",
       each_logit([&](std::size_t at) { return -hot(at, 0); })},
      {"softmax_jacobian_missing", "error = -onehot(t) / (softmax(y)·N)",
       "that is the gradient by the probabilities: the derivative of the softmax is left out",
       each_logit([&](std::size_t at) { return -hot(at, 0) / p[at]; })},
      {"logits_for_softmax", "error = (y - onehot(t)) / N", "the logits stand where their softmax belongs",
       each_logit([&](std::size_t at) { return v.y[at] - hot(at, 0); })},
      {"wrong_label", "error = (softmax(y) - onehot(t + 1)) / N", "the label's index is one too high",
       each_logit([&](std::size_t at) { return p[at] - hot(at, 1); })},
      {"wrong_label", "error = (softmax(y) - onehot(t - 1)) / N", "the label's index is one too low",
       each_logit([&](std::size_t at) { return p[at] - hot(at, -1); })},
      {"extra_softmax_derivative", "error = (softmax(y) - onehot(t))·p(1 - p) / N",
       "p(1 - p) is in softmax(y) - onehot(t) already: the derivative of the softmax is applied twice",
       each_logit([&](std::size_t at) { return (p[at] - hot(at, 0)) * p[at] * (1 - p[at]); })},
      {"softmax_diagonal_only", "error = -onehot(t)·(1 - softmax(y)) / N",
       "only the diagonal of the softmax's Jacobian is there: the other classes get no gradient",
       each_logit([&](std::size_t at) { return -hot(at, 0) * (1 - p[at]); })},
  };
}

std::vector<Prediction> loss_gradients_of(const InnerProductLossSpec&, const LossValues&) { return {}; }

}  // namespace

std::vector<Prediction> wrong_outputs(const LayerSpec& layer, const LayerValues& values) {
  return std::visit([&](const auto& kind) { return outputs_of(kind, values); }, layer.kind);
}

std::vector<Prediction> wrong_input_gradients(const LayerSpec& layer, const LayerValues& values) {
  return std::visit([&](const auto& kind) { return input_gradients_of(kind, values); }, layer.kind);
}

std::vector<Prediction> wrong_parameter_gradients(const LayerSpec& layer, std::string_view parameter,
                                                  const LayerValues& values) {
  return std::visit([&](const auto& kind) { return parameter_gradients_of(kind, parameter, values); },
                    layer.kind);
}

std::vector<Prediction> wrong_loss_gradients(const LossSpec& loss, const LossValues& values) {
  return std::visit([&](const auto& kind) { return loss_gradients_of(kind, values); }, loss);
}

std::vector<Prediction> wrong_velocities(const SgdSpec& o, const UpdateValues& u) {
  const auto v = [&](auto rule) {
    return each(u.gradient.size(), [&](std::size_t k) { return rule(u.velocity[k], u.gradient[k]); });
  };
  if (u.velocity.empty()) return {};
  return {
      {"never_updated", "v ← v", "the velocity is never updated", v([&](double v0, double) { return v0; })},
      {"moving_average", "v ← momentum·v + (1 - momentum)·g",
       "that is a moving average, as in Adam: PyTorch's SGD adds the whole gradient",
       v([&](double v0, double g) { return o.momentum * v0 + (1 - o.momentum) * g; })},
      {"momentum_missing", "v ← v + g", "the velocity never decays: momentum is missing",
       v([&](double v0, double g) { return v0 + g; })},
      {"velocity_unused", "v ← g", "the old velocity is dropped", v([&](double, double g) { return g; })},
      {"lr_in_velocity", "v ← momentum·v + lr·g",
       "the learning rate is inside the velocity: an old rate lives on when it changes",
       v([&](double v0, double g) { return o.momentum * v0 + o.lr * g; })},
      {"momentum_on_gradient", "v ← momentum·(v + g)", "the gradient is multiplied by the momentum as well",
       v([&](double v0, double g) { return o.momentum * (v0 + g); })},
      {"ascent", "v ← momentum·v - g", "the sign of the gradient is wrong",
       v([&](double v0, double g) { return o.momentum * v0 - g; })},
  };
}

std::vector<Prediction> wrong_updates(const SgdSpec& o, const UpdateValues& u) {
  const auto subtracted = [&](auto step) {
    return each(u.gradient.size(), [&](std::size_t k) {
      const double v0 = u.velocity.empty() ? 0 : u.velocity[k];
      return step(v0, u.gradient[k]);
    });
  };
  std::vector<Prediction> all{
      {"never_updated", "w ← w", "it is never updated", subtracted([](double, double) { return 0.0; })},
      {"ascent", "w ← w + lr·v", "it moves along the gradient, up the hill",
       subtracted([&](double v0, double g) { return -o.lr * (o.momentum * v0 + g); })},
      {"lr_missing", "w ← w - v", "the learning rate is missing",
       subtracted([&](double v0, double g) { return o.momentum * v0 + g; })},
      {"lr_twice", "w ← w - lr²·v", "the learning rate is there twice",
       subtracted([&](double v0, double g) { return o.lr * o.lr * (o.momentum * v0 + g); })},
  };
  if (u.velocity.empty()) return all;
  const std::vector<Prediction> with_velocity{
      {"velocity_unused", "w ← w - lr·g", "the velocity is kept, and not used",
       subtracted([&](double, double g) { return o.lr * g; })},
      {"nesterov", "w ← w - lr·(g + momentum·v)", "that is Nesterov's momentum",
       subtracted([&](double v0, double g) { return o.lr * (g + o.momentum * (o.momentum * v0 + g)); })},
      {"old_velocity", "w ← w - lr·v before its update", "the velocity of the step before moves it",
       subtracted([&](double v0, double) { return o.lr * v0; })},
      {"moving_average", "w ← w - lr·(momentum·v + (1 - momentum)·g)", "that is a moving average, as in Adam",
       subtracted([&](double v0, double g) { return o.lr * (o.momentum * v0 + (1 - o.momentum) * g); })},
      {"momentum_missing", "w ← w - lr·(v + g)", "momentum is missing",
       subtracted([&](double v0, double g) { return o.lr * (v0 + g); })},
      {"lr_in_velocity", "w ← w - (momentum·v + lr·g)",
       "the learning rate is inside the velocity: an old rate lives on when it changes",
       subtracted([&](double v0, double g) { return o.momentum * v0 + o.lr * g; })},
  };
  all.insert(all.end(), with_velocity.begin(), with_velocity.end());
  return all;
}

}  // namespace twin
