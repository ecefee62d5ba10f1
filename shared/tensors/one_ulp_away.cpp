#include "shared/tensors/one_ulp_away.hpp"

#include <cmath>
#include <limits>

namespace twin {

NamedTensors one_ulp_away(NamedTensors tensors) {
  const auto move = []<typename T>(std::span<T> values) {
    for (T& value : values) value = std::nextafter(value, std::numeric_limits<T>::infinity());
  };
  for (Tensor& tensor : tensors) {
    if (tensor.dtype() == DType::float32)
      move(tensor.data<float>());
    else
      move(tensor.data<double>());
  }
  return tensors;
}

}  // namespace twin
