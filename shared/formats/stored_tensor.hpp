// What the files of tensors have in common: bytes that are read once, from the front, and elements that are
// stored in other types than ours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "shared/tensors/tensor.hpp"

namespace twin {

/// Bytes of a file, or of a part of it, that know beforehand how many they are.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Not read yet.
  std::uint64_t left() const { return left_; }
  /// Fills `bytes`. Throws DataError when fewer than `count` are left.
  void read(void* bytes, std::size_t count);
  std::string read_text(std::size_t count);
  /// Throws DataError unless all has been read, and was whole.
  void expect_end();
  /// Throws DataError saying what is wrong, naming the part and the file.
  [[noreturn]] void refuse(std::string_view fault, std::string_view remedy = "write the file again") const;

  const std::filesystem::path& path() const { return path_; }

 protected:
  /// `part` names the part of the file in messages; empty for all of it.
  ByteSource(std::filesystem::path path, std::string part, std::uint64_t size)
      : path_(std::move(path)), part_(std::move(part)), left_(size) {}

 private:
  /// The next bytes, `count` of them unless the end comes before; returns how many.
  virtual std::size_t next(void* bytes, std::size_t count) = 0;

  std::filesystem::path path_;
  std::string part_;
  std::uint64_t left_;
};

/// A regular file.
class FileSource : public ByteSource {
 public:
  /// Throws DataError when there is none, or it cannot be opened.
  explicit FileSource(const std::filesystem::path& path);

 private:
  std::size_t next(void* bytes, std::size_t count) override;

  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

/// How a file stores an element. All are little-endian.
enum class Element { f64, f32, f16, bf16, i64, i32, i16, i8, u32, u16, u8, boolean };

/// What a format calls it.
struct NamedElement {
  std::string_view name;
  Element element;
};

/// Bytes that a tensor takes in the file. `name` is for the message: throws DataError when the number is
/// beyond int64.
std::uint64_t stored_bytes(const ByteSource& source, std::string_view name, const Shape& shape,
                           Element element);

/// The next tensor, every value exactly: f16 and bf16 become float32; booleans (their bytes) and integers
/// become int64, but for u8. Precondition: the source has stored_bytes() left, so that no damaged header asks
/// for more memory than the file has values.
Tensor read_stored(ByteSource& source, std::string name, Shape shape, Element element);

/// A name that is empty or would break a line of our output is damage. Throws DataError.
void expect_printable(const ByteSource& source, std::string_view name);

}  // namespace twin
