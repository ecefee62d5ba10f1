#include "shared/formats/atomic_file.hpp"

#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/errors.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/temporary_folder.hpp"

namespace twin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AtomicFileTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "out.json";
};

// Files of this process grow to `bytes` at most: the nearest thing to a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit{bytes, old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  void (*old_handler_)(int) = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit_{};
};

TEST_F(AtomicFileTest, AppearsOnCommitAndNotBefore) {
  {
    AtomicFile file(file_);
    EXPECT_FALSE(std::filesystem::exists(file_));
    file.commit("text\n");
    EXPECT_EQ(read_file(file_), "text\n");
  }
  EXPECT_EQ(read_file(file_), "text\n");
  EXPECT_THAT(names_in(folder_.path()), ElementsAre("out.json"));
}

TEST_F(AtomicFileTest, LeavesNothingWithoutCommit) {
  { AtomicFile file(file_); }
  EXPECT_THAT(names_in(folder_.path()), IsEmpty());
}

TEST_F(AtomicFileTest, LeavesTheOldContentWithoutCommit) {
  write_file(file_, "old");
  { AtomicFile file(file_); }
  EXPECT_EQ(read_file(file_), "old");
  EXPECT_THAT(names_in(folder_.path()), ElementsAre("out.json"));
}

TEST_F(AtomicFileTest, ReplacesAnExistingFile) {
  write_file(file_, "a much longer old text");
  AtomicFile(file_).commit("new");
  EXPECT_EQ(read_file(file_), "new");
}

TEST_F(AtomicFileTest, CommitsAnEmptyText) {
  write_file(file_, "old");
  AtomicFile(file_).commit("");
  EXPECT_EQ(read_file(file_), "");
}

TEST_F(AtomicFileTest, LeavesTheOldContentWhenTheDiskIsFull) {
  write_file(file_, "old");
  {
    AtomicFile file(file_);
    EXPECT_THAT(
        [&] {
          const FileSizeLimit limit(10);
          file.commit(std::string(100, 'x'));
        },
        throws<OutputError>(file_, "cannot write the file"));
  }
  EXPECT_EQ(read_file(file_), "old");
  EXPECT_THAT(names_in(folder_.path()), ElementsAre("out.json"));
}

TEST_F(AtomicFileTest, NamesAMissingFolderBeforeTheWork) {
  const std::filesystem::path file = folder_ / "missing/out.json";
  EXPECT_THROW_MESSAGE(AtomicFile{file}, OutputError, file, "No such file or directory",
                       "make the folder first");
}

TEST_F(AtomicFileTest, RefusesADirectoryAsDestination) {
  EXPECT_THROW_MESSAGE(AtomicFile{folder_.path()}, OutputError, folder_.path(), "is a directory");
  EXPECT_THAT(names_in(folder_.path()), IsEmpty());
}

TEST_F(AtomicFileTest, RefusesAFileAsFolder) {
  write_file(file_, "old");
  EXPECT_THROW_MESSAGE(AtomicFile{file_ / "out.json"}, OutputError, file_ / "out.json", "Not a directory");
}

TEST_F(AtomicFileTest, ReportsAFullDeviceAndLeavesItADevice) {
  const std::filesystem::path device = "/dev/full";
  if (!std::filesystem::is_character_file(device)) GTEST_SKIP() << "there is no /dev/full";
  EXPECT_THROW_MESSAGE(AtomicFile(device).commit("x"), OutputError, device, "No space left",
                       "free some space");
  EXPECT_TRUE(std::filesystem::is_character_file(device));
}

TEST_F(AtomicFileTest, WritesIntoAPipe) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  const int reader = ::open(file_.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  AtomicFile(file_).commit("text");
  std::string text(10, '\0');
  const ssize_t got = ::read(reader, text.data(), text.size());
  ::close(reader);
  ASSERT_EQ(got, 4);
  EXPECT_EQ(text.substr(0, 4), "text");
  EXPECT_TRUE(std::filesystem::is_fifo(file_));
}

TEST_F(AtomicFileTest, GivesThePermissionsOfTheUmask) {
  using std::filesystem::perms;
  for (const auto& [mask, expected] : {std::pair{mode_t{022}, 0644}, std::pair{mode_t{027}, 0640}}) {
    const mode_t old_mask = ::umask(mask);
    AtomicFile(file_).commit("x");
    EXPECT_EQ(::umask(old_mask), mask) << "the umask itself has changed";
    EXPECT_EQ(std::filesystem::status(file_).permissions(), static_cast<perms>(expected));
  }
}

TEST_F(AtomicFileTest, KeepsALinkAndReplacesItsTarget) {
  std::filesystem::create_directory(folder_ / "elsewhere");
  const std::filesystem::path target = write_file(folder_ / "elsewhere/target", "old");
  std::filesystem::create_symlink("elsewhere/target", file_);
  AtomicFile(file_).commit("new");
  EXPECT_TRUE(std::filesystem::is_symlink(file_));
  EXPECT_FALSE(std::filesystem::is_symlink(target));
  EXPECT_EQ(read_file(target), "new");
}

TEST_F(AtomicFileTest, RefusesAFolderWithoutWritePermission) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  using std::filesystem::perms;
  std::filesystem::permissions(folder_.path(), perms::owner_read | perms::owner_exec);
  EXPECT_THROW_MESSAGE(AtomicFile{file_}, OutputError, file_, "Permission denied", "choose a place");
  std::filesystem::permissions(folder_.path(), perms::owner_all);
}

TEST_F(AtomicFileTest, RefusesToReplaceAReadOnlyFile) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  write_file(file_, "old");
  std::filesystem::permissions(file_, std::filesystem::perms::owner_read);
  EXPECT_THROW_MESSAGE(AtomicFile{file_}, OutputError, file_, "cannot replace", "Permission denied");
  EXPECT_EQ(read_file(file_), "old");
}

}  // namespace
}  // namespace twin
