#include "reports/backends.hpp"

#include <fmt/format.h>

#include "autograd/backend.hpp"
#include "manual/backend.hpp"
#include "manual/error_bounds.hpp"
#include "shared/errors.hpp"

namespace twin::reports {

const Twins& twins() {
  static const Twins both{manual::backend(), &autograd::backend(), manual::step_errors};
  return both;
}

const std::vector<const Backend*>& backends() {
  static const std::vector<const Backend*> all{&manual::backend(), &autograd::backend()};
  return all;
}

std::vector<const Backend*> choose_backends(std::string_view name) {
  if (name == "both") return backends();
  for (const Backend* backend : backends())
    if (backend->name() == name) return {backend};
  throw UsageError(fmt::format("unknown backend {}", name), {}, "choose from both, manual, autograd");
}

Device device_of(const Backend& backend, Device device) {
  if (device == Device::cuda && !autograd::backend().available(Device::cuda))
    throw MachineError("this LibTorch sees no CUDA device", "--device cuda",
                       "use --device cpu, or a CUDA LibTorch with ./twin --libtorch DIR");
  return backend.available(device) ? device : Device::cpu;
}

}  // namespace twin::reports
