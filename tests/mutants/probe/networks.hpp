// The networks that a mutant is tried on.
#pragma once

#include <string>
#include <vector>

#include "shared/data/batches.hpp"
#include "shared/specs/network_spec.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin::mutants {

/// A network with its data, of float64.
struct Subject {
  std::string name;
  NetworkSpec spec;
  NamedTensors parameters;
  std::vector<OwnedBatch> batches;
};

/// Those of `names`: networks of the catalogue, with their own data and weights, and "primes": 3-7-5, mean
/// squared error, momentum, 11 random samples; sizes that are distinct primes, so that no shape hides a
/// transposition and each factor has one meaning. Random numbers stand in for pictures where there are none,
/// or where `pictures` is false.
std::vector<Subject> subjects(const std::vector<std::string>& names, bool pictures);

}  // namespace twin::mutants
