#include "shared/network.hpp"

namespace twin {

std::string_view to_string(Device device) { return device == Device::cpu ? "cpu" : "cuda"; }

}  // namespace twin
