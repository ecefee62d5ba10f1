#include "shared/losses/gaussian_nll.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {
namespace {

// Variances must not be below 0: means and variances come out of a sigmoid. None is clamped: there, the
// gradient is that of no function.
Example variance_example(std::string name, GaussianNllLossSpec loss, Shape shape, double scale = 1) {
  Example example = loss_example(std::move(name), loss, std::move(shape), scale);
  example.spec.layers = {{"sigmoid", SigmoidSpec{}}};
  return example;
}

}  // namespace

void GaussianNllLossSpec::validate() const {
  if (!(std::isfinite(eps) && eps > 0))
    throw UsageError(fmt::format("eps is {}", eps), {}, "give a finite number above 0");
}

Shape GaussianNllLossSpec::target_shape(const Shape& outputs) const {
  if (outputs.back() % 2 != 0)
    throw ShapeError(
        fmt::format("gaussian_nll: expected means and as many variances, got {} outputs", outputs.back()));
  Shape targets = outputs;
  targets.back() /= 2;
  return targets;
}

void GaussianNllLossSpec::refuse_variance(double variance) {
  throw DataError(fmt::format("a variance is {}", variance), {},
                  "let a layer with outputs above 0 be the last: softplus, say");
}

std::vector<Example> GaussianNllLossSpec::examples() {
  const GaussianNllLossSpec full{.full = true}, wide_eps{.eps = 0.01}, sum{.reduction = Reduction::sum};
  return {variance_example("odd", GaussianNllLossSpec{}, {7, 6}),
          variance_example("one_target", GaussianNllLossSpec{}, {1, 2}),
          variance_example("several_hundred_rows", GaussianNllLossSpec{}, {317, 10}),
          variance_example("sequence", GaussianNllLossSpec{}, {3, 5, 8}),
          variance_example("wide", GaussianNllLossSpec{}, {3, 262}),
          variance_example("full", full, {11, 6}),
          variance_example("wide_eps", wide_eps, {11, 6}),
          variance_example("sum", sum, {11, 6}),
          variance_example("precise", GaussianNllLossSpec{}, {13, 10}, 7),
          variance_example("tiny", GaussianNllLossSpec{}, {5, 6}, 1e-6)};
}

}  // namespace twin
