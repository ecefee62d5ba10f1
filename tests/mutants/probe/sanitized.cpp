// Takes a mutant through all that touches its memory, for the sanitizers and Eigen's assertions to watch: the
// networks and the examples of the stems that are named, with batches that shrink and grow.
//
// What the sanitizers watch is what the mutant changes: the rest is linked as the main build has it.
#include <cstdio>
#include <exception>

#include "limits.hpp"
#include "manual/backend.hpp"
#include "networks.hpp"
#include "shared/machine/blas.hpp"

namespace {

using namespace twin;

void run(const mutants::Subject& subject) {
  const std::unique_ptr<Network> network = manual::backend().build(subject.spec, DType::float64, Device::cpu);
  network->load_parameters(subject.parameters);
  for (const std::int64_t rows : {7, 2, 11}) {
    network->reset_state();  // that of another number of rows
    // Freed before the next: whoever keeps a view on it is seen.
    const OwnedBatch batch = random_batch_like(subject.batches.front(), subject.spec, rows, 1);
    network->gradients(batch.view());
    network->train_step(batch.view());
    network->train_step(batch.view());
    network->loss(batch.view());
    network->predict(batch.view());
  }
}

}  // namespace

int main(int argc, char** argv) {
  mutants::limit_time(30);
  try {
    set_blas_threads(1);
    for (const mutants::Subject& subject : mutants::subjects({argv + 1, argv + argc}, false)) run(subject);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
