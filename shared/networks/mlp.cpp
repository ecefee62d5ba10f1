#include "shared/networks/mlp.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"

namespace twin {

NetworkSpec mlp(const std::vector<std::int64_t>& widths, LossSpec loss, OptimizerSpec optimizer,
                InitialiserSpec initialiser) {
  if (widths.size() < 2)
    throw ShapeError(fmt::format("an MLP of {} widths", widths.size()), {}, "give two or more");
  const bool takes_logits = std::visit([](const auto& kind) { return kind.takes_logits; }, loss);
  const std::size_t dense_count = widths.size() - 1;
  NetworkSpec spec{{}, loss, optimizer, initialiser};
  for (std::size_t i = 0; i < dense_count; ++i) {
    const bool last = i + 1 == dense_count;
    const std::string name = last ? "output" : dense_count == 2 ? "hidden" : fmt::format("hidden{}", i + 1);
    spec.layers.push_back({name, DenseSpec{widths[i], widths[i + 1]}});
    if (!last || !takes_logits) spec.layers.push_back({name + "_sigmoid", MlpActivation{}});
  }
  validate(spec);
  return spec;
}

}  // namespace twin
