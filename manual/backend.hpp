// The hand-written twin, seen from outside.
#pragma once

#include "shared/network.hpp"

namespace twin::manual {

const Backend& backend();

}  // namespace twin::manual
