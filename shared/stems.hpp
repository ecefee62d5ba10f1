// Every layer, loss, optimiser, schedule and clipping there is, with the examples that exercise it. Whatever
// must be done for each of them loops over this list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/specs/example.hpp"

namespace twin {

struct Stem {
  std::string kind;  // "layers", "losses", "optim", "schedules", "clipping": the folder
  std::string name;  // "conv2d": the file
  std::vector<Example> examples;
};

/// By kind, and by name within a kind.
const std::vector<Stem>& stems();
/// Null when there is none of this name.
const Stem* find_stem(std::string_view name);

/// "conv2d/strided".
std::string name_of(const Stem& stem, const Example& example);

/// An optimiser with its default hyperparameters. Throws UsageError naming the optimisers there are.
OptimizerSpec optimizer_named(std::string_view name);
std::string_view name_of(const OptimizerSpec& optimizer);
std::string_view name_of(const LossSpec& loss);
std::string_view name_of(const ScheduleSpec& schedule);
std::string_view name_of(const ClippingSpec& clipping);

}  // namespace twin
