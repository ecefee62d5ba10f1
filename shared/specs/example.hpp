// A case on which a stem is exercised. Tests, `twin check`, benchmarks, the study of mistakes and the lists
// of causes walk over the examples of every stem; what a stem needs to be exercised, it says here.
#pragma once

#include <string>
#include <vector>

#include "shared/specs/network_spec.hpp"

namespace twin {

/// What the inputs of an example are drawn from.
enum class Draw {
  uniform,   // in ±scale
  integers,  // -3 … 3: sums of products are exact in any order, ties and zeros are met
};

struct Example {
  std::string name;  // within its stem: "one_row", "strided"
  NetworkSpec spec;
  Shape input;  // batch included
  Draw draw = Draw::uniform;
  double scale = 1;
  NamedShapes further = {};  // of the further inputs, batch included; drawn as the inputs are
};

/// The layers under a random upstream gradient (the inner-product loss), trained with momentum.
Example layer_example(std::string name, std::vector<LayerSpec> layers, Shape input, double scale = 1);
/// The loss on bare outputs: the network has no layer, and its input gradient is that of the loss.
Example loss_example(std::string name, LossSpec loss, Shape outputs, double scale = 1);
/// A dense layer of odd sizes under the mean squared error, trained by the optimiser, whose rate a schedule
/// may set and whose gradients may be clipped.
Example training_example(std::string name, OptimizerSpec optimizer, std::optional<ScheduleSpec> schedule = {},
                         std::optional<ClippingSpec> clipping = {});
/// The same with several hundred parameters and rows: more than any block of a loop that is vectorised.
Example large_training_example(std::string name, OptimizerSpec optimizer,
                               std::optional<ScheduleSpec> schedule = {},
                               std::optional<ClippingSpec> clipping = {});

/// A layer that has a derivative everywhere, and no parameters: for examples that need one between others.
LayerSpec smooth_layer(std::string name);

}  // namespace twin
