// What a test leaves in a folder.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "shared/formats/files.hpp"

namespace twin {

/// Names in the folder, sorted.
inline std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// As write_file(), for a file that is written thousands of times: some file systems flush one that is
/// truncated to the disk, and none that is new.
inline std::filesystem::path rewrite_file(const std::filesystem::path& path, std::string_view contents) {
  std::filesystem::remove(path);
  return write_file(path, contents);
}

}  // namespace twin
