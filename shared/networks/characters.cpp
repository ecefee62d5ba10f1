#include "shared/networks/characters.hpp"

#include <fmt/format.h>

namespace twin {
namespace {

NetworkSpec reader(std::vector<LayerSpec> layers, OptimizerSpec optimizer, const TextShape& text,
                   std::optional<ScheduleSpec> schedule = {}) {
  NetworkSpec spec{
      std::move(layers), CrossEntropyLossSpec{}, std::move(optimizer),           XavierUniformInitialiser{},
      {text.length},     std::move(schedule),    ClipGradNormSpec{.max_norm = 1}};
  validate(spec);
  return spec;
}

NetworkSpec recurrent(LayerSpec layer, std::int64_t hidden, std::int64_t embedding, const TextShape& text) {
  return reader({{"embedding", EmbeddingSpec{text.characters, embedding}},
                 std::move(layer),
                 {"output", DenseSpec{hidden, text.characters}}},
                AdamSpec{.lr = 4e-3}, text);
}

constexpr std::int64_t kEmbedding = 32, kHidden = 128;  // of a recurrent network
constexpr std::int64_t kWidth = 96, kHeads = 4;         // of one with attention

ScheduleSpec warmed_up(std::int64_t steps) {
  return CosineWithWarmupSchedule{.warmup_steps = steps / 20, .total_steps = steps, .floor = 0.05};
}

}  // namespace

NetworkSpec char_lstm(const TextShape& text) {
  return recurrent({"lstm", LstmSpec{.input_size = kEmbedding, .hidden_size = kHidden}}, kHidden, kEmbedding,
                   text);
}

NetworkSpec char_gru(const TextShape& text) {
  return recurrent({"gru", GruSpec{.input_size = kEmbedding, .hidden_size = kHidden}}, kHidden, kEmbedding,
                   text);
}

NetworkSpec char_transformer(const TextShape& text, std::int64_t steps) {
  std::vector<LayerSpec> layers{{"embedding", EmbeddingSpec{text.characters, kWidth}},
                                {"positions", LearnedPositionsSpec{text.length, kWidth}}};
  for (int number = 1; number <= 2; ++number) {
    layers.push_back({fmt::format("attention{}", number),
                      ResidualSpec{{{"norm", LayerNormSpec{{kWidth}}},
                                    {"attention", SelfAttentionSpec{kWidth, kHeads}}}}});
    layers.push_back(
        {fmt::format("feed_forward{}", number), ResidualSpec{{{"norm", LayerNormSpec{{kWidth}}},
                                                              {"in", DenseSpec{kWidth, 4 * kWidth}},
                                                              {"gelu", GeluSpec{}},
                                                              {"out", DenseSpec{4 * kWidth, kWidth}}}}});
  }
  layers.push_back({"norm", LayerNormSpec{{kWidth}}});
  layers.push_back({"output", DenseSpec{kWidth, text.characters}});
  return reader(std::move(layers), AdamwSpec{.lr = 3e-3}, text, warmed_up(steps));
}

NetworkSpec char_llama(const TextShape& text, std::int64_t steps) {
  std::vector<LayerSpec> layers{{"embed_tokens", EmbeddingSpec{text.characters, kWidth}}};
  const GroupedQueryAttentionSpec attention{
      .hidden_size = kWidth, .num_heads = kHeads, .num_key_value_heads = kHeads / 2};
  for (int number = 0; number < 2; ++number) {
    layers.push_back({fmt::format("attention{}", number),
                      ResidualSpec{{{"input_layernorm", RmsNormSpec{{kWidth}}}, {"self_attn", attention}}}});
    layers.push_back({fmt::format("feed_forward{}", number),
                      ResidualSpec{{{"post_attention_layernorm", RmsNormSpec{{kWidth}}},
                                    {"mlp", SwigluSpec{kWidth, 256}}}}});
  }
  layers.push_back({"norm", RmsNormSpec{{kWidth}}});
  layers.push_back({"lm_head", DenseSpec{kWidth, text.characters, false}});
  return reader(std::move(layers), AdamwSpec{.lr = 3e-3}, text, warmed_up(steps));
}

}  // namespace twin
