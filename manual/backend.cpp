#include "manual/backend.hpp"

#include <fmt/format.h>

#include "manual/any_model.hpp"
#include "manual/network.hpp"
#include "shared/errors.hpp"
#include "shared/machine/blas.hpp"

namespace twin::manual {
namespace {

class ManualBackend final : public Backend {
 public:
  ManualBackend(const char* name, Products products) : name_(name), products_(products) {}

  std::string_view name() const override { return name_; }

  std::string description() const override {
    const std::string eigen =
        fmt::format("Eigen {}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION);
    return products_ == Products::eigen ? eigen + " over its own products"
                                        : fmt::format("{} or {}, the faster", eigen, blas_description());
  }

  bool available(Device device) const override { return device == Device::cpu; }

  std::unique_ptr<twin::Network> build(const NetworkSpec& spec, DType dtype, Device device) const override {
    if (!available(device)) throw MachineError("the manual twin has no cuda", {}, "use --device cpu");
    validate(spec);
    if (dtype == DType::float32) return std::make_unique<Network<AnyModel<float>>>(spec, products_);
    if (dtype == DType::float64) return std::make_unique<Network<AnyModel<double>>>(spec, products_);
    throw ShapeError(fmt::format("no network computes in {}", to_string(dtype)));
  }

  void set_threads(int threads) const override { Eigen::setNbThreads(threads); }
  int threads() const override { return Eigen::nbThreads(); }

 private:
  const char* name_;
  Products products_;
};

}  // namespace

const Backend& backend() {
  static const ManualBackend instance("manual", Products::fastest);
  return instance;
}

const Backend& eigen_backend() {
  static const ManualBackend instance("eigen", Products::eigen);
  return instance;
}

}  // namespace twin::manual
