// Reads a file, gzipped or not, as one stream of bytes. zlib's own gzread passes over garbage behind the gzip
// trailer; a damaged download must not, so this reader runs inflate itself.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

namespace twin {

/// What to do about a damaged download.
inline constexpr std::string_view kFetchAgain = "fetch the file again";

class GzipReader {
 public:
  /// Throws DataError when the file cannot be opened.
  explicit GzipReader(const std::filesystem::path& path);
  ~GzipReader();
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  /// Fills `bytes`, or as much of it as the file still holds; returns how much. Throws DataError on damaged
  /// gzip data (a wrong checksum, a stream that ends too early).
  std::size_t read(std::byte* bytes, std::size_t count);

  /// Throws DataError unless the end of the file is reached here.
  void expect_end();

  const std::filesystem::path& path() const { return path_; }

 private:
  struct State;
  std::filesystem::path path_;
  std::unique_ptr<State> state_;
};

}  // namespace twin
