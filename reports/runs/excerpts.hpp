// Pieces of the project's own sources, cut out when they are shown: a page never holds a copy that has grown
// old.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace twin::reports {

/// The first line of root/path that begins, after its indentation, with `beginning`, and what stands further
/// to the right below it: a statement, or a function with its body and the brace that closes it. The
/// indentation of the first line is taken off. Throws DataError when no line begins so.
std::string excerpt(const std::filesystem::path& root, const std::string& path, std::string_view beginning);

}  // namespace twin::reports
