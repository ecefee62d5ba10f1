#include <fmt/format.h>

#include "manual/backend.hpp"
#include "manual/network.hpp"
#include "manual/variants/mlp.hpp"
#include "shared/errors.hpp"

namespace twin::manual {
namespace {

class FixedBackend final : public Backend {
 public:
  std::string_view name() const override { return "fixed"; }
  std::string description() const override {
    return backend().description() + ", sizes known to the compiler";
  }
  bool available(Device device) const override { return backend().available(device); }
  std::string lacks(const NetworkSpec& spec) const override { return Xor<float>::lacks(spec); }

  std::unique_ptr<twin::Network> build(const NetworkSpec& spec, DType dtype, Device device) const override {
    if (!available(device)) throw MachineError("the manual twin has no cuda", {}, "use --device cpu");
    validate(spec);
    if (const std::string missing = lacks(spec); !missing.empty())
      throw UsageError(fmt::format("{} lacks {}", name(), missing), {},
                       "it computes xor alone, with the mean squared error and SGD");
    if (dtype == DType::float32) return std::make_unique<Network<Xor<float>>>(spec, Products::fastest);
    if (dtype == DType::float64) return std::make_unique<Network<Xor<double>>>(spec, Products::fastest);
    throw ShapeError(fmt::format("no network computes in {}", to_string(dtype)));
  }

  void set_threads(int threads) const override { backend().set_threads(threads); }
  int threads() const override { return backend().threads(); }

 private:
  template <typename Scalar>
  using Xor = Mlp<Scalar, 4, 2, 4, 1>;
};

}  // namespace

const Backend& fixed_backend() {
  static const FixedBackend instance;
  return instance;
}

}  // namespace twin::manual
