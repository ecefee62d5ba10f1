#include "autograd/backend.hpp"

#include <ATen/Parallel.h>

#include "autograd/network.hpp"

namespace twin::autograd {
namespace {

class AutogradBackend final : public Backend {
 public:
  std::string_view name() const override { return "autograd"; }

  std::string description() const override {
    return std::string("LibTorch ") + TORCH_VERSION + " over " + (at::hasMKL() ? "MKL" : "the system's BLAS");
  }

  bool available(Device device) const override {
    return device == Device::cpu || torch::cuda::is_available();
  }

  std::unique_ptr<twin::Network> build(const NetworkSpec& spec, DType dtype, Device device) const override {
    if (!available(device))
      throw MachineError("this LibTorch sees no CUDA device", {},
                         "use --device cpu, or --libtorch DIR with CUDA");
    validate(spec);
    if (dtype != DType::float32 && dtype != DType::float64)
      throw ShapeError("no network computes in " + std::string(to_string(dtype)));
    // The hand computes in full float32: so must a GPU.
    at::globalContext().setAllowTF32CuBLAS(false);
    at::globalContext().setAllowTF32CuDNN(false);
    return std::make_unique<Network>(spec, dtype, device);
  }

  void set_threads(int threads) const override { at::set_num_threads(threads); }
  int threads() const override { return at::get_num_threads(); }
};

}  // namespace

const Backend& backend() {
  static const AutogradBackend instance;
  return instance;
}

}  // namespace twin::autograd
