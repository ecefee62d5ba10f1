#include "manual/optim/sgd.hpp"

#include "manual/optimizer.hpp"

namespace twin::manual {
namespace {

template <typename Scalar>
std::unique_ptr<Optimizer<Scalar>> make_sgd(const SgdSpec& spec,
                                            const std::vector<Parameter<Scalar>>& parameters) {
  if (spec.has_options()) return std::make_unique<Updater<SgdWithOptions<Scalar>>>(spec, parameters);
  return std::make_unique<Updater<Sgd<Scalar>>>(spec, parameters);
}

}  // namespace

template <>
std::unique_ptr<Optimizer<float>> make_optimizer_of(const SgdSpec& spec,
                                                    const std::vector<Parameter<float>>& parameters) {
  return make_sgd(spec, parameters);
}
template <>
std::unique_ptr<Optimizer<double>> make_optimizer_of(const SgdSpec& spec,
                                                     const std::vector<Parameter<double>>& parameters) {
  return make_sgd(spec, parameters);
}
template <>
std::unique_ptr<Optimizer<RunningError>> make_optimizer_of(
    const SgdSpec& spec, const std::vector<Parameter<RunningError>>& parameters) {
  return make_sgd(spec, parameters);
}

}  // namespace twin::manual
