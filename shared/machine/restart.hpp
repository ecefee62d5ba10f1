// Libraries that read their environment when they are loaded: what is set later does not reach them.
#pragma once

#include <span>
#include <string>
#include <utility>

namespace twin {

/// Starts this program anew, with the same words, and with these environment variables, unless all of them
/// have these values already. Call it before anything else is done. Throws MachineError when the program
/// cannot be started.
void start_anew_with(std::span<const std::pair<const char*, std::string>> variables);

}  // namespace twin
