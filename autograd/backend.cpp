#include "autograd/backend.hpp"

#include <ATen/Parallel.h>
#include <chrono>

#include "autograd/layer_unit.hpp"
#include "autograd/network.hpp"
#include "autograd/variants/control.hpp"
#include "autograd/variants/tuned.hpp"

namespace twin::autograd {
namespace {

template <typename Kind>
class TorchBackend final : public Backend {
 public:
  TorchBackend(std::string_view name, std::string_view how) : name_(name), how_(how) {}

  std::string_view name() const override { return name_; }

  std::string description() const override {
    return std::string("LibTorch ") + TORCH_VERSION + " over " +
           (at::hasMKL() ? "MKL" : "the system's BLAS") + std::string(how_);
  }

  bool available(Device device) const override {
    return device == Device::cpu || torch::cuda::is_available();
  }

  std::string lacks(const NetworkSpec& spec) const override {
    if constexpr (requires { Kind::lacks(spec); })
      return Kind::lacks(spec);
    else
      return {};
  }

  std::unique_ptr<twin::Network> build(const NetworkSpec& spec, DType dtype, Device device) const override {
    if (!available(device))
      throw MachineError("this LibTorch sees no CUDA device", {},
                         "use --device cpu, or --libtorch DIR with CUDA");
    validate(spec);
    if (const std::string missing = lacks(spec); !missing.empty())
      throw UsageError(std::string(name()) + " lacks " + missing);
    if (dtype != DType::float32 && dtype != DType::float64)
      throw ShapeError("no network computes in " + std::string(to_string(dtype)));
    // The manual twin computes in full float32: so must a GPU.
    at::globalContext().setAllowTF32CuBLAS(false);
    at::globalContext().setAllowTF32CuDNN(false);
    // The same bits twice, as on the processor: cuDNN may else add up a gradient in any order.
    at::globalContext().setDeterministicCuDNN(true);
    return std::make_unique<Kind>(spec, dtype, device);
  }

  void set_threads(int threads) const override { at::set_num_threads(threads); }
  int threads() const override { return at::get_num_threads(); }

 private:
  std::string_view name_, how_;
};

}  // namespace

const Backend& backend() {
  static const TorchBackend<Network> instance("autograd", "");
  return instance;
}

const Backend& tuned_backend() {
  static const TorchBackend<Tuned> instance("tuned", ", autograd tuned");
  return instance;
}

double product_flops(DType dtype, Device device) {
  constexpr std::int64_t kSize = 4096;
  constexpr int kProducts = 20;
  torch::NoGradGuard no_grad;
  const torch::Tensor a =
      torch::rand({kSize, kSize}, torch::TensorOptions()
                                      .dtype(dtype == DType::float32 ? torch::kFloat32 : torch::kFloat64)
                                      .device(device == Device::cuda ? torch::kCUDA : torch::kCPU));
  const auto finish = [&] {
    if (device == Device::cuda) torch::cuda::synchronize();
  };
  torch::Tensor b = torch::mm(a, a);  // the first one makes the library ready
  finish();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kProducts; ++i) torch::mm_out(b, a, a);
  finish();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return 2.0 * kSize * kSize * kSize * kProducts / took.count();
}

const Backend& control_backend() {
  static const TorchBackend<Control> instance("control", ", autograd off");
  return instance;
}

}  // namespace twin::autograd
