#include <algorithm>
#include <cmath>
#include <numbers>

#include "shared/specs/layer_spec.hpp"

namespace twin {
namespace geglu_mistakes {

double sigma(double x) { return 1 / (1 + std::exp(-x)); }
double distribution(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }
double density(double x) { return std::exp(-x * x / 2) * std::numbers::inv_sqrtpi / std::numbers::sqrt2; }
double gelu(double x) { return x * distribution(x); }
double slope_of_gelu(double x) { return distribution(x) + x * density(x); }
double gelu_by_tanh(double x) {
  return x / 2 * (1 + std::tanh(std::sqrt(2 * std::numbers::inv_pi) * (x + 0.044715 * x * x * x)));
}

// The values around the product, and what a formula makes of them, element by element.
struct Product {
  explicit Product(const LayerValues& v)
      : g(*v.child("gate_proj", Role::output)),
        u(*v.child("up_proj", Role::output)),
        d_h(v.child("down_proj", Role::input_gradient)) {}

  // f(g, u, d_h)
  template <typename F>
  Prediction of(const char* cause, const char* formula, const char* meaning, const F& f) const {
    return {cause, formula, meaning,
            each(g.size(), [&](std::size_t i) { return f(g[i], u[i], d_h ? (*d_h)[i] : 0); })};
  }

  const Array &g, &u;
  const Array* d_h;
};

std::vector<Prediction> wrong_products(const Product& product) {
  return {
      product.of("gelu_missing", "h = g·u", "the gate is not bent: the layer is a polynomial of x",
                 [](double g, double u, double) { return g * u; }),
      product.of("up_missing", "h = gelu(g)", "what the gate multiplies is left out",
                 [](double g, double, double) { return gelu(g); }),
      product.of("gate_and_up_exchanged", "h = g·gelu(u)", "gelu is taken of up_proj, not of gate_proj",
                 [](double g, double u, double) { return g * gelu(u); }),
      product.of("distribution_for_gelu", "h = Φ(g)·u", "the factor g of gelu(g) = g·Φ(g) is missing",
                 [](double g, double u, double) { return distribution(g) * u; }),
      product.of("silu_for_gelu", "h = silu(g)·u", "the gate is a SiLU (SwiGLU)",
                 [](double g, double u, double) { return g * sigma(g) * u; }),
      product.of("relu_for_gelu", "h = max(g, 0)·u", "the gate is a ReLU (ReGLU)",
                 [](double g, double u, double) { return std::max(g, 0.0) * u; }),
      product.of("tanh_for_gelu", "h = gelu(g)·u by tanh", "gelu is approximated by a tanh",
                 [](double g, double u, double) { return gelu_by_tanh(g) * u; }),
      product.of("sum_for_product", "h = gelu(g) + u", "gate and value are added, not multiplied",
                 [](double g, double u, double) { return gelu(g) + u; }),
  };
}

std::vector<Prediction> wrong_gradients_of_up(const Product& product) {
  return {
      product.of("gate_ignored", "d_u = d_h", "the gate is left out of the way back",
                 [](double, double, double d) { return d; }),
      product.of("gelu_missing", "d_u = d_h·g", "the gate stands there without its gelu",
                 [](double g, double, double d) { return d * g; }),
      product.of("distribution_for_gelu", "d_u = d_h·Φ(g)", "the factor g of gelu(g) = g·Φ(g) is missing",
                 [](double g, double, double d) { return d * distribution(g); }),
      product.of("slope_for_gelu", "d_u = d_h·gelu'(g)",
                 "the derivative of gelu stands where gelu itself belongs",
                 [](double g, double, double d) { return d * slope_of_gelu(g); }),
      product.of("gate_and_up_exchanged", "d_u = d_h·gelu(u)", "gelu is taken of up_proj, not of gate_proj",
                 [](double, double u, double d) { return d * gelu(u); }),
      product.of("own_factor", "d_u = d_h·u", "the value stands where its gate belongs",
                 [](double, double u, double d) { return d * u; }),
  };
}

std::vector<Prediction> wrong_gradients_of_gate(const Product& product) {
  return {
      product.of("density_missing", "d_g = d_h·u·Φ(g)", "g stands in g·Φ(g) twice: what moves Φ is left out",
                 [](double g, double u, double d) { return d * u * distribution(g); }),
      product.of("distribution_missing", "d_g = d_h·u·g·Φ'(g)",
                 "g stands in g·Φ(g) twice: the factor g itself is left out",
                 [](double g, double u, double d) { return d * u * g * density(g); }),
      product.of("density_alone", "d_g = d_h·u·Φ'(g)", "the derivative is that of Φ alone",
                 [](double g, double u, double d) { return d * u * density(g); }),
      product.of("factor_of_density_missing", "d_g = d_h·u·(Φ(g) + Φ'(g))",
                 "the g in front of the density is missing",
                 [](double g, double u, double d) { return d * u * (distribution(g) + density(g)); }),
      product.of("derivative_left_out", "d_g = d_h·u", "the derivative of gelu is left out",
                 [](double, double u, double d) { return d * u; }),
      product.of("gelu_for_slope", "d_g = d_h·u·gelu(g)", "gelu itself stands where its derivative belongs",
                 [](double g, double u, double d) { return d * u * gelu(g); }),
      product.of("gate_and_up_exchanged", "d_g = d_h·g·gelu'(u)",
                 "gelu is taken of up_proj, not of gate_proj",
                 [](double g, double u, double d) { return d * g * slope_of_gelu(u); }),
      product.of("up_ignored", "d_g = d_h·gelu'(g)", "what the gate multiplies is left out of the way back",
                 [](double g, double, double d) { return d * slope_of_gelu(g); }),
  };
}

}  // namespace geglu_mistakes

std::vector<Prediction> GegluSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace geglu_mistakes;
  if (quantity.role == Role::input && quantity.name == "down_proj") return wrong_products(Product(v));
  if (quantity.role == Role::output_gradient && quantity.name == "up_proj")
    return wrong_gradients_of_up(Product(v));
  if (quantity.role == Role::output_gradient && quantity.name == "gate_proj")
    return wrong_gradients_of_gate(Product(v));
  if (quantity.role != Role::input_gradient) return {};
  constexpr const char* kForgotten = "x feeds two projections, and what comes back out of one is not added";
  return {{"branch_missing", "d_x without that of gate_proj", kForgotten,
           v.child("up_proj", Role::input_gradient)->values},
          {"branch_missing", "d_x without that of up_proj", kForgotten,
           v.child("gate_proj", Role::input_gradient)->values}};
}

}  // namespace twin
