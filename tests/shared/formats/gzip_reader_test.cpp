#include "shared/formats/gzip_reader.hpp"

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/idx_files.hpp"

namespace twin {
namespace {

// The reader's input buffer: what ends at its edge is a case of its own.
constexpr std::size_t kBuffer = 1 << 16;

std::string noise(std::size_t size) {
  const RandomStream stream(1, Purpose::test_data);
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(stream.bits(i));
  return bytes;
}

std::string read_all(GzipReader& reader, std::size_t piece = 4096) {
  std::string bytes, buffer(piece, '\0');
  std::size_t got = piece;
  while (got == piece) {
    got = reader.read(reinterpret_cast<std::byte*>(buffer.data()), piece);
    bytes.append(buffer, 0, got);
  }
  return bytes;
}

std::string read_whole(const std::filesystem::path& path) {
  GzipReader reader(path);
  std::string bytes = read_all(reader);
  reader.expect_end();
  return bytes;
}

// Noise whose gzip file is exactly as long as the reader's buffer.
std::string noise_that_fills_the_buffer() {
  std::string bytes = noise(kBuffer);
  while (gzipped(bytes).size() > kBuffer) bytes.pop_back();
  return bytes;
}

class GzipReaderTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "data";
};

TEST_F(GzipReaderTest, ReadsGzippedAndPlainFilesAlike) {
  const std::string bytes = noise(3 * kBuffer + 17) + std::string(5 * kBuffer, 'a');
  for (const std::string& stored : {bytes, gzipped(bytes), gzipped(bytes, 0), gzipped(bytes, 9)}) {
    write_file(file_, stored);
    EXPECT_EQ(read_whole(file_), bytes);
  }
}

TEST_F(GzipReaderTest, ReadsInPiecesOfAnySize) {
  const std::string bytes = noise(70001);
  for (const std::string& stored : {bytes, gzipped(bytes)}) {
    write_file(file_, stored);
    for (const std::size_t piece : {1UL, 7UL, kBuffer, 100000UL}) {
      GzipReader reader(file_);
      EXPECT_EQ(read_all(reader, piece), bytes) << piece;
      EXPECT_NO_THROW(reader.expect_end());
    }
  }
}

TEST_F(GzipReaderTest, ReadsNothingBehindTheEnd) {
  write_file(file_, gzipped("abc"));
  GzipReader reader(file_);
  EXPECT_EQ(read_all(reader), "abc");
  std::byte byte{};
  EXPECT_EQ(reader.read(&byte, 1), 0U);
  EXPECT_EQ(reader.path(), file_);
}

TEST_F(GzipReaderTest, ExpectEndRefusesWhatIsLeft) {
  for (const std::string& stored : {std::string("abc"), gzipped("abc")}) {
    write_file(file_, stored);
    GzipReader reader(file_);
    std::array<std::byte, 3> bytes{};
    EXPECT_EQ(reader.read(bytes.data(), 2), 2U);
    EXPECT_THROW_MESSAGE(reader.expect_end(), DataError, file_, "trailing garbage");
  }
}

TEST_F(GzipReaderTest, NamesAMissingFile) {
  EXPECT_THROW_MESSAGE(GzipReader reader(file_), DataError, file_, "cannot open", "No such file");
}

TEST_F(GzipReaderTest, RefusesADirectory) {
  EXPECT_THROW_MESSAGE(GzipReader reader(folder_.path()), DataError, folder_.path(), "is a directory");
}

TEST_F(GzipReaderTest, ReadsAnEmptyFileAsNoBytes) {
  write_file(file_, "");
  EXPECT_EQ(read_whole(file_), "");
  write_file(file_, gzipped(""));
  EXPECT_EQ(read_whole(file_), "");
}

TEST_F(GzipReaderTest, TakesHalfAGzipMagicForPlainData) {
  write_file(file_, "\x1f");
  EXPECT_EQ(read_whole(file_), "\x1f");
}

TEST_F(GzipReaderTest, NoticesAStreamThatIsCutAnywhere) {
  const std::string whole = gzipped(noise(50) + std::string(500, 'a'));
  for (std::size_t size = 2; size < whole.size(); ++size) {
    write_file(file_, whole.substr(0, size));
    EXPECT_THROW_MESSAGE(read_whole(file_), DataError, file_, "truncated") << "cut to " << size;
  }
}

TEST_F(GzipReaderTest, NoticesAStreamThatIsCutAtTheEdgeOfItsBuffer) {
  const std::string whole = gzipped(noise(2 * kBuffer));
  write_file(file_, whole.substr(0, kBuffer));
  EXPECT_THROW_MESSAGE(read_whole(file_), DataError, file_, "truncated");
}

// The checksum stands behind the last value: an exact read must not stop before it.
TEST_F(GzipReaderTest, ChecksTheChecksumAfterAReadOfTheExactSize) {
  std::string stored = gzipped("abc");
  stored[stored.size() - 8] ^= 1;
  write_file(file_, stored);
  GzipReader reader(file_);
  std::array<std::byte, 3> bytes{};
  EXPECT_THROW_MESSAGE(reader.read(bytes.data(), 3); reader.expect_end(), DataError, file_, "damaged");
}

TEST_F(GzipReaderTest, NoticesAFlippedBitInEveryByteBehindTheHeader) {
  constexpr std::size_t kHeader = 10;
  const std::string whole = gzipped(noise(50) + std::string(500, 'a'));
  for (std::size_t i = kHeader; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] ^= 1;
    write_file(file_, damaged);
    EXPECT_THROW_MESSAGE(read_whole(file_), DataError, file_) << "byte " << i;
  }
}

TEST_F(GzipReaderTest, NeverReturnsOtherBytesThanWereWritten) {
  const std::string bytes = noise(20) + std::string(100, 'a');
  const std::string whole = gzipped(bytes);
  for (std::size_t bit = 16; bit < 8 * whole.size(); ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    write_file(file_, damaged);
    try {
      EXPECT_EQ(read_whole(file_), bytes) << "bit " << bit;
    } catch (const DataError&) {
    }
  }
}

TEST_F(GzipReaderTest, RefusesGarbageBehindTheTrailer) {
  for (const std::string& garbage : {std::string("x"), std::string(1, '\0'), std::string(100000, 'x')}) {
    write_file(file_, gzipped("abc") + garbage);
    EXPECT_THROW_MESSAGE(read_whole(file_), DataError, file_, "trailing garbage");
  }
}

TEST_F(GzipReaderTest, RefusesGarbageThatBeginsAtTheEdgeOfItsBuffer) {
  const std::string bytes = noise_that_fills_the_buffer();
  write_file(file_, gzipped(bytes));
  ASSERT_EQ(std::filesystem::file_size(file_), kBuffer);
  EXPECT_EQ(read_whole(file_), bytes);
  write_file(file_, gzipped(bytes) + "x");
  EXPECT_THROW_MESSAGE(read_whole(file_), DataError, file_, "trailing garbage");
}

}  // namespace
}  // namespace twin
