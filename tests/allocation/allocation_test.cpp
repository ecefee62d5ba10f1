// A training step by hand allocates nothing once it has run. Every allocation of the process is counted: that
// of new, of Eigen (malloc), and of the libraries underneath.
#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>

#include "manual/backend.hpp"
#include "shared/catalogue.hpp"
#include "shared/data/batches.hpp"
#include "shared/machine/blas.hpp"
#include "shared/networks/mlp.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/stems.hpp"

namespace {

std::atomic<long> allocations = 0;

}  // namespace

// What a program defines under these names takes the place of the C library's for everybody in the process.
extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* __libc_memalign(std::size_t alignment, std::size_t size);
extern "C" void* __libc_realloc(void* memory, std::size_t size);

extern "C" void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
extern "C" void* realloc(void* memory, std::size_t size) {
  ++allocations;
  return __libc_realloc(memory, size);
}
extern "C" int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  ++allocations;
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : 12;
}

namespace twin {
namespace {

void expect_no_allocation(const Backend& backend, const NetworkSpec& spec, const OwnedBatch& batch,
                          DType dtype) {
  set_blas_threads(1);  // on more, OpenBLAS allocates a queue for each product
  const std::unique_ptr<Network> network = backend.build(spec, dtype, Device::cpu);
  network->load_parameters(initial_parameters(spec, dtype, 1));
  const OwnedBatch rounded = batch.as(dtype);
  const Batch view = rounded.view();
  for (int step = 0; step < 2; ++step) network->train_step(view);  // makes room
  const long before = allocations;
  network->train_step(view);
  network->train_steps(view, 3);
  EXPECT_EQ(allocations - before, 0) << to_string(dtype) << ", " << to_string(batch.inputs.shape())
                                     << " into " << widths_of(spec);
}

TEST(Allocation, IsCounted) {
  const long before = allocations;
  // Otherwise the compiler may leave both out.
  int* volatile kept = new int(1);
  delete kept;
  EXPECT_EQ(allocations - before, 1);
  void* volatile aligned = std::aligned_alloc(64, 128);
  std::free(aligned);
  EXPECT_EQ(allocations - before, 2);
}

TEST(Allocation, NoneInASteadyStep) {
  for (const std::int64_t width : {1, 3, 8, 64, 300})
    for (const std::int64_t rows : {1, 2, 32, 257})
      for (const double momentum : {0.0, 0.9}) {
        const NetworkSpec spec = mlp({width, width + 2, width}, MseLossSpec{},
                                     SgdSpec{.lr = 0.01, .momentum = momentum}, XavierUniformInitialiser{});
        for (const DType dtype : {DType::float32, DType::float64})
          expect_no_allocation(manual::backend(), spec, random_batch(spec, rows, DType::float64, 1), dtype);
      }
  for (const CatalogueEntry& entry : catalogue())
    for (const DType dtype : {DType::float32, DType::float64})
      expect_no_allocation(manual::backend(), entry.spec, random_batch(entry.spec, 16, DType::float64, 1),
                           dtype);
}

TEST(Allocation, NoneInAStepOfAnyStem) {
  for (const Stem& stem : stems())
    for (const Example& example : stem.examples) {
      SCOPED_TRACE(stem.name + "/" + example.name);
      for (const DType dtype : {DType::float32, DType::float64})
        expect_no_allocation(manual::backend(), example.spec, random_batch(example, DType::float64, 1),
                             dtype);
    }
}

TEST(Allocation, NoneInSizesThatTheCompilerKnows) {
  const NetworkSpec& spec = find_network("xor").spec;
  for (const DType dtype : {DType::float32, DType::float64})
    expect_no_allocation(manual::fixed_backend(), spec, random_batch(spec, 4, DType::float64, 1), dtype);
}

}  // namespace
}  // namespace twin
