// Libraries that read their environment when they are loaded: what is set later does not reach them.
#pragma once

#include <map>
#include <string>

namespace twin {

/// Starts this program anew, with the same words, and with these environment variables, unless all of them
/// have these values already. Call it before anything else is done. Throws MachineError when the program
/// cannot be started.
void start_anew_with(const std::map<std::string, std::string>& variables);

}  // namespace twin
