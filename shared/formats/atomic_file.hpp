// A result file appears whole or not at all: written beside its destination, then renamed over it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace twin {

class AtomicFile {
 public:
  /// Opens a temporary file beside `path`, so that a destination which cannot be written shows before the
  /// work that leads to it. A device or a pipe as destination is written directly. Throws OutputError.
  explicit AtomicFile(std::filesystem::path path);
  /// Removes the temporary file unless commit() has been called.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Writes `text`, flushes it to the disk and puts it in place. Throws OutputError (a full disk, say) and
  /// leaves what stood at the destination as it was.
  void commit(std::string_view text);

 private:
  [[noreturn]] void fail(std::string_view action) const;

  std::filesystem::path path_;
  std::string temporary_;  // empty when the destination is written directly
  int descriptor_ = -1;
};

}  // namespace twin
