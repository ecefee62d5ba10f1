#include "shared/layers/variational_bottleneck.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {
namespace {

// Of z.
Shape code_shape(std::int64_t latent, Shape x) {
  if (x.back() != 2 * latent)
    refuse_shape(fmt::format("{} features ({} means, {} log-variances)", 2 * latent, latent, latent), x);
  x.back() = latent;
  return x;
}

}  // namespace

bool VariationalBottleneckSpec::operator==(const VariationalBottleneckSpec& other) const {
  return latent == other.latent && decoder == other.decoder;
}

void VariationalBottleneckSpec::validate() const {
  positive_size(latent, "latent");
  if (decoder.empty()) throw LayerError("expected a layer or more in the decoder, got none");
  twin::validate(decoder);
}

Shape VariationalBottleneckSpec::output_shape(const Shape& x) const {
  Shape y = twin::output_shape(decoder, code_shape(latent, x));
  Shape leading = y;
  leading.back() = x.back();
  if (leading != x) {
    leading = x;
    leading.back() = y.back();
    refuse_shape(
        fmt::format("{} from the decoder, with the leading extents of its input", to_string(leading)), y);
  }
  y.back() += 2 * latent;
  return y;
}

void VariationalBottleneckSpec::validate_further(const Shape& x, const NamedShapes& further) const {
  twin::validate_further(decoder, code_shape(latent, x), further);
}

std::vector<ParameterSpec> VariationalBottleneckSpec::parameters() const { return parameters_of(decoder); }
std::vector<BufferSpec> VariationalBottleneckSpec::buffers() const { return buffers_of(decoder); }
double VariationalBottleneckSpec::forward_flops(const Shape& x) const {
  return twin::forward_flops(decoder, code_shape(latent, x));
}

CodeNoise::CodeNoise(std::string_view path, Seed seed, std::int64_t step)
    : stream_(seed, Purpose::noise, substream_of(path)), first_(static_cast<std::uint64_t>(step) << 32) {}

std::vector<Example> VariationalBottleneckSpec::examples() {
  const auto bottleneck = [](std::int64_t latent, std::vector<LayerSpec> decoder) {
    return LayerSpec{"bottleneck", VariationalBottleneckSpec{latent, std::move(decoder)}};
  };
  const auto alone = [&](std::string name, std::int64_t latent, std::vector<LayerSpec> decoder, Shape input,
                         double scale = 1) {
    return layer_example(std::move(name), {bottleneck(latent, std::move(decoder))}, std::move(input), scale);
  };
  const auto dense = [](std::int64_t in, std::int64_t out) {
    return std::vector<LayerSpec>{{"dense", DenseSpec{in, out}}};
  };
  const auto perceptron = [](std::int64_t in, std::int64_t hidden, std::int64_t out) {
    return std::vector<LayerSpec>{
        {"up", DenseSpec{in, hidden}}, smooth_layer("smooth"), {"down", DenseSpec{hidden, out}}};
  };
  return {
      alone("odd", 3, perceptron(3, 7, 5), {7, 6}),
      alone("one_row", 2, dense(2, 3), {1, 4}),
      alone("one_number", 1, dense(1, 3), {5, 2}),
      alone("one_layer", 3, dense(3, 5), {11, 6}),
      alone("without_parameters", 2, {smooth_layer("smooth")}, {7, 4}),
      alone("sequence", 3, dense(3, 2), {2, 5, 6}),
      alone("several_hundred_rows", 2, dense(2, 3), {317, 4}),
      alone("wide", 67, dense(67, 31), {3, 134}),
      // Variances of exp(±4).
      alone("far_apart", 3, dense(3, 5), {7, 6}, 4),
      layer_example("behind_an_encoder", {{"encoder", DenseSpec{5, 6}}, bottleneck(3, perceptron(3, 5, 7))},
                    {7, 5}),
      // Each of the two layers draws noise of its own, the inner one from a code of the outer one's.
      alone("nested", 3, {{"up", DenseSpec{3, 4}}, {"inner", VariationalBottleneckSpec{2, dense(2, 3)}}},
            {7, 6}),
  };
}

}  // namespace twin
