#include "reports/page/folder.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <set>
#include <vector>

#include "reports/json.hpp"
#include "shared/errors.hpp"
#include "shared/formats/atomic_file.hpp"
#include "shared/formats/files.hpp"

namespace twin::reports {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAnother = "choose another with --out";
constexpr const char* kPage = "index.html";
constexpr const char* kMark = "report.json";  // a folder that holds it is ours
constexpr const char* kParts[] = {"data", "pictures", "stems"};

[[noreturn]] void refuse(std::string_view what, const fs::path& where, std::string_view remedy = kAnother) {
  throw OutputError(what, where.string(), remedy);
}

// A folder inside `parent` that goes with this object.
class Staging {
 public:
  explicit Staging(const fs::path& parent) {
    std::string name = (parent / ".part-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      refuse(fmt::format("cannot write into the folder: {}", std::strerror(errno)), parent);
    path_ = name;
  }
  ~Staging() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

Json mark_of(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_regular_file(folder / kMark, ignored)) return {};
  return Json::parse(read_file(folder / kMark), nullptr, false);
}

bool is_ours(const fs::path& folder) {
  const Json mark = mark_of(folder);
  return mark.is_object() && mark.contains("schema") && mark["schema"].is_string() &&
         mark["schema"].get<std::string>().starts_with("twingrad.report/");
}

void expect_free(const fs::path& folder) {
  bool other = false;
  for (const auto& entry : fs::directory_iterator(folder)) other |= !is_hidden(entry.path());
  if (other && !is_ours(folder)) refuse("the folder is not empty and holds no earlier report", folder);
  for (const char* part : kParts)
    if (fs::exists(folder / part) && !fs::is_directory(folder / part))
      refuse("a file is in the way of a folder", folder / part, "move it away");
  for (const char* file : {kPage, "report.md"})
    if (fs::is_directory(folder / file))
      refuse("a folder is in the way of a file", folder / file, "move it away");
}

// What an earlier report has put into the folders of its own, as its report.json says.
std::set<std::string> parts_of(const Json& mark) {
  std::set<std::string> parts;
  if (!mark.is_object() || !mark.contains("questions")) return parts;
  for (const Json& question : mark["questions"]) {
    if (!question.is_object()) continue;
    std::vector<Json> named{question.value("file", Json())};
    for (const char* kind : {"pictures", "pages"})
      for (const Json& name : question.value(kind, Json::array())) named.push_back(name);
    for (const Json& name : named) {
      if (!name.is_string()) continue;
      const fs::path path = name.get<std::string>();
      // Nobody's damaged JSON makes us remove a file elsewhere.
      const bool inside = std::distance(path.begin(), path.end()) == 2 && path.filename() != ".." &&
                          std::find(std::begin(kParts), std::end(kParts), *path.begin()) != std::end(kParts);
      if (inside) parts.insert(path.string());
    }
  }
  return parts;
}

}  // namespace

ReportFolder::ReportFolder(fs::path path) : path_(std::move(path)) {
  std::error_code error;
  made_ = fs::create_directories(path_, error);
  if (error || !fs::is_directory(path_))
    refuse(fmt::format("cannot use the folder{}", error ? ": " + error.message() : ""), path_);
  try {
    expect_free(path_);
    constexpr std::uintmax_t kNeeded = 16 << 20;
    if (const fs::space_info space = fs::space(path_); space.available < kNeeded)
      refuse(fmt::format("only {} MiB are free, a report needs {}", space.available >> 20, kNeeded >> 20),
             path_, "free some space");
    Staging writable(path_);
    for (const char* part : kParts)
      if (fs::exists(path_ / part)) Staging inside(path_ / part);
  } catch (const fs::filesystem_error& failure) {
    refuse(fmt::format("cannot use the folder: {}", failure.code().message()), path_);
  }
}

ReportFolder::~ReportFolder() {
  std::error_code ignored;
  if (made_) fs::remove(path_, ignored);  // it refuses a folder that is not empty
}

void ReportFolder::write(const Files& files) const try {
  const std::set<std::string> old_parts = parts_of(mark_of(path_));
  const Staging staging(path_);
  for (const auto& [name, text] : files) {
    for (const fs::path& folder : {path_, staging.path()})
      fs::create_directories((folder / name).parent_path());
    if (fs::is_directory(path_ / name))
      refuse("a folder is in the way of a file", path_ / name, "move it away");
    AtomicFile(staging.path() / name).commit(text);
  }
  // The mark first, so that whatever happens the folder is known for ours, and the page last.
  fs::rename(staging.path() / kMark, path_ / kMark);
  for (const auto& [name, text] : files)
    if (name != kMark && name != kPage) fs::rename(staging.path() / name, path_ / name);
  fs::rename(staging.path() / kPage, path_ / kPage);
  for (const std::string& part : old_parts)
    if (!files.contains(part)) fs::remove(path_ / part);
} catch (const fs::filesystem_error& failure) {
  refuse(fmt::format("cannot write the report: {}", failure.code().message()), failure.path1());
}

}  // namespace twin::reports
