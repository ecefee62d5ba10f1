// A number that a specification may be set to, with what it may be. Optimisers, schedules and clippings list
// theirs, and so one loop validates them, prints them, and takes them from the command line.
#pragma once

#include <limits>
#include <string_view>
#include <vector>

namespace twin {

/// One number of a specification, by name: {"lr", 0.1}.
struct Hyperparameter {
  std::string_view name;
  double value;
};

struct HyperparameterField {
  std::string_view name;
  double* value;
  bool zero_allowed = true;
  double below = std::numeric_limits<double>::infinity();  // finite and smaller than this
};
using HyperparameterFields = std::vector<HyperparameterField>;

/// Throws UsageError naming the first that is negative, not finite, too large, or 0 where it may not be.
void validate(const HyperparameterFields& fields);

}  // namespace twin
