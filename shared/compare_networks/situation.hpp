// What two networks are examined on.
#pragma once

#include <vector>

#include "shared/data/batches.hpp"
#include "shared/specs/network_spec.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin {

struct Situation {
  NamedTensors parameters;
  std::vector<OwnedBatch> batches;  // step s is taken on batches[s mod size]
};

/// Random numbers in batches whose size is no other size of the network, nor that of `given`: sizes that are
/// equal there are told apart here.
Situation random_situation(const NetworkSpec& spec, const Situation& given, Seed seed);

}  // namespace twin
