#include "reports/runs/kernels.hpp"

#include "shared/machine/kernels.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Json kernels(const char* core, const char* found, int vector_bytes, int processor_bytes, double blas,
             double eigen) {
  return {{"core", core},
          {"found", found},
          {"vector_bytes", vector_bytes},
          {"processor_vector_bytes", processor_bytes},
          {"blas_flops", blas},
          {"eigen_flops", eigen}};
}

TEST(Kernels, OfTheRightWidthNeedNoWord) {
  const Json right = kernels("Zen", "Zen", 32, 32, 36e9, 38e9);
  EXPECT_THAT(kernel_warnings(right, Language::english), IsEmpty());
  EXPECT_EQ(kernels_mended(right, Language::english), "");
  // A core that this program does not know says nothing of its vectors.
  EXPECT_THAT(kernel_warnings(kernels("Zen9", "Zen9", 0, 64, 150e9, 140e9), Language::english), IsEmpty());
}

TEST(Kernels, TooNarrowOnesAreNamed) {
  const Json narrow = kernels("Prescott", "Prescott", 16, 64, 25e9, 30e9);
  EXPECT_THAT(kernel_warnings(narrow, Language::english),
              ElementsAre(mentions("for a Prescott", "16 bytes", "processor has 64")));
  EXPECT_THAT(kernel_warnings(narrow, Language::indonesian),
              ElementsAre(mentions("sebuah Prescott", "16 byte")));
}

TEST(Kernels, SlowOnesAreNamedWhateverTheirWidth) {
  EXPECT_THAT(kernel_warnings(kernels("Haswell", "Haswell", 32, 32, 20.5e9, 138e9), Language::english),
              ElementsAre(mentions("(Haswell)", "20.5 GFLOP/s", "138")));
  EXPECT_THAT(kernel_warnings(kernels("Haswell", "Haswell", 32, 32, 20.5e9, 138e9), Language::indonesian),
              ElementsAre(mentions("20,5 GFLOP/s")));
}

TEST(Kernels, MendedOnesAreNamed) {
  const Json mended = kernels("SkylakeX", "Prescott", 64, 64, 148e9, 140e9);
  EXPECT_THAT(kernel_warnings(mended, Language::english), IsEmpty());
  EXPECT_THAT(kernels_mended(mended, Language::english), mentions("for a Prescott", "for a SkylakeX"));
}

TEST(Kernels, OfThisMachineAreMeasured) {
  const Json measured = measured_kernels();
  EXPECT_EQ(measured.at("core"), blas_kernels().core);
  EXPECT_GT(measured.at("blas_flops").get<double>(), 1e8);
  EXPECT_GT(measured.at("eigen_flops").get<double>(), 1e8);
}

TEST(Kernels, CoresAreKnownByTheirVectors) {
  EXPECT_EQ(vector_bytes_of("Prescott"), 16);
  EXPECT_EQ(vector_bytes_of("Haswell"), 32);
  EXPECT_EQ(vector_bytes_of("SkylakeX"), 64);
  EXPECT_EQ(vector_bytes_of("somebody's next"), 0);
}

}  // namespace
}  // namespace twin::reports
