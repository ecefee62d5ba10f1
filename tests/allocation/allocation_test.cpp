// A training step by hand allocates nothing once it has run: Eigen's own check, and a count of operator new.
// Built apart from the other tests: the check is compiled into Eigen's templates.
#define EIGEN_RUNTIME_NO_MALLOC
// GCC 12 takes a free() in an inlined operator delete for a mismatch with the operator new that it replaces
// too.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
// Eigen's check is an assertion, which a release build leaves out, and which ends the program elsewhere.
struct AllocationByEigen {};
#define eigen_assert(condition) \
  if (!(condition)) throw AllocationByEigen()

#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>
#include <new>

#include "manual/network.hpp"
#include "manual/networks/sequential.hpp"
#include "manual/variants/mlp.hpp"
#include "shared/catalogue.hpp"
#include "shared/data/batches.hpp"
#include "shared/seeds/initialise.hpp"

namespace {

std::atomic<long> allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto align = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace twin {
namespace {

template <typename Model>
void expect_no_allocation(const NetworkSpec& spec, std::int64_t rows) {
  constexpr DType kDType = dtype_of<typename Model::Scalar>();
  manual::Network<Model> network(spec);
  network.load_parameters(initial_parameters(spec, kDType, 1));
  const OwnedBatch batch = random_batch(spec, rows, kDType, 1);
  const Batch view = batch.view();
  network.train_step(view);  // makes room
  const long before = allocations;
  Eigen::internal::set_is_malloc_allowed(false);
  network.train_step(view);
  network.train_steps(view, 3);
  Eigen::internal::set_is_malloc_allowed(true);
  EXPECT_EQ(allocations - before, 0) << rows << " rows of " << widths_of(spec);
}

TEST(Allocation, OperatorNewIsCounted) {
  const long before = allocations;
  // Otherwise the compiler may leave both out.
  int* volatile kept = new int(1);
  delete kept;
  EXPECT_EQ(allocations - before, 1);
}

TEST(Allocation, EigenSaysWhenItAllocates) {
  Eigen::internal::set_is_malloc_allowed(false);
  EXPECT_THROW(manual::Matrix<double>(3, 3), AllocationByEigen);
  Eigen::internal::set_is_malloc_allowed(true);
}

TEST(Allocation, NoneInASteadyStep) {
  for (const std::int64_t width : {1, 3, 8, 64, 300})
    for (const std::int64_t rows : {1, 2, 32, 257})
      for (const double momentum : {0.0, 0.9}) {
        const NetworkSpec spec = mlp({width, width + 2, width}, MseLossSpec{},
                                     SgdSpec{.lr = 0.01, .momentum = momentum}, XavierUniformInitialiser{});
        expect_no_allocation<manual::Sequential<float>>(spec, rows);
        expect_no_allocation<manual::Sequential<double>>(spec, rows);
      }
  for (const CatalogueEntry& entry : catalogue()) {
    expect_no_allocation<manual::Sequential<float>>(entry.spec, 4);
    expect_no_allocation<manual::Sequential<double>>(entry.spec, 64);
  }
}

TEST(Allocation, NoneInSizesThatTheCompilerKnows) {
  expect_no_allocation<manual::Mlp<float, 4, 2, 4, 1>>(find_network("xor").spec, 4);
  expect_no_allocation<manual::Mlp<double, 4, 2, 4, 1>>(find_network("xor").spec, 4);
}

}  // namespace
}  // namespace twin
