#include "shared/formats/atomic_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/errors.hpp"

namespace twin {

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path_, ignored);
  if (std::filesystem::is_directory(status))
    throw OutputError("is a directory", path_.string(), "name a file to write");
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail("open");
    return;
  }
  if (std::filesystem::exists(status) && ::access(path_.c_str(), W_OK) != 0) fail("replace");
  // A link keeps pointing where it did: its target is replaced.
  if (std::filesystem::exists(status)) path_ = std::filesystem::canonical(path_, ignored);
  temporary_ = path_.string() + ".part-XXXXXX";
  descriptor_ = ::mkostemp(temporary_.data(), O_CLOEXEC);
  if (descriptor_ < 0) {
    temporary_.clear();
    fail("write");
  }
  const mode_t mask = ::umask(0);  // mkostemp made it private; a result is as readable as any new file
  ::umask(mask);
  ::fchmod(descriptor_, 0666 & ~mask);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::commit(std::string_view text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = ::write(descriptor_, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write");
    done += static_cast<std::size_t>(written);
  }
  if (!temporary_.empty() && ::fsync(descriptor_) != 0) fail("write");
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail("write");
  if (temporary_.empty()) return;
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("replace");
  temporary_.clear();
}

void AtomicFile::fail(std::string_view action) const {
  const int error = errno;
  const char* remedy = error == ENOSPC || error == EDQUOT ? "free some space"
                       : error == ENOENT                  ? "make the folder first"
                                                          : "choose a place you may write to";
  throw OutputError(fmt::format("cannot {} the file: {}", action, std::strerror(error)), path_.string(),
                    remedy);
}

}  // namespace twin
