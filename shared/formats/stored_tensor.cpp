#include "shared/formats/stored_tensor.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <limits>
#include <vector>

#include "shared/errors.hpp"

namespace twin {
namespace {

static_assert(std::endian::native == std::endian::little, "values are copied as they lie in the file");

std::uint64_t size_of_file(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) throw DataError("is a directory, not a file", path.string());
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    throw DataError("is no regular file", path.string(), "copy it into a file first");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw DataError(fmt::format("cannot open: {}", error.message()), path.string());
  return size;
}

std::uint64_t size_of(Element element) {
  switch (element) {
    case Element::f64:
    case Element::i64:
      return 8;
    case Element::f32:
    case Element::i32:
    case Element::u32:
      return 4;
    case Element::f16:
    case Element::bf16:
    case Element::i16:
    case Element::u16:
      return 2;
    case Element::i8:
    case Element::u8:
    case Element::boolean:
      break;
  }
  return 1;
}

// IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction.
float from_half(std::uint16_t bits) {
  const int exponent = bits >> 10 & 0x1f;
  const auto fraction = static_cast<float>(bits & 0x3ff);
  float error = std::numeric_limits<float>::infinity();
  if (exponent == 0x1f && fraction > 0) error = std::numeric_limits<float>::quiet_NaN();
  if (exponent < 0x1f)
    error = std::ldexp(exponent > 0 ? 1024 + fraction : fraction, std::max(exponent, 1) - 25);
  return std::copysign(error, bits & 0x8000 ? -1.0F : 1.0F);
}

// The upper half of a binary32.
float from_bfloat(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

template <typename T>
std::vector<T> read_values(ByteSource& source, std::size_t count) {
  std::vector<T> values(count);
  source.read(values.data(), count * sizeof(T));
  return values;
}

template <typename From, typename Convert>
auto read_converted(ByteSource& source, std::size_t count, Convert convert) {
  const std::vector<From> stored = read_values<From>(source, count);
  std::vector<decltype(convert(From{}))> values(count);
  std::transform(stored.begin(), stored.end(), values.begin(), convert);
  return values;
}

Tensor::Values read_elements(ByteSource& source, std::size_t count, Element element) {
  constexpr auto widen = [](auto value) { return std::int64_t{value}; };
  switch (element) {
    case Element::f64:
      return read_values<double>(source, count);
    case Element::f32:
      return read_values<float>(source, count);
    case Element::f16:
      return read_converted<std::uint16_t>(source, count, from_half);
    case Element::bf16:
      return read_converted<std::uint16_t>(source, count, from_bfloat);
    case Element::i64:
      return read_values<std::int64_t>(source, count);
    case Element::i32:
      return read_converted<std::int32_t>(source, count, widen);
    case Element::i16:
      return read_converted<std::int16_t>(source, count, widen);
    case Element::i8:
      return read_converted<std::int8_t>(source, count, widen);
    case Element::u32:
      return read_converted<std::uint32_t>(source, count, widen);
    case Element::u16:
      return read_converted<std::uint16_t>(source, count, widen);
    case Element::boolean:
      return read_converted<std::uint8_t>(source, count, widen);
    case Element::u8:
      break;
  }
  return read_values<std::uint8_t>(source, count);
}

}  // namespace

void ByteSource::read(void* bytes, std::size_t count) {
  if (count > left_ || next(bytes, count) != count) refuse("truncated");
  left_ -= count;
}

std::string ByteSource::read_text(std::size_t count) {
  std::string text(count, '\0');
  read(text.data(), count);
  return text;
}

void ByteSource::expect_end() {
  char extra = 0;
  if (left_ > 0 || next(&extra, 1) > 0) refuse("trailing garbage behind the values");
}

void ByteSource::refuse(std::string_view fault, std::string_view remedy) const {
  throw DataError(part_.empty() ? std::string(fault) : fmt::format("{}: {}", part_, fault), path_.string(),
                  remedy);
}

FileSource::FileSource(const std::filesystem::path& path)
    : ByteSource(path, {}, size_of_file(path)), file_(std::fopen(path.c_str(), "rb"), &std::fclose) {
  if (!file_) throw DataError(fmt::format("cannot open: {}", std::strerror(errno)), path.string());
}

std::size_t FileSource::next(void* bytes, std::size_t count) {
  const std::size_t got = std::fread(bytes, 1, count, file_.get());
  if (std::ferror(file_.get())) refuse(fmt::format("cannot read: {}", std::strerror(errno)), {});
  return got;
}

std::uint64_t stored_bytes(const ByteSource& source, std::string_view name, const Shape& shape,
                           Element element) {
  auto bytes = static_cast<std::int64_t>(size_of(element));
  for (const std::int64_t extent : shape)
    if (extent < 0 || __builtin_mul_overflow(bytes, extent, &bytes))
      source.refuse(
          fmt::format("tensor {}: {} is negative or too large for a shape", name, to_string(shape)));
  return static_cast<std::uint64_t>(bytes);
}

Tensor read_stored(ByteSource& source, std::string name, Shape shape, Element element) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  Tensor::Values values = read_elements(source, count, element);
  return {std::move(name), std::move(shape), std::move(values)};
}

void expect_printable(const ByteSource& source, std::string_view name) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (name.empty() || std::any_of(name.begin(), name.end(), is_control))
    source.refuse("the name of a tensor is empty or holds control characters");
}

}  // namespace twin
