#include "shared/formats/idx.hpp"

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/idx_files.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

const Shape kShape{2, 1, 3};
const std::vector<std::uint8_t> kValues{0, 1, 127, 128, 254, 255};

class IdxTest : public testing::Test {
 protected:
  /// Writes `bytes`, gzipped or not, and expects the file to be refused for a reason that contains `parts`.
  template <typename... Parts>
  void expect_refused(const std::string& bytes, int dimensions, const Parts&... parts) {
    for (const bool zipped : {false, true}) {
      write_file(file_, zipped ? gzipped(bytes) : bytes);
      EXPECT_THROW_MESSAGE(read_idx(file_, dimensions), DataError, file_, parts...) << "zipped " << zipped;
    }
  }

  TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "images";
};

TEST_F(IdxTest, ReadsShapeAndValuesOfGzippedAndPlainFiles) {
  const std::string bytes = idx_bytes(kShape, kValues);
  for (const std::string& stored : {bytes, gzipped(bytes)}) {
    write_file(file_, stored);
    const Tensor tensor = read_idx(file_, 3);
    EXPECT_EQ(tensor.name(), "images");
    EXPECT_EQ(tensor.shape(), kShape);
    EXPECT_THAT(tensor.data<std::uint8_t>(), ElementsAre(0, 1, 127, 128, 254, 255));
  }
}

TEST_F(IdxTest, ReadsDimensionsAsBigEndian) {
  write_file(file_, idx_bytes({0x0102}, std::vector<std::uint8_t>(0x0102, 7)));
  EXPECT_EQ(read_idx(file_, 1).shape(), Shape{258});
}

TEST_F(IdxTest, ReadsMoreThanItTakesInAtOnce) {
  constexpr std::int64_t kCount = (1 << 24) + 3;
  std::vector<std::uint8_t> values(static_cast<std::size_t>(kCount));
  values[(1 << 24) - 1] = 1;
  values[1 << 24] = 2;
  values.back() = 3;
  write_file(file_, gzipped(idx_bytes({kCount}, values), 1));
  const Tensor tensor = read_idx(file_, 1);
  EXPECT_TRUE(std::ranges::equal(tensor.data<std::uint8_t>(), values));
}

TEST_F(IdxTest, NamesAMissingFile) {
  EXPECT_THROW_MESSAGE(read_idx(file_, 3), DataError, file_, "cannot open", "No such file");
}

TEST_F(IdxTest, RefusesADirectory) {
  EXPECT_THROW_MESSAGE(read_idx(folder_.path(), 3), DataError, folder_.path(), "is a directory");
}

TEST_F(IdxTest, RefusesAHeaderThatIsCutAnywhere) {
  const std::string header = idx_header(kShape);
  for (std::size_t size = 0; size < header.size(); ++size)
    expect_refused(header.substr(0, size), 3, "the idx header is truncated");
}

TEST_F(IdxTest, RefusesDataThatIsCutAnywhere) {
  const std::string bytes = idx_bytes(kShape, kValues);
  for (std::size_t got = 0; got < kValues.size(); ++got)
    expect_refused(bytes.substr(0, bytes.size() - kValues.size() + got), 3,
                   "truncated: " + std::to_string(got) + " of 6 values (2×1×3)");
}

TEST_F(IdxTest, RefusesAGzipStreamThatIsCutAnywhere) {
  const std::string whole = gzipped(idx_bytes(kShape, kValues));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_file(file_, whole.substr(0, size));
    EXPECT_THROW_MESSAGE(read_idx(file_, 3), DataError, file_, "truncated") << "cut to " << size;
  }
}

TEST_F(IdxTest, RefusesLabelsWhereImagesAreExpected) {
  expect_refused(idx_bytes({2}, {1, 2}), 3, "magic number 0x00000801, expected 0x00000803");
  expect_refused(idx_bytes(kShape, kValues), 1, "magic number 0x00000803, expected 0x00000801");
}

TEST_F(IdxTest, RefusesOtherTypesThanBytes) {
  std::string floats = idx_bytes(kShape, kValues);
  floats[2] = '\x0d';
  expect_refused(floats, 3, "magic number 0x00000d03");
}

TEST_F(IdxTest, RefusesAFileOfAnotherFormat) {
  expect_refused("<!DOCTYPE html>", 3, "magic number 0x3c21444f");
}

TEST_F(IdxTest, RefusesADimensionOfZero) {
  expect_refused(idx_header({0, 28, 28}), 3, "dimension 0 is 0");
  expect_refused(idx_header({60000, 28, 0}), 3, "dimension 2 is 0");
}

// 2^32 - 1 bytes must neither be allocated nor waited for when the file holds six.
TEST_F(IdxTest, RefusesHugeDimensionsOfATinyFile) {
  constexpr std::int64_t kMost = 0xffffffff;
  const std::string six(kValues.begin(), kValues.end());
  expect_refused(idx_header({kMost}) + six, 1, "truncated: 6 of 4294967295 values");
  expect_refused(idx_header({0x7fffffff, kMost, 1}) + six, 3, "truncated: 6 of 9223372030412324865 values");
  expect_refused(idx_header({kMost, kMost, kMost}) + six, 3, "4294967295×4294967295 overflow");
}

TEST_F(IdxTest, RefusesMoreValuesThanAnnounced) {
  expect_refused(idx_bytes(kShape, kValues) + '\0', 3, "trailing garbage");
}

TEST_F(IdxTest, RefusesGarbageBehindTheGzipTrailer) {
  write_file(file_, gzipped(idx_bytes(kShape, kValues)) + "x");
  EXPECT_THROW_MESSAGE(read_idx(file_, 3), DataError, file_, "trailing garbage");
}

TEST_F(IdxTest, NoticesAFlippedBitByTheChecksum) {
  // Stored without compression, a flipped value is a valid stream: the checksum alone tells.
  std::string stored = gzipped(idx_bytes(kShape, kValues), 0);
  stored[stored.size() - 9] ^= 1;
  write_file(file_, stored);
  EXPECT_THROW_MESSAGE(read_idx(file_, 3), DataError, file_, "damaged gzip data");
}

}  // namespace
}  // namespace twin
