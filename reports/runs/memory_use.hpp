// How much memory a training step takes.
#pragma once

#include <cstdint>

#include "bench/train_step.hpp"

namespace twin::reports {

/// What no way of training by backpropagation can do without, in bytes: every parameter, its gradient and
/// what the optimiser remembers of it, the buffers, and each value between two layers that the way back still
/// asks for: the outputs or the inputs of a layer (keeps_outputs()), the outputs of the network (the loss).
/// The same value counts once; the batch is the caller's and does not count. What a layer remembers inside is
/// not known here.
struct NeededMemory {
  std::int64_t parameters = 0, gradients = 0, optimizer_state = 0, buffers = 0, activations = 0;
  std::int64_t total() const { return parameters + gradients + optimizer_state + buffers + activations; }
};
NeededMemory needed_memory(const NetworkSpec& spec, std::int64_t batch, DType dtype);

/// By how many bytes the process has grown.
struct MemoryUse {
  std::int64_t built = 0;  // at the most, while the network was built and given its parameters
  std::int64_t peak = 0;   // at the most, while it was trained
  std::int64_t held = 0;   // between two training steps
};

/// Builds the network, trains three steps, and asks the kernel. Throws MachineError where it does not tell.
MemoryUse memory_of_training(const Backend& backend, const bench::Subject& subject, DType dtype);

/// The same meter on a plain block of so many bytes, filled in the place of the training: how far it can be
/// trusted at this size.
MemoryUse memory_of_block(std::int64_t bytes);

}  // namespace twin::reports
