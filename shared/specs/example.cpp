#include "shared/specs/example.hpp"

namespace twin {
namespace {

Example trained(std::string name, DenseSpec dense, std::int64_t rows, OptimizerSpec optimizer,
                std::optional<ScheduleSpec> schedule, std::optional<ClippingSpec> clipping) {
  return {std::move(name),
          {{{"dense", dense}},
           MseLossSpec{},
           std::move(optimizer),
           UniformInitialiser{.bound = 1},
           {dense.in_features},
           std::move(schedule),
           std::move(clipping)},
          {rows, dense.in_features}};
}

}  // namespace

Example layer_example(std::string name, std::vector<LayerSpec> layers, Shape input, double scale) {
  const Shape sample(input.begin() + 1, input.end());
  return {std::move(name),
          {std::move(layers), InnerProductLossSpec{}, SgdSpec{.lr = 0.03, .momentum = 0.9},
           UniformInitialiser{.bound = 1}, sample},
          std::move(input),
          Draw::uniform,
          scale};
}

Example loss_example(std::string name, LossSpec loss, Shape outputs, double scale) {
  const Shape sample(outputs.begin() + 1, outputs.end());
  return {std::move(name),
          {{}, std::move(loss), SgdSpec{.lr = 0.1}, UniformInitialiser{.bound = 1}, sample},
          std::move(outputs),
          Draw::uniform,
          scale};
}

Example training_example(std::string name, OptimizerSpec optimizer, std::optional<ScheduleSpec> schedule,
                         std::optional<ClippingSpec> clipping) {
  return trained(std::move(name), {3, 5}, 7, std::move(optimizer), std::move(schedule), std::move(clipping));
}

Example large_training_example(std::string name, OptimizerSpec optimizer,
                               std::optional<ScheduleSpec> schedule, std::optional<ClippingSpec> clipping) {
  return trained(std::move(name), {23, 17}, 211, std::move(optimizer), std::move(schedule),
                 std::move(clipping));
}

}  // namespace twin
