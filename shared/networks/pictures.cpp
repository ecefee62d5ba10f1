#include "shared/networks/pictures.hpp"

#include <fmt/format.h>

namespace twin {
namespace {

constexpr std::int64_t kSide = 28, kPixels = kSide * kSide, kClasses = 10;

NetworkSpec classifier(std::vector<LayerSpec> layers, OptimizerSpec optimizer, InitialiserSpec initialiser,
                       Shape input, const TrainingLength& length, std::optional<ClippingSpec> clipping = {}) {
  NetworkSpec spec{
      std::move(layers),    CrossEntropyLossSpec{},
      std::move(optimizer), initialiser,
      std::move(input),     CosineWithWarmupSchedule{.total_steps = length.steps(), .floor = 0.05},
      std::move(clipping)};
  validate(spec);
  return spec;
}

// A bias in front of a batch norm would have no effect.
Conv2dSpec conv3x3(std::int64_t in, std::int64_t out, std::int64_t stride) {
  return {.in_channels = in,
          .out_channels = out,
          .kernel_size = {3, 3},
          .stride = {stride, stride},
          .padding = {1, 1},
          .bias = false};
}

void add_stage(std::vector<LayerSpec>& layers, int number, std::int64_t in, std::int64_t out) {
  const auto named = [&](const char* name) { return fmt::format("{}{}", name, number); };
  layers.push_back({named("conv"), conv3x3(in, out, 2)});
  layers.push_back({named("norm"), BatchNormSpec{out}});
  layers.push_back({named("relu"), ReluSpec{}});
  layers.push_back({named("block"), ResidualSpec{{{"conv1", conv3x3(out, out, 1)},
                                                  {"norm1", BatchNormSpec{out}},
                                                  {"relu", ReluSpec{}},
                                                  {"conv2", conv3x3(out, out, 1)},
                                                  {"norm2", BatchNormSpec{out}}}}});
  layers.push_back({named("block_relu"), ReluSpec{}});
}

}  // namespace

NetworkSpec lenet(const TrainingLength& length) {
  return classifier(
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
       {"output", DenseSpec{84, kClasses}}},
      AdamSpec{.lr = 2e-3}, KaimingUniformInitialiser{}, {1, kSide, kSide}, length);
}

NetworkSpec resnet(const TrainingLength& length) {
  std::vector<LayerSpec> layers;
  add_stage(layers, 1, 1, 32);
  add_stage(layers, 2, 32, 64);
  add_stage(layers, 3, 64, 128);
  layers.push_back({"pool", AdaptiveAvgPool2dSpec{}});
  layers.push_back({"flatten", FlattenSpec{}});
  layers.push_back({"output", DenseSpec{128, kClasses}});
  return classifier(std::move(layers), AdamwSpec{.lr = 4e-3}, KaimingUniformInitialiser{}, {1, kSide, kSide},
                    length);
}

NetworkSpec transformer_encoder(const TrainingLength& length) {
  constexpr std::int64_t kWidth = 64;
  std::vector<LayerSpec> layers{{"embedding", DenseSpec{kSide, kWidth}},
                                {"positions", LearnedPositionsSpec{kSide, kWidth}}};
  for (int number = 1; number <= 2; ++number) {
    layers.push_back(
        {fmt::format("attention{}", number),
         ResidualSpec{{{"norm", LayerNormSpec{{kWidth}}},
                       {"attention", MultiheadAttentionSpec{.embed_dim = kWidth, .num_heads = 4}}}}});
    layers.push_back(
        {fmt::format("feed_forward{}", number), ResidualSpec{{{"norm", LayerNormSpec{{kWidth}}},
                                                              {"in", DenseSpec{kWidth, 4 * kWidth}},
                                                              {"gelu", GeluSpec{}},
                                                              {"out", DenseSpec{4 * kWidth, kWidth}}}}});
  }
  layers.push_back({"norm", LayerNormSpec{{kWidth}}});
  layers.push_back({"flatten", FlattenSpec{}});
  layers.push_back({"output", DenseSpec{kSide * kWidth, kClasses}});
  return classifier(std::move(layers), AdamwSpec{.lr = 1e-3}, XavierUniformInitialiser{}, {kSide, kSide},
                    length, ClipGradNormSpec{});
}

namespace {

NetworkSpec encoder_and_decoder(std::vector<LayerSpec> layers, LossSpec loss, Shape input,
                                const TrainingLength& length) {
  NetworkSpec spec{
      std::move(layers),    std::move(loss),
      AdamSpec{.lr = 2e-3}, XavierUniformInitialiser{},
      std::move(input),     CosineWithWarmupSchedule{.total_steps = length.steps(), .floor = 0.05}};
  validate(spec);
  return spec;
}

constexpr std::int64_t kCode = 32;

}  // namespace

NetworkSpec autoencoder(const TrainingLength& length) {
  return encoder_and_decoder({{"encoder1", DenseSpec{kPixels, 128}},
                              {"encoder1_relu", ReluSpec{}},
                              {"code", DenseSpec{128, kCode}},
                              {"decoder1", DenseSpec{kCode, 128}},
                              {"decoder1_relu", ReluSpec{}},
                              {"decoder2", DenseSpec{128, kPixels}},
                              {"pixels", SigmoidSpec{}}},
                             MseLossSpec{}, {kPixels}, length);
}

NetworkSpec vae(const TrainingLength& length) {
  constexpr std::int64_t kHidden = 256, kLatent = 16;
  const std::vector<LayerSpec> decoder{{"decoder1", DenseSpec{kLatent, kHidden}},
                                       {"decoder1_tanh", TanhSpec{}},
                                       {"decoder2", DenseSpec{kHidden, kPixels}}};
  return encoder_and_decoder({{"encoder1", DenseSpec{kPixels, kHidden}},
                              {"encoder1_tanh", TanhSpec{}},
                              {"code", DenseSpec{kHidden, 2 * kLatent}},
                              {"bottleneck", VariationalBottleneckSpec{kLatent, decoder}}},
                             NegativeElboLossSpec{.latent = kLatent}, {kPixels}, length);
}

NetworkSpec conv_autoencoder(const TrainingLength& length) {
  const auto half = [](std::int64_t in, std::int64_t out) {
    return Conv2dSpec{
        .in_channels = in, .out_channels = out, .kernel_size = {3, 3}, .stride = {2, 2}, .padding = {1, 1}};
  };
  const auto twice = [](std::int64_t in, std::int64_t out) {
    return ConvTranspose2dSpec{.in_channels = in,
                               .out_channels = out,
                               .kernel_size = {3, 3},
                               .stride = {2, 2},
                               .padding = {1, 1},
                               .output_padding = {1, 1}};
  };
  return encoder_and_decoder(
      {{"encoder1", half(1, 8)},
       {"encoder1_silu", SiluSpec{}},
       {"encoder2", half(8, 16)},
       {"encoder2_silu", SiluSpec{}},
       {"code", Conv2dSpec{.in_channels = 16, .out_channels = 4, .kernel_size = {1, 1}}},
       {"decoder1", twice(4, 16)},
       {"decoder1_silu", SiluSpec{}},
       {"decoder2", twice(16, 8)},
       {"decoder2_silu", SiluSpec{}},
       {"decoder3",
        Conv2dSpec{.in_channels = 8, .out_channels = 1, .kernel_size = {3, 3}, .padding = {1, 1}}},
       {"pixels", SigmoidSpec{}},
       {"flatten", FlattenSpec{}}},
      MseLossSpec{}, {1, kSide, kSide}, length);
}

}  // namespace twin
