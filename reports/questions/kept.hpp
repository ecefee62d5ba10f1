// Results that came with the sources, of what takes longer than a report or another machine than this one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "reports/json.hpp"
#include "reports/page/words.hpp"

namespace twin::reports {

/// Where they are: "gpu.json".
std::filesystem::path kept_file(std::string_view name);

/// What `command` wrote. Throws DataError when the file cannot be read or is of another schema.
Json read_kept(const std::filesystem::path& path, std::string_view schema, std::string_view command);

/// The last paragraph of an answer: why it was not measured in this run ("the study takes too long"), and
/// where, when and with what it was.
std::string kept_from(const Json& result, Text why, std::string_view command, Language language);

}  // namespace twin::reports
