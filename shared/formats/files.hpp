// Whole files in one call, and a folder that lives as long as its object.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace twin {

/// Throws DataError when the file cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Writes a scratch file; a result goes through AtomicFile. Returns the path. Throws OutputError.
std::filesystem::path write_file(const std::filesystem::path& path, std::string_view contents);

/// An empty folder below the system's place for temporary files, removed with all it holds.
class TemporaryFolder {
 public:
  /// Throws OutputError.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace twin
