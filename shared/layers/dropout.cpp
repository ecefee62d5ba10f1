#include "shared/layers/dropout.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"
#include "shared/specs/example.hpp"

namespace twin {

void DropoutSpec::validate() const {
  if (!(p >= 0 && p < 1)) throw LayerError(fmt::format("p is {}, expected at least 0 and below 1", p));
}

DropoutMask::DropoutMask(const DropoutSpec& spec, std::string_view path, Seed seed, std::int64_t step)
    : stream_(seed, Purpose::masks, substream_of(path)),
      first_(static_cast<std::uint64_t>(step) << 32),
      p_(spec.p) {}

std::vector<Example> DropoutSpec::examples() {
  const auto dropout = [](std::string name, double p, Shape input, double scale = 1) {
    return layer_example(std::move(name), {{"dropout", DropoutSpec{p}}}, std::move(input), scale);
  };
  std::vector<Example> all{
      dropout("odd", 0.5, {7, 3}), dropout("one_row", 0.3, {1, 5}), dropout("little", 0.1, {317, 3}),
      dropout("much", 0.9, {13, 5}), dropout("nothing", 0, {5, 3}), dropout("picture", 0.5, {2, 3, 5, 7}),
      dropout("wide", 0.4, {3, 131}), dropout("huge", 0.3, {5, 13}, 1e12),
      dropout("tiny", 0.3, {5, 13}, 1e-12),
      // Each of the two layers draws a mask of its own.
      layer_example("twice",
                    {{"dropout1", DropoutSpec{0.2}},
                     {"dense", DenseSpec{3, 5}},
                     smooth_layer("smooth"),
                     {"dropout2", DropoutSpec{0.5}}},
                    {11, 3}),
      dropout("integers", 0.5, {17, 13}),  // times 2
  };
  all.back().draw = Draw::integers;
  return all;
}

}  // namespace twin
