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

/// A name is that of
///   - a network of the catalogue, with its own data and weights. Random numbers stand in for pictures where
///     there are none, or where `pictures` is false.
///   - "primes": 3-7-5, mean squared error, momentum, 11 random samples. The sizes are distinct primes, so
///   that
///     no shape hides a transposition and each factor has one meaning.
///   - a stem: each of its examples, as twin check has them.
std::vector<Subject> subjects(const std::vector<std::string>& names, bool pictures);

/// A small random network that a check is weakened on.
struct Situation {
  Subject subject;
  bool alone;     // a single layer; otherwise a whole network
  bool upstream;  // under the inner-product loss: its targets are the gradient that comes from above
};

/// For each stem among `names` its examples, and for "primes" 3-7-5 under each loss. Other names are passed
/// over, and losses that five outputs do not fit.
std::vector<Situation> weak_situations(const std::vector<std::string>& names);

}  // namespace twin::mutants
