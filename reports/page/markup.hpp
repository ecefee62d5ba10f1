// Pieces of Markdown that a page shows in a form of its own.
#pragma once

#include <string>

namespace twin::reports {

/// What is folded away under its summary until somebody opens it.
std::string details(const std::string& summary, const std::string& markdown);

}  // namespace twin::reports
