#include "shared/losses/hinge_embedding.hpp"

#include <cmath>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void HingeEmbeddingLossSpec::validate() const {
  if (!std::isfinite(margin))
    throw UsageError(fmt::format("margin is {}", margin), {}, "give a finite number");
}

std::vector<Example> HingeEmbeddingLossSpec::examples() {
  const HingeEmbeddingLossSpec narrow{.margin = 0.25}, wide{.margin = 2}, widest{.margin = 3},
      no_margin{.margin = 0};
  std::vector<Example> all{
      loss_example("odd", HingeEmbeddingLossSpec{}, {7, 3}),
      loss_example("one_element", HingeEmbeddingLossSpec{}, {1, 1}),
      loss_example("several_hundred_rows", HingeEmbeddingLossSpec{}, {317, 5}),
      loss_example("picture", HingeEmbeddingLossSpec{}, {2, 3, 5, 7}),
      loss_example("wide", narrow, {3, 131}),
      // On both sides of the margin.
      loss_example("around_the_margin", wide, {19, 7}, 3),
      loss_example("no_margin", no_margin, {19, 7}),
      loss_example("huge", HingeEmbeddingLossSpec{}, {5, 3}, 1e6),
      loss_example("tiny", HingeEmbeddingLossSpec{}, {5, 3}, 1e-6),
      // One output in seven meets the margin exactly. The mean of 2⁷ integers is exact.
      loss_example("integers", widest, {16, 8}),
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
