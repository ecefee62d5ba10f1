#include "shared/machine/memory.hpp"

#include <cstring>
#include <gtest/gtest.h>
#include <sys/mman.h>

namespace twin {
namespace {

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kSlack = 2 * kMiB;  // what else the process does, and the kernel's batches

// Pages of our own, whatever the allocator has in store.
class Pages {
 public:
  explicit Pages(std::int64_t bytes)
      : bytes_(static_cast<std::size_t>(bytes)),
        pages_(::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    std::memset(pages_, 1, bytes_);
  }
  ~Pages() { ::munmap(pages_, bytes_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

 private:
  std::size_t bytes_;
  void* pages_;
};

TEST(Memory, CountsWhatIsThere) {
  const std::int64_t before = resident_bytes();
  EXPECT_GT(before, 0);
  const Pages pages(64 * kMiB);
  EXPECT_NEAR(static_cast<double>(resident_bytes() - before), 64.0 * kMiB, kSlack);
}

TEST(Memory, RemembersThePeakUntilItIsReset) {
  reset_peak_resident_bytes();
  const std::int64_t before = resident_bytes();
  { const Pages pages(64 * kMiB); }
  EXPECT_NEAR(static_cast<double>(peak_resident_bytes() - before), 64.0 * kMiB, kSlack);
  EXPECT_NEAR(static_cast<double>(resident_bytes() - before), 0, kSlack);
  reset_peak_resident_bytes();
  EXPECT_NEAR(static_cast<double>(peak_resident_bytes() - before), 0, kSlack);
}

TEST(Memory, CountsTheFilesOfALibrary) {
  EXPECT_GT(resident_bytes_of_files("libstdc++"), 64 * 1024);
  EXPECT_LT(resident_bytes_of_files("libstdc++"), resident_bytes());
  EXPECT_EQ(resident_bytes_of_files("no-such-library"), 0);
}

}  // namespace
}  // namespace twin
