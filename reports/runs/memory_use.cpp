#include "reports/runs/memory_use.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "shared/machine/memory.hpp"
#include "shared/seeds/initialise.hpp"

namespace twin::reports {
namespace {

constexpr Seed kSeed = 1;
constexpr int kSteps = 3;  // the second is the first that finds gradients from the one before

class Meter {
 public:
  Meter() {
    restart();
    start_ = resident_bytes();
  }

  /// The most since the last restart. What was freed and kept for later is still there, to the page; what
  /// went back to the kernel is in its own mark alone, which may read a little low.
  std::int64_t peak() const { return std::max(resident_bytes(), peak_resident_bytes()) - start_; }

  /// What is held without what was freed, from which the next peak() starts.
  std::int64_t restart() {
    release_freed_memory();
    reset_peak_resident_bytes();
    return resident_bytes() - start_;
  }

 private:
  std::int64_t start_ = 0;
};

}  // namespace

NeededMemory needed_memory(const NetworkSpec& spec, std::int64_t batch, DType dtype) {
  const std::int64_t bytes = dtype == DType::float32 ? 4 : 8;
  NeededMemory needed;
  needed.parameters = bytes * parameter_count(spec);
  needed.gradients = needed.parameters;
  needed.optimizer_state = std::ssize(state_names(spec.optimizer)) * needed.parameters;
  for (const BufferSpec& buffer : buffers_of(spec)) needed.buffers += bytes * element_count(buffer.shape);
  Shape x = input_shape(spec, batch);
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    x = output_shape(spec.layers[i], x);
    const bool last = i + 1 == spec.layers.size();
    if (keeps_outputs(spec.layers[i]) || last || !keeps_outputs(spec.layers[i + 1]))
      needed.activations += bytes * element_count(x);
  }
  return needed;
}

MemoryUse memory_of_training(const Backend& backend, const bench::Subject& subject, DType dtype) {
  const NamedTensors parameters = initial_parameters(subject.spec, dtype, kSeed);
  const OwnedBatch batch = subject.random_batch(dtype, kSeed);
  Meter meter;
  MemoryUse use;
  const std::unique_ptr<Network> network = backend.build(subject.spec, dtype, Device::cpu);
  network->load_parameters(parameters);
  use.built = meter.peak();
  meter.restart();
  for (int step = 0; step < kSteps; ++step) network->train_step(batch.view());
  use.peak = meter.peak();
  use.held = meter.restart();
  return use;
}

MemoryUse memory_of_block(std::int64_t bytes) {
  Meter meter;
  MemoryUse use;
  const std::vector<char> block(static_cast<std::size_t>(bytes), 'x');
  use.peak = meter.peak();
  use.held = meter.restart();
  return use;
}

}  // namespace twin::reports
