// Specification of the tensors that a layer keeps: parameters, which training moves, and buffers, which the
// way forward updates.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/tensors/tensor.hpp"

namespace twin {

/// What a parameter does: it decides how it starts, and whether weight decay pulls at it.
enum class ParameterRole {
  weight,  // multiplies: drawn by the network's initialiser
  bias,    // is added: starts at 0
  scale,   // of a normalisation: starts at 1
  slope,   // of a rectifier where its input is negative: starts at ¼
};

struct ParameterSpec {
  std::string name;  // with the path of its layer: "block.dense.weight"
  Shape shape;
  ParameterRole role = ParameterRole::weight;
  bool operator==(const ParameterSpec&) const = default;
};

/// Elements of a parameter that stand one behind the other.
struct ParameterPart {
  std::string name;  // of the parameter
  std::int64_t first, count;
};

struct BufferSpec {
  std::string name;
  Shape shape;
  double initial = 0;  // every element
};

/// "outer.inner"; either may be empty.
inline std::string join(std::string_view outer, std::string_view inner) {
  std::string path(outer);
  if (!path.empty() && !inner.empty()) path += '.';
  return path.append(inner);
}

}  // namespace twin
