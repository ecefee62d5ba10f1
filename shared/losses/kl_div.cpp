#include "shared/losses/kl_div.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void KlDivLossSpec::validate_target(double target) const {
  if (log_target ? target <= 0 : target >= 0 && target <= 1) return;  // false for NaN
  throw DataError(fmt::format("a target is {}", target), {},
                  log_target ? "give the logarithm of a probability, 0 at most"
                             : "give a probability of at least 0 and at most 1");
}

std::vector<Example> KlDivLossSpec::examples() {
  const KlDivLossSpec batchmean{.reduction = Reduction::batchmean}, sum{.reduction = Reduction::sum},
      log_target{.log_target = true}, log_batchmean{.reduction = Reduction::batchmean, .log_target = true};
  return {loss_example("odd", KlDivLossSpec{}, {7, 5}),
          loss_example("one_element", KlDivLossSpec{}, {1, 1}),
          loss_example("one_row", batchmean, {1, 3}),
          loss_example("several_hundred_rows", batchmean, {317, 10}),
          loss_example("sequence", batchmean, {3, 5, 7}),
          loss_example("mean_of_a_sequence", KlDivLossSpec{}, {3, 5, 7}),
          loss_example("sum", sum, {11, 4}),
          loss_example("log_target", log_target, {11, 7}),
          loss_example("log_target_batchmean", log_batchmean, {3, 5, 7}),
          loss_example("wide", KlDivLossSpec{}, {3, 131}),
          loss_example("huge", KlDivLossSpec{}, {5, 3}, 1e6),
          loss_example("tiny", batchmean, {5, 3}, 1e-6)};
}

}  // namespace twin
