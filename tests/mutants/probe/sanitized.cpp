// Takes a mutant through all that touches its memory, for the sanitizers and Eigen's assertions to watch:
// each network, with batches that shrink and grow.
//
// The templates alone, and of double alone: compiling them is most of the work.
#include <cstdio>
#include <exception>

#include "limits.hpp"
#include "manual/network.hpp"
#include "manual/networks/sequential.hpp"
#include "networks.hpp"
#include "shared/machine/blas.hpp"

namespace {

using namespace twin;

void run(const mutants::Subject& subject) {
  manual::Network<manual::Sequential<double>> network(subject.spec);
  network.load_parameters(subject.parameters);
  for (const std::int64_t rows : {7, 2, 11}) {
    // Freed before the next: whoever keeps a view on it is seen.
    const OwnedBatch batch = random_batch(subject.spec, rows, DType::float64, 1);
    network.gradients(batch.view());
    network.train_step(batch.view());
    network.train_step(batch.view());
    network.loss(batch.view());
    network.predict(batch.inputs.view());
  }
}

}  // namespace

int main() {
  mutants::limit_time(30);
  try {
    set_blas_threads(1);
    for (const mutants::Subject& subject :
         mutants::subjects({"perceptron", "xor", "fashion-mlp", "primes"}, false))
      run(subject);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
