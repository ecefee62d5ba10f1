#include "shared/data/text.hpp"

#include <array>
#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/formats/gzip_reader.hpp"

namespace twin {
namespace {

// Windows of `indices`, and the same one byte later.
Split windows(std::span<const std::int64_t> indices, std::int64_t length) {
  const std::int64_t count = (std::ssize(indices) - 1) / length;
  const auto from = [&](std::ptrdiff_t first) {
    return std::vector<std::int64_t>(indices.begin() + first, indices.begin() + first + count * length);
  };
  return {Tensor("inputs", {count, length}, from(0)), Tensor("targets", {count, length}, from(1))};
}

}  // namespace

std::vector<std::string> byte_names() {
  std::vector<std::string> names;
  for (int value = 0; value < kByteValues; ++value)
    names.push_back(value > ' ' && value <= '~' ? std::string(1, static_cast<char>(value))
                                                : fmt::format("0x{:02x}", value));
  names[' '] = "space";
  names['\n'] = "newline";
  return names;
}

Dataset text_dataset(std::string name, std::string_view text, std::int64_t length,
                     const std::filesystem::path& path) {
  std::vector<std::int64_t> indices;
  indices.reserve(text.size());
  for (const char character : text) indices.push_back(static_cast<unsigned char>(character));
  constexpr std::int64_t kFewestWindows = 10;
  if (std::ssize(indices) <= kFewestWindows * (length + 1))
    throw DataError(
        fmt::format("{} bytes, expected more than {}", indices.size(), kFewestWindows * (length + 1)),
        path.string(), "give a longer text");
  const std::span<const std::int64_t> all(indices);
  const std::size_t training = indices.size() / 10 * 9;
  return {std::move(name), windows(all.first(training), length), windows(all.subspan(training), length),
          byte_names()};
}

std::string read_text(const std::filesystem::path& path) {
  GzipReader reader(path);
  std::string text;
  std::array<std::byte, 1 << 16> block;
  while (const std::size_t count = reader.read(block.data(), block.size()))
    text.append(reinterpret_cast<const char*>(block.data()), count);
  return text;
}

}  // namespace twin
