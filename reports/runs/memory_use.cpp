#include "reports/runs/memory_use.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "shared/data/batches.hpp"
#include "shared/machine/memory.hpp"
#include "shared/seeds/initialise.hpp"

namespace twin::reports {
namespace {

constexpr Seed kSeed = 1;
constexpr int kSteps = 3;  // the second is the first that finds gradients from the one before

// By how much the process grows while `work` goes on. What work() returns lives until the end.
template <typename Work>
MemoryUse growth(const Work& work) {
  release_freed_memory();
  reset_peak_resident_bytes();
  const std::int64_t before = resident_bytes();
  const auto result = work();
  // What was freed and kept for later is still there, to the page; what went back to the kernel is in its
  // peak alone, which may read a little low.
  const std::int64_t peak = std::max(resident_bytes(), peak_resident_bytes());
  release_freed_memory();
  return {peak - before, resident_bytes() - before};
}

}  // namespace

NeededMemory needed_memory(const NetworkSpec& spec, std::int64_t batch, DType dtype) {
  const std::int64_t bytes = dtype == DType::float32 ? 4 : 8;
  NeededMemory needed;
  needed.parameters = bytes * parameter_count(spec);
  needed.gradients = needed.parameters;
  if (sgd(spec).momentum != 0) needed.velocities = needed.parameters;
  std::int64_t features = input_features(spec);
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    const auto is_dense = [&](std::size_t k) {
      return std::holds_alternative<DenseSpec>(spec.layers[k].kind);
    };
    if (is_dense(i)) features = std::get<DenseSpec>(spec.layers[i].kind).out_features;
    const bool last = i + 1 == spec.layers.size();
    if (!is_dense(i) || last || is_dense(i + 1)) needed.activations += bytes * batch * features;
  }
  return needed;
}

MemoryUse memory_of_training(const Backend& backend, const bench::Subject& subject, DType dtype) {
  const NamedTensors parameters = initial_parameters(subject.spec, dtype, kSeed);
  const OwnedBatch batch = random_batch(subject.spec, subject.batch, dtype, kSeed);
  return growth([&] {
    std::unique_ptr<Network> network = backend.build(subject.spec, dtype, Device::cpu);
    network->load_parameters(parameters);
    for (int step = 0; step < kSteps; ++step) network->train_step(batch.view());
    return network;
  });
}

MemoryUse memory_of_block(std::int64_t bytes) {
  return growth([&] { return std::vector<char>(static_cast<std::size_t>(bytes), 'x'); });
}

}  // namespace twin::reports
