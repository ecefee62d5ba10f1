#include <algorithm>
#include <cmath>
#include <numbers>

#include "shared/layers/gelu.hpp"

namespace twin {
namespace gelu_mistakes {

constexpr double kRootHalf = 1 / std::numbers::sqrt2;
const double kRootTwoOverPi = std::sqrt(2 / std::numbers::pi);

double distribution(double x) { return std::erfc(-x * kRootHalf) / 2; }
double density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }

// What stands in the tanh, and its derivative.
double inner(double x) { return kRootTwoOverPi * (x + 0.044715 * x * x * x); }
double inner_slope(double x) { return kRootTwoOverPi * (1 + 3 * 0.044715 * x * x); }
// 1 - tanh²; not as a difference, which would be 0 far out.
double tanh_slope(double z) { return 1 / (std::cosh(z) * std::cosh(z)); }

// exact: of approximate "none", or else of "tanh".
std::vector<Prediction> wrong_outputs(bool exact, const LayerValues& v) {
  const auto of_x = [&](auto f) { return each(v.x.size(), [&](std::size_t k) { return f(v.x[k]); }); };
  const auto with_tanh = [&](auto argument) {
    return of_x([&](double x) { return x / 2 * (1 + std::tanh(argument(x))); });
  };
  std::vector<Prediction> all{
      {"activation_left_out", "y = x", "the activation is left out", v.x.values},
      {"input_factor_missing", "y = Φ(x)", "the factor x is missing",
       of_x([&](double x) { return exact ? distribution(x) : (1 + std::tanh(inner(x))) / 2; })},
      {"argument_scaled", "y = x·σ(1.702·x)", "that is another approximation, by a sigmoid",
       of_x([](double x) { return x / (1 + std::exp(-1.702 * x)); })},
      {"other_activation", "y = x·σ(x)", "it is another activation, the SiLU",
       of_x([](double x) { return x / (1 + std::exp(-x)); })},
      {"other_activation", "y = max(x, 0)", "it is another activation, the ReLU",
       of_x([](double x) { return std::max(x, 0.0); })},
  };
  if (exact) {
    all.push_back({"other_approximation", "y = ½x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))",
                   "that is the approximation by tanh, where the exact Φ is asked for", with_tanh(inner)});
    all.push_back({"root_missing", "y = ½x·(1 + erf(x))",
                   "the division by √2 is missing: erf is of a variance of ½",
                   of_x([](double x) { return x * std::erfc(-x) / 2; })});
    all.push_back({"half_missing", "y = x·(1 + erf(x/√2))", "the ½ is missing",
                   of_x([](double x) { return 2 * x * distribution(x); })});
  } else {
    all.push_back({"other_approximation", "y = x·½(1 + erf(x/√2))",
                   "that is the exact Φ, where the approximation by tanh is asked for",
                   of_x([](double x) { return x * distribution(x); })});
    all.push_back({"root_missing", "y = ½x·(1 + tanh(2/π·(x + 0.044715·x³)))",
                   "2/π stands where its root belongs",
                   with_tanh([](double x) { return kRootTwoOverPi * inner(x); })});
    all.push_back({"cube_missing", "y = ½x·(1 + tanh(√(2/π)·x))", "the term of x³ is missing",
                   with_tanh([](double x) { return kRootTwoOverPi * x; })});
    all.push_back({"half_missing", "y = x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))", "the ½ is missing",
                   of_x([](double x) { return x * (1 + std::tanh(inner(x))); })});
  }
  return all;
}

std::vector<Prediction> wrong_input_gradients(bool exact, const LayerValues& v) {
  const auto times_d_y = [&](auto derivative) {
    return each(v.x.size(), [&](std::size_t k) { return v.d_y[k] * derivative(v.x[k]); });
  };
  // The two terms of the product rule.
  const auto first = [&](double x) { return exact ? distribution(x) : (1 + std::tanh(inner(x))) / 2; };
  const auto slope = [&](double x) { return exact ? density(x) : tanh_slope(inner(x)) * inner_slope(x) / 2; };
  std::vector<Prediction> all{
      {"derivative_left_out", "d_x = d_y", "the derivative of the GELU is left out", v.d_y.values},
      {"second_term_missing", "d_x = d_y·Φ(x)",
       "the product rule is left out: x stands in Φ too, which adds x·Φ'(x)", times_d_y(first)},
      {"first_term_missing", "d_x = d_y·x·Φ'(x)",
       "the product rule is left out: the first factor, x, moves too, which adds Φ(x)",
       times_d_y([&](double x) { return x * slope(x); })},
      {"input_factor_missing", "d_x = d_y·(Φ(x) + Φ'(x))", "the factor x of the second term is missing",
       times_d_y([&](double x) { return first(x) + slope(x); })},
      {"sign_of_second_term", "d_x = d_y·(Φ(x) - x·Φ'(x))", "the sign of the second term is wrong",
       times_d_y([&](double x) { return first(x) - x * slope(x); })},
      {"derivative_of_silu", "d_x = d_y·(σ(x) + x·σ(x)·(1 - σ(x)))", "that is the derivative of the SiLU",
       times_d_y([](double x) {
         const double s = 1 / (1 + std::exp(-x));
         return s + x * s / (1 + std::exp(x));
       })},
      {"upstream_ignored", "d_x = Φ(x) + x·Φ'(x)", "what flows back into the layer is left out",
       each(v.x.size(), [&](std::size_t k) { return first(v.x[k]) + v.x[k] * slope(v.x[k]); })},
  };
  const auto with_slope = [&](auto wrong_slope) {
    return times_d_y([&](double x) { return first(x) + x * wrong_slope(x); });
  };
  if (exact) {
    all.push_back({"density_unscaled", "d_x = d_y·(Φ(x) + x·exp(-x²/2))",
                   "the density lacks its factor 1/√(2π)",
                   with_slope([](double x) { return std::exp(-x * x / 2); })});
    all.push_back({"density_of_erf", "d_x = d_y·(Φ(x) + x·exp(-x²)/√π)",
                   "the derivative of erf is taken at x, not at x/√2",
                   with_slope([](double x) { return std::exp(-x * x) / std::sqrt(std::numbers::pi); })});
    all.push_back({"inner_derivative_missing", "d_x = d_y·(Φ(x) + x·exp(-x²/2)/√π)",
                   "the inner derivative of erf(x/√2), 1/√2, is missing",
                   with_slope([](double x) { return std::numbers::sqrt2 * density(x); })});
  } else {
    all.push_back({"inner_derivative_missing", "d_x = d_y·(½(1 + t) + ½x·(1 - t²))",
                   "the derivative of what stands in the tanh is missing",
                   with_slope([](double x) { return tanh_slope(inner(x)) / 2; })});
    all.push_back({"inner_derivative_of_cube_missing", "d_x = d_y·(½(1 + t) + ½x·(1 - t²)·√(2/π))",
                   "the derivative of x³ in the tanh is missing",
                   with_slope([](double x) { return tanh_slope(inner(x)) * kRootTwoOverPi / 2; })});
    all.push_back({"three_missing", "d_x = d_y·(½(1 + t) + ½x·(1 - t²)·√(2/π)·(1 + 0.044715·x²))",
                   "the 3 of the derivative of x³ is missing", with_slope([](double x) {
                     return tanh_slope(inner(x)) * kRootTwoOverPi * (1 + 0.044715 * x * x) / 2;
                   })});
    all.push_back({"derivative_of_exact", "d_x = d_y·(Φ(x) + x·exp(-x²/2)/√(2π))",
                   "the exact GELU is differentiated, where the way forward has the approximation",
                   times_d_y([](double x) { return distribution(x) + x * density(x); })});
  }
  return all;
}

}  // namespace gelu_mistakes

std::vector<Prediction> GeluSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace gelu_mistakes;
  const bool exact = approximate == "none";
  if (quantity.role == Role::output) return wrong_outputs(exact, v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(exact, v);
  return {};
}

}  // namespace twin
