#include "shared/specs/example.hpp"

namespace twin {

Example layer_example(std::string name, std::vector<LayerSpec> layers, Shape input) {
  const Shape sample(input.begin() + 1, input.end());
  return {std::move(name),
          {std::move(layers), InnerProductLossSpec{}, SgdSpec{.lr = 0.03, .momentum = 0.9},
           UniformInitialiser{.bound = 1}, sample},
          std::move(input)};
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
  return {std::move(name),
          {{{"dense", DenseSpec{3, 5}}},
           MseLossSpec{},
           std::move(optimizer),
           UniformInitialiser{.bound = 1},
           {3},
           std::move(schedule),
           std::move(clipping)},
          {7, 3}};
}

}  // namespace twin
