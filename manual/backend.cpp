#include "manual/backend.hpp"

#include <fmt/format.h>

#include "manual/network.hpp"
#include "manual/networks/sequential.hpp"
#include "shared/errors.hpp"
#include "shared/machine/blas.hpp"

namespace twin::manual {
namespace {

// What a product of matrices is made of.
#ifdef EIGEN_USE_BLAS
constexpr const char* kName = "manual";
std::string products() { return blas_description(); }
#else
constexpr const char* kName = "eigen";
std::string products() { return "its own products"; }
#endif

class ManualBackend final : public Backend {
 public:
  std::string_view name() const override { return kName; }

  std::string description() const override {
    return fmt::format("Eigen {}.{}.{} over {}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION,
                       EIGEN_MINOR_VERSION, products());
  }

  bool available(Device device) const override { return device == Device::cpu; }

  std::unique_ptr<twin::Network> build(const NetworkSpec& spec, DType dtype, Device device) const override {
    if (!available(device)) throw MachineError("the hand-written twin has no cuda", {}, "use --device cpu");
    validate(spec);
    if (dtype == DType::float32) return std::make_unique<Network<Sequential<float>>>(spec);
    if (dtype == DType::float64) return std::make_unique<Network<Sequential<double>>>(spec);
    throw ShapeError(fmt::format("no network computes in {}", to_string(dtype)));
  }

  void set_threads(int threads) const override { Eigen::setNbThreads(threads); }
  int threads() const override { return Eigen::nbThreads(); }
};

}  // namespace

const Backend& backend() {
  static const ManualBackend instance;
  return instance;
}

}  // namespace twin::manual
