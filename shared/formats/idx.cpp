#include "shared/formats/idx.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>

#include "shared/errors.hpp"
#include "shared/formats/gzip_reader.hpp"

namespace twin {
namespace {

std::uint32_t read_big_endian(GzipReader& reader) {
  std::array<std::byte, 4> bytes{};
  if (reader.read(bytes.data(), bytes.size()) != bytes.size())
    throw DataError("the idx header is truncated", reader.path().string(), kFetchAgain);
  std::uint32_t value = 0;
  for (const std::byte byte : bytes) value = value << 8 | std::to_integer<std::uint32_t>(byte);
  return value;
}

}  // namespace

Tensor read_idx(const std::filesystem::path& path, int dimensions) {
  GzipReader reader(path);
  const std::uint32_t magic = read_big_endian(reader);
  const std::uint32_t expected = 0x0800U | static_cast<std::uint32_t>(dimensions);
  if (magic != expected)
    throw DataError(fmt::format("magic number {:#010x}, expected {:#010x} (bytes in {} dimensions)", magic,
                                expected, dimensions),
                    path.string(), "name an idx file of that kind");

  Shape shape;
  std::int64_t count = 1;
  for (int i = 0; i < dimensions; ++i) {
    shape.push_back(read_big_endian(reader));
    if (shape.back() == 0) throw DataError(fmt::format("dimension {} is 0", i), path.string(), kFetchAgain);
    if (count > std::numeric_limits<std::int64_t>::max() / shape.back())
      throw DataError(fmt::format("the dimensions {} overflow", to_string(shape)), path.string(),
                      kFetchAgain);
    count *= shape.back();
  }

  // Grown chunk by chunk: a damaged header that announces terabytes then ends as a truncated file, not in
  // bad_alloc.
  std::vector<std::uint8_t> values;
  constexpr std::int64_t kChunk = std::int64_t{1} << 24;
  for (std::int64_t done = 0; done < count;) {
    const auto part = static_cast<std::size_t>(std::min(kChunk, count - done));
    values.resize(static_cast<std::size_t>(done) + part);
    const std::size_t got = reader.read(reinterpret_cast<std::byte*>(values.data() + done), part);
    done += static_cast<std::int64_t>(got);
    if (got < part)
      throw DataError(fmt::format("truncated: {} of {} values ({})", done, count, to_string(shape)),
                      path.string(), kFetchAgain);
  }
  reader.expect_end();
  return {path.filename().string(), shape, std::move(values)};
}

}  // namespace twin
