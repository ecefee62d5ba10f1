// A code that is drawn by the reparameterisation of Kingma and Welling (2014), with noise of ours: nobody
// draws what LibTorch's generator draws. Still there is no backward to write.
#pragma once

#include <string>
#include <torch/nn/pimpl.h>
#include <vector>

#include "autograd/networks/sequential.hpp"
#include "shared/layers/variational_bottleneck.hpp"

namespace twin::autograd {

struct VariationalBottleneckImpl : torch::nn::Module {
  VariationalBottleneckImpl(const VariationalBottleneckSpec& spec, const Scope& scope)
      : path(scope.path), decoder(spec.decoder, scope, *this) {}

  torch::Tensor forward(const torch::Tensor& x, const Way& way) {
    const std::vector<torch::Tensor> halves = x.chunk(2, -1);
    const torch::Tensor &mean = halves[0], &log_variance = halves[1];
    const bool draws = way.pass.mode == Mode::training;
    const torch::Tensor z = draws ? mean + (0.5 * log_variance).exp() * noise_like(mean, way.pass) : mean;
    return torch::cat({decoder.forward(z, way), mean, log_variance}, -1);
  }

  torch::Tensor noise_like(const torch::Tensor& mean, const Pass& pass) const {
    const CodeNoise noise(path, pass.seed, pass.step);
    const torch::Tensor drawn = torch::empty(mean.sizes(), torch::kFloat64);
    double* values = drawn.data_ptr<double>();
    for (std::int64_t i = 0; i < drawn.numel(); ++i) values[i] = noise.at(static_cast<std::uint64_t>(i));
    return drawn.to(mean.options());
  }

  void collect(std::vector<Carried>& carried) const { decoder.collect(carried); }

  std::string path;
  Sequential decoder;
};
TORCH_MODULE(VariationalBottleneck);

inline VariationalBottleneck make_module(const VariationalBottleneckSpec& spec, const Scope& scope) {
  return VariationalBottleneck(spec, scope);
}

}  // namespace twin::autograd
