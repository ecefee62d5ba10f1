#include "manual/second_derivatives.hpp"

#include <fmt/format.h>

#include "manual/converted_batch.hpp"
#include "manual/layer_unit.hpp"
#include "manual/layers/conv2d.hpp"
#include "manual/layers/dense.hpp"
#include "manual/layers/flatten.hpp"
#include "manual/layers/max_pool2d.hpp"
#include "manual/layers/relu.hpp"
#include "manual/layers/sigmoid.hpp"
#include "manual/layers/tanh.hpp"
#include "manual/loss.hpp"
#include "manual/losses/cross_entropy.hpp"
#include "manual/losses/mse.hpp"
#include "manual/networks/sequential.hpp"
#include "manual/tangent.hpp"
#include "shared/stems.hpp"

namespace twin::manual {

// Few layers are compiled for one more scalar: each costs the compiler seconds. One more is a line here.
template <>
std::unique_ptr<Layer<Tangent>> make_layer(const LayerSpec& spec, const Scope<Tangent>& scope) {
  const Scope<Tangent> inner = scope.inner(spec.name);
  const auto unit = [&]<typename Kind>(std::type_identity<Kind>, const auto& kind) {
    return std::make_unique<LayerUnit<Tangent, Kind>>(kind, inner);
  };
  return std::visit(
      [&](const auto& kind) -> std::unique_ptr<Layer<Tangent>> {
        using Spec = std::remove_cvref_t<decltype(kind)>;
        if constexpr (std::is_same_v<Spec, DenseSpec>)
          return unit(std::type_identity<Dense<Tangent>>{}, kind);
        else if constexpr (std::is_same_v<Spec, SigmoidSpec>)
          return unit(std::type_identity<Sigmoid<Tangent>>{}, kind);
        else if constexpr (std::is_same_v<Spec, TanhSpec>)
          return unit(std::type_identity<Tanh<Tangent>>{}, kind);
        else if constexpr (std::is_same_v<Spec, ReluSpec>)
          return unit(std::type_identity<Relu<Tangent>>{}, kind);
        else if constexpr (std::is_same_v<Spec, Conv2dSpec>)
          return unit(std::type_identity<Conv2d<Tangent>>{}, kind);
        else if constexpr (std::is_same_v<Spec, MaxPool2dSpec>)
          return unit(std::type_identity<MaxPool2d<Tangent>>{}, kind);
        else if constexpr (std::is_same_v<Spec, FlattenSpec>)
          return unit(std::type_identity<Flatten<Tangent>>{}, kind);
        else
          throw UsageError(
              fmt::format("{} ({}) has no second derivatives by hand", inner.path, stem_of(spec)));
      },
      spec.kind);
}

template <>
std::unique_ptr<Loss<Tangent>> make_loss(const LossSpec& spec) {
  return std::visit(
      [&](const auto& kind) -> std::unique_ptr<Loss<Tangent>> {
        using Spec = std::remove_cvref_t<decltype(kind)>;
        if constexpr (std::is_same_v<Spec, MseLossSpec>)
          return std::make_unique<LossUnit<Tangent, MseLoss<Tangent>>>(kind);
        else if constexpr (std::is_same_v<Spec, CrossEntropyLossSpec>)
          return std::make_unique<LossUnit<Tangent, CrossEntropyLoss<Tangent>>>(kind);
        else
          throw UsageError(fmt::format("the loss {} has no second derivatives by hand", name_of(spec)));
      },
      spec);
}

NamedTensors hessian_vector_product(const NetworkSpec& spec, const NamedTensors& weights, const Batch& batch,
                                    const NamedTensors& direction) {
  std::map<std::string, SharedWeight<Tangent>*> shared;
  Sequential<Tangent> layers(spec.layers, {"", &shared});
  const std::unique_ptr<Loss<Tangent>> loss = make_loss<Tangent>(spec.loss);
  std::vector<Parameter<Tangent>> parameters;
  for (const auto& layer : layers.layers()) layer->collect(parameters);
  for (Parameter<Tangent>& p : parameters) {
    const auto x = expect_tensor(weights, p.name, DType::float64, p.shape, "manual").data<double>();
    const auto v = expect_tensor(direction, p.name, DType::float64, p.shape, "the direction").data<double>();
    for (std::size_t i = 0; i < x.size(); ++i) p.value[static_cast<Index>(i)] = {x[i], v[i]};
  }

  const ConvertedBatch<Tangent> constant(spec, batch);
  const Way<Tangent> way{{.keeps_buffers = true, .seed = spec.mask_seed}};
  layers.zero_grad();
  constant.with_inputs([&](const auto& x) { loss->forward(layers.forward(x, way), constant.targets()); });
  layers.backward_parameters(loss->backward(), way);

  NamedTensors product;
  for (const Parameter<Tangent>& p : parameters) {
    std::vector<double> values;
    for (Index i = 0; i < p.gradient.size(); ++i) values.push_back(p.gradient[i].derivative);
    product.add({p.name, p.shape, std::move(values)});
  }
  return product;
}

}  // namespace twin::manual
