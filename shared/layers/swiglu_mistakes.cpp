#include <algorithm>
#include <cmath>

#include "shared/specs/layer_spec.hpp"

namespace twin {
namespace swiglu_mistakes {

double sigma(double x) { return 1 / (1 + std::exp(-x)); }
double silu(double x) { return x * sigma(x); }
double slope_of_silu(double x) { return sigma(x) * (1 + x * (1 - sigma(x))); }

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
      product.of("silu_missing", "h = g·u", "the gate is not bent: the layer is a polynomial of x",
                 [](double g, double u, double) { return g * u; }),
      product.of("up_missing", "h = silu(g)", "what the gate multiplies is left out",
                 [](double g, double, double) { return silu(g); }),
      product.of("gate_and_up_exchanged", "h = g·silu(u)", "silu is taken of up_proj, not of gate_proj",
                 [](double g, double u, double) { return g * silu(u); }),
      product.of("silu_of_both", "h = silu(g)·silu(u)", "silu is taken of both factors",
                 [](double g, double u, double) { return silu(g) * silu(u); }),
      product.of("silu_of_product", "h = silu(g·u)", "silu is taken of the product, not of the gate alone",
                 [](double g, double u, double) { return silu(g * u); }),
      product.of("sigmoid_for_silu", "h = σ(g)·u",
                 "the gate is a sigmoid, that of the first gated units (GLU)",
                 [](double g, double u, double) { return sigma(g) * u; }),
      product.of("relu_for_silu", "h = max(g, 0)·u", "the gate is a ReLU (ReGLU)",
                 [](double g, double u, double) { return std::max(g, 0.0) * u; }),
      product.of("gelu_for_silu", "h = gelu(g)·u", "the gate is a GELU (GEGLU)",
                 [](double g, double u, double) { return g * std::erfc(-g / std::sqrt(2.0)) / 2 * u; }),
      product.of("sum_for_product", "h = silu(g) + u", "gate and value are added, not multiplied",
                 [](double g, double u, double) { return silu(g) + u; }),
  };
}

std::vector<Prediction> wrong_gradients_of_up(const Product& product) {
  return {
      product.of("gate_ignored", "d_u = d_h", "the gate is left out of the way back",
                 [](double, double, double d) { return d; }),
      product.of("silu_missing", "d_u = d_h·g", "the gate stands there without its silu",
                 [](double g, double, double d) { return d * g; }),
      product.of("sigmoid_for_silu", "d_u = d_h·σ(g)", "the gate stands there as a sigmoid",
                 [](double g, double, double d) { return d * sigma(g); }),
      product.of("slope_for_silu", "d_u = d_h·silu'(g)",
                 "the derivative of silu stands where silu itself belongs",
                 [](double g, double, double d) { return d * slope_of_silu(g); }),
      product.of("gate_and_up_exchanged", "d_u = d_h·silu(u)", "silu is taken of up_proj, not of gate_proj",
                 [](double, double u, double d) { return d * silu(u); }),
      product.of("own_factor", "d_u = d_h·u", "the value stands where its gate belongs",
                 [](double, double u, double d) { return d * u; }),
  };
}

std::vector<Prediction> wrong_gradients_of_gate(const Product& product) {
  return {
      product.of("second_term_missing", "d_g = d_h·u·σ(g)",
                 "g stands in g·σ(g) twice: what moves σ is left out",
                 [](double g, double u, double d) { return d * u * sigma(g); }),
      product.of("first_term_missing", "d_g = d_h·u·g·σ(g)(1 - σ(g))",
                 "g stands in g·σ(g) twice: the factor g itself is left out",
                 [](double g, double u, double d) { return d * u * g * sigma(g) * (1 - sigma(g)); }),
      product.of("derivative_of_sigmoid", "d_g = d_h·u·σ(g)(1 - σ(g))", "the derivative is the sigmoid's",
                 [](double g, double u, double d) { return d * u * sigma(g) * (1 - sigma(g)); }),
      product.of("derivative_left_out", "d_g = d_h·u", "the derivative of silu is left out",
                 [](double, double u, double d) { return d * u; }),
      product.of("silu_for_slope", "d_g = d_h·u·silu(g)", "silu itself stands where its derivative belongs",
                 [](double g, double u, double d) { return d * u * silu(g); }),
      product.of("derivative_of_output", "d_g = d_h·u·silu'(silu(g))",
                 "the derivative is taken at silu(g), not at g",
                 [](double g, double u, double d) { return d * u * slope_of_silu(silu(g)); }),
      product.of("gate_and_up_exchanged", "d_g = d_h·g·silu'(u)",
                 "silu is taken of up_proj, not of gate_proj",
                 [](double g, double u, double d) { return d * g * slope_of_silu(u); }),
      product.of("up_ignored", "d_g = d_h·silu'(g)", "what the gate multiplies is left out of the way back",
                 [](double g, double, double d) { return d * slope_of_silu(g); }),
      product.of("sign_in_slope", "d_g = d_h·u·σ(g)(1 - g(1 - σ(g)))",
                 "the second term of silu's derivative is subtracted",
                 [](double g, double u, double d) { return d * u * sigma(g) * (1 - g * (1 - sigma(g))); }),
  };
}

}  // namespace swiglu_mistakes

std::vector<Prediction> SwigluSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace swiglu_mistakes;
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
