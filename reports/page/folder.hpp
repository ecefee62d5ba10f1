// The folder of a report: it holds a whole report or none, and what else is in it stays as it is.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace twin::reports {

/// Contents by path inside the folder: "data/speed.json".
using Files = std::map<std::string, std::string>;

class ReportFolder {
 public:
  /// Makes the folder, unless it is there. Throws OutputError, before anything is measured, when it cannot be
  /// written, is nearly full, holds something else than an earlier report, or has something in the way of
  /// one.
  explicit ReportFolder(std::filesystem::path path);
  /// Removes the folder if it was made here and nothing was written.
  ~ReportFolder();
  ReportFolder(const ReportFolder&) = delete;
  ReportFolder& operator=(const ReportFolder&) = delete;

  /// Replaces the earlier report, whose pictures and data that the new one does not have go. The files are
  /// written beside their places, flushed to the disk and only then renamed, so a full disk leaves the
  /// earlier report whole; index.html comes last. `files` holds report.json and index.html. Throws
  /// OutputError.
  void write(const Files& files) const;

 private:
  std::filesystem::path path_;
  bool made_;
};

}  // namespace twin::reports
