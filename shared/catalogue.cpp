#include "shared/catalogue.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "shared/errors.hpp"
#include "shared/networks/mlp.hpp"

namespace twin {
namespace {

// The rate of lenet falls over its epochs: at one rate, the last ones go up and down by as much as they gain.
constexpr std::int64_t kLenetEpochs = 5, kLenetBatch = 64;

// LeCun et al. 1998, figure 2, as it is built today: rectifiers in place of tanh, the largest of a window in
// place of its mean, every picture of the first layer joined to every one of the second. Padding makes up for
// the border of two that their pictures of 32×32 had.
NetworkSpec lenet() {
  constexpr std::int64_t kStepsOfAnEpoch = (60000 + kLenetBatch - 1) / kLenetBatch;
  NetworkSpec spec{
      {{"conv1", Conv2dSpec{.in_channels = 1, .out_channels = 6, .kernel_size = {5, 5}, .padding = {2, 2}}},
       {"conv1_relu", ReluSpec{}},
       {"pool1", MaxPool2dSpec{}},
       {"conv2", Conv2dSpec{.in_channels = 6, .out_channels = 16, .kernel_size = {5, 5}}},
       {"conv2_relu", ReluSpec{}},
       {"pool2", MaxPool2dSpec{}},
       {"flatten", FlattenSpec{}},
       {"dense1", DenseSpec{16 * 5 * 5, 120}},
       {"dense1_relu", ReluSpec{}},
       {"dense2", DenseSpec{120, 84}},
       {"dense2_relu", ReluSpec{}},
       {"output", DenseSpec{84, 10}}},
      CrossEntropyLossSpec{},
      AdamSpec{.lr = 2e-3},
      KaimingUniformInitialiser{},
      {1, 28, 28},
      CosineWithWarmupSchedule{.total_steps = kLenetEpochs * kStepsOfAnEpoch, .floor = 0.05}};
  validate(spec);
  return spec;
}

}  // namespace

const std::vector<CatalogueEntry>& catalogue() {
  static const std::vector<CatalogueEntry> entries{
      {"perceptron", "one sigmoid neuron",
       mlp({2, 1}, MseLossSpec{}, SgdSpec{.lr = 1.0}, UniformInitialiser{.bound = 1.0}), "or", 1000, 0, 1},
      {"xor", "the smallest network that needs its hidden layer",
       mlp({2, 4, 1}, MseLossSpec{}, SgdSpec{.lr = 2.0}, UniformInitialiser{.bound = 1.0}), "xor", 10000, 0,
       1},
      {"fashion-mlp", "sigmoid MLP on 28×28 pictures of clothes",
       mlp({784, 256, 128, 10}, CrossEntropyLossSpec{}, SgdSpec{.lr = 0.05, .momentum = 0.9},
           XavierUniformInitialiser{}),
       "fashion-mnist", 10, 100, 1},
      {"lenet", "two convolutions and three dense layers on the same pictures", lenet(), "fashion-mnist",
       kLenetEpochs, kLenetBatch, 1},
  };
  return entries;
}

const CatalogueEntry& find_network(std::string_view name) {
  const std::vector<CatalogueEntry>& all = catalogue();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& entry) { return entry.name == name; });
  if (found != all.end()) return *found;
  std::vector<std::string> names;
  for (const CatalogueEntry& entry : all) names.push_back(entry.name);
  throw UsageError(fmt::format("unknown network {}", name), {},
                   fmt::format("choose from {}", fmt::join(names, ", ")));
}

}  // namespace twin
