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

/// A small random network that a check is weakened on.
struct Situation {
  Subject subject;
  bool alone;     // a single layer; otherwise a whole network
  bool upstream;  // under the inner-product loss: its targets are the gradient that comes from above
};

/// Each layer alone under the inner-product loss, and 3-7-5 under each loss. Their weights, inputs and
/// upstream gradients are uniform in ±1, their sizes distinct primes.
std::vector<Situation> weak_situations();

}  // namespace twin::mutants
