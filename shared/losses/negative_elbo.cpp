#include "shared/losses/negative_elbo.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void NegativeElboLossSpec::validate() const {
  if (latent < 1) throw UsageError(fmt::format("latent is {}", latent), {}, "give 1 or more");
  if (!(std::isfinite(beta) && beta >= 0))
    throw UsageError(fmt::format("beta is {}", beta), {}, "give a finite number of at least 0");
}

Shape NegativeElboLossSpec::target_shape(const Shape& outputs) const {
  if (outputs.back() <= 2 * latent)
    throw ShapeError(
        fmt::format("negative_elbo: expected logits, {} means and as many log-variances, got {} outputs",
                    latent, outputs.back()));
  Shape targets = outputs;
  targets.back() -= 2 * latent;
  return targets;
}

void NegativeElboLossSpec::validate_target(double target) const {
  if (target >= 0 && target <= 1) return;  // false for NaN
  throw DataError(fmt::format("a target is {}", target), {},
                  "give a probability of at least 0 and at most 1");
}

Tensor NegativeElboLossSpec::predicted_targets(const Tensor& outputs) const {
  Shape shape = target_shape(outputs.shape());
  const std::vector<double> y = outputs.to_doubles();
  const auto columns = static_cast<std::size_t>(outputs.shape().back()),
             logits = static_cast<std::size_t>(shape.back());
  std::vector<double> probabilities;
  for (std::size_t row = 0; row < y.size(); row += columns)
    for (std::size_t k = 0; k < logits; ++k) probabilities.push_back(1 / (1 + std::exp(-y[row + k])));
  return Tensor("targets", std::move(shape), std::move(probabilities)).as(outputs.dtype());
}

std::vector<Example> NegativeElboLossSpec::examples() {
  const auto elbo = [](std::string name, NegativeElboLossSpec loss, Shape outputs, double scale = 1) {
    return loss_example(std::move(name), loss, std::move(outputs), scale);
  };
  return {elbo("odd", {.latent = 2}, {7, 9}), elbo("one_pixel", {.latent = 1}, {1, 3}),
          elbo("more_code_than_pixels", {.latent = 5}, {11, 13}),
          elbo("several_hundred_rows", {.latent = 2}, {317, 7}), elbo("sequence", {.latent = 3}, {2, 5, 13}),
          elbo("wide", {.latent = 17}, {3, 131}), elbo("beta", {.latent = 2, .beta = 4}, {13, 7}),
          elbo("small_beta", {.latent = 3, .beta = 0.25}, {5, 11}),
          // Without the divergence, means and log-variances have a gradient of 0.
          elbo("reconstruction_alone", {.latent = 2, .beta = 0}, {7, 9}),
          elbo("confident", {.latent = 2}, {13, 9}, 6)};
}

}  // namespace twin
