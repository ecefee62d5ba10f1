// Every stem with what is known of it; the pages of single ones.
#pragma once

#include <map>
#include <string>

#include "reports/questions/question.hpp"

namespace twin::reports::stems_pages {

/// "stems/conv2d.html".
std::string path_of(const Json& facts);

/// "Layers", "Optimisers".
std::string kind_in_words(const std::string& kind, Language language);

/// The mutants of a stem: all, those that the kept study holds, and of these the ones that a check or a test
/// noticed and the ones whose cause was named.
struct MutantCounts {
  int all = 0, studied = 0, caught = 0, diagnosed = 0;
};
MutantCounts mutant_counts(const Json& facts);

/// A page for each stem, by its path.
std::map<std::string, std::string> pages(const Json& json, Language shown);

}  // namespace twin::reports::stems_pages
