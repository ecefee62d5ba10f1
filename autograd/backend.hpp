// The LibTorch twin, seen from outside.
#pragma once

#include "shared/network.hpp"

namespace twin::autograd {

const Backend& backend();

}  // namespace twin::autograd
