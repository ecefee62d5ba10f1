// What a diagnosis may say.
#pragma once

#include "reports/runs/mutants/mutant_files.hpp"

namespace twin::reports {

/// Every cause that twin check can name. What a mutant expects and is not here is a slip of the pen.
const Causes& known_causes();

}  // namespace twin::reports
