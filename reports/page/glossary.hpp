// The words of the report that a student meets for the first time.
#pragma once

#include <vector>

#include "reports/page/page.hpp"

namespace twin::reports {

/// In the order of the alphabet. A link to one is "#ulp".
std::vector<Term> glossary(Language language);

}  // namespace twin::reports
