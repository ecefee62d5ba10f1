#include "shared/compare_networks/situation.hpp"

#include <algorithm>
#include <cmath>

#include "shared/seeds/initialise.hpp"

namespace twin {
namespace {

// The terms in one sum of products.
double fan_in(const Shape& weight) {
  return static_cast<double>(element_count(weight)) / static_cast<double>(weight.front());
}

}  // namespace

Situation random_situation(const NetworkSpec& spec, const Situation& given, Seed seed) {
  // No bias is 0, and no sum of products so large that a sigmoid is flat.
  const std::vector<ParameterSpec> parameters = parameters_of(spec);
  Shape taken = given.batches.at(0).inputs.shape();
  double widest = 1;
  for (const ParameterSpec& parameter : parameters) {
    taken.insert(taken.end(), parameter.shape.begin(), parameter.shape.end());
    if (parameter.role == ParameterRole::weight) widest = std::max(widest, fan_in(parameter.shape));
  }
  NetworkSpec uniform = spec;
  uniform.initialiser = UniformInitialiser{.bound = 2 / std::sqrt(widest)};
  Situation situation{initial_parameters(uniform, DType::float64, seed), {}};

  const OwnedBatch& batch = given.batches.at(0);
  std::int64_t rows = 0;
  for (const std::int64_t prime : {7, 11, 13, 17, 19, 23}) {
    rows = prime;
    if (std::find(taken.begin(), taken.end(), prime) == taken.end()) break;
  }
  for (std::uint32_t b = 0; b < 3; ++b)
    situation.batches.push_back(random_batch_like(batch, spec, rows, seed, b));
  return situation;
}

}  // namespace twin
