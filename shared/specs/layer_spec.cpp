#include "shared/specs/layer_spec.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "shared/errors.hpp"

namespace twin {
namespace {

// What a layer says of itself is told with its path in front; a composite's child has put its own there.
template <typename Question>
auto asked(const LayerSpec& layer, const Question& question) {
  return std::visit(
      [&](const auto& kind) {
        try {
          return question(kind);
        } catch (const LayerError& error) {
          throw LayerError(layer.name, error);
        }
      },
      layer.kind);
}

}  // namespace

std::string_view stem_of(const LayerSpec& layer) { return kLayersStems[layer.kind.index()]; }

void refuse_shape(std::string_view expected, const Shape& x, std::string_view path) {
  throw LayerError(fmt::format("expected {}, got {}", expected, to_string(x)), path);
}

void expect_extents(const Shape& x, std::string_view path) {
  constexpr std::size_t kMost = 5;
  if (x.empty() || x.size() > kMost || *std::min_element(x.begin(), x.end()) <= 0)
    refuse_shape("one to five extents, all above 0", x, path);
}

void refuse_index(std::int64_t limit, std::int64_t index, std::int64_t place, std::string_view path) {
  throw LayerError(fmt::format("expected indices in 0…{}, got {} at place {}", limit - 1, index, place),
                   path);
}

Shape output_shape(const LayerSpec& layer, const Shape& x) {
  return asked(layer, [&](const auto& kind) -> Shape {
    expect_extents(x);
    Shape y = x;
    if constexpr (requires { kind.output_shape(x); }) y = kind.output_shape(x);
    expect_extents(y);
    return y;
  });
}

Shape output_shape(const std::vector<LayerSpec>& layers, Shape x) {
  for (const LayerSpec& layer : layers) x = output_shape(layer, x);
  return x;
}

std::vector<ParameterSpec> parameters_of(const std::vector<LayerSpec>& layers) {
  std::vector<ParameterSpec> all;
  for (const LayerSpec& layer : layers)
    asked(layer, [&](const auto& kind) {
      if constexpr (requires { kind.parameters(); })
        for (ParameterSpec& p : kind.parameters())
          all.push_back({join(layer.name, p.name), std::move(p.shape), p.role});
    });
  return all;
}

std::vector<ParameterPart> without_gradient_of(const std::vector<LayerSpec>& layers) {
  std::vector<ParameterPart> all;
  for (const LayerSpec& layer : layers)
    asked(layer, [&](const auto& kind) {
      if constexpr (requires { kind.without_gradient(); })
        for (ParameterPart& part : kind.without_gradient())
          all.push_back({join(layer.name, part.name), part.first, part.count});
    });
  return all;
}

std::vector<BufferSpec> buffers_of(const std::vector<LayerSpec>& layers) {
  std::vector<BufferSpec> all;
  for (const LayerSpec& layer : layers)
    asked(layer, [&](const auto& kind) {
      if constexpr (requires { kind.buffers(); })
        for (BufferSpec& b : kind.buffers())
          all.push_back({join(layer.name, b.name), std::move(b.shape), b.initial});
    });
  return all;
}

std::vector<ProductSize> products_of(const LayerSpec& layer, const Shape& x) {
  return asked(layer, [&](const auto& kind) -> std::vector<ProductSize> {
    if constexpr (requires { kind.products(x); })
      return kind.products(x);
    else
      return {};
  });
}

double forward_flops(const std::vector<LayerSpec>& layers, Shape x) {
  double flops = 0;
  for (const LayerSpec& layer : layers) {
    flops += asked(layer, [&](const auto& kind) -> double {
      double sum = 0;
      if constexpr (requires { kind.forward_flops(x); })
        sum = kind.forward_flops(x);
      else if constexpr (requires { kind.products(x); })
        for (const ProductSize& product : kind.products(x)) sum += product.flops();
      return sum;
    });
    x = output_shape(layer, x);
  }
  return flops;
}

bool keeps_outputs(const LayerSpec& layer) {
  return asked(layer, [](const auto& kind) {
    if constexpr (requires { kind.keeps_outputs; })
      return kind.keeps_outputs;
    else
      return false;
  });
}

std::vector<Hyperparameter> hyperparameters_of(const LayerSpec& layer) {
  return asked(layer, [](const auto& kind) -> std::vector<Hyperparameter> {
    if constexpr (requires { kind.hyperparameters(); })
      return kind.hyperparameters();
    else
      return {};
  });
}

void validate(const std::vector<LayerSpec>& layers) {
  std::set<std::string> names;
  for (const LayerSpec& layer : layers) {
    if (layer.name.empty() || layer.name.find('.') != std::string::npos)
      throw ShapeError(fmt::format("a layer is named \"{}\"", layer.name), {},
                       "give it a name without a dot: dots join the levels of a path");
    if (!names.insert(layer.name).second)
      throw ShapeError(fmt::format("two layers are named {}", layer.name));
    if (&layer != &layers.front() && indices_of({layer}) > 0)
      throw LayerError("expected to stand first, for its inputs are integers", layer.name);
    asked(layer, [](const auto& kind) {
      if constexpr (requires { kind.validate(); }) kind.validate();
    });
  }
}

std::int64_t indices_of(const std::vector<LayerSpec>& layers) {
  if (layers.empty()) return 0;
  return asked(layers.front(), [](const auto& kind) -> std::int64_t {
    if constexpr (requires { kind.indices(); })
      return kind.indices();
    else
      return 0;
  });
}

Shape default_input(const std::vector<LayerSpec>& layers) {
  for (const LayerSpec& layer : layers) {
    bool changes_shape = false;
    const Shape input = asked(layer, [&](const auto& kind) -> Shape {
      changes_shape = requires(const Shape& x) { kind.output_shape(x); };
      if constexpr (requires { kind.default_input(); })
        return kind.default_input();
      else
        return {};
    });
    if (changes_shape) return input;
  }
  return {};
}

std::vector<std::string> further_inputs_of(const std::vector<LayerSpec>& layers) {
  std::vector<std::string> all;
  const auto add = [&](std::vector<std::string> names) {
    for (std::string& name : names)
      if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(std::move(name));
  };
  for (const LayerSpec& layer : layers)
    asked(layer, [&](const auto& kind) {
      if constexpr (requires { kind.further_inputs(); }) add(kind.further_inputs());
      if constexpr (requires { kind.children(); }) add(further_inputs_of(kind.children()));
    });
  return all;
}

void validate_further(const std::vector<LayerSpec>& layers, Shape x, const NamedShapes& further) {
  for (const LayerSpec& layer : layers) {
    asked(layer, [&](const auto& kind) {
      if constexpr (requires { kind.validate_further(x, further); }) kind.validate_further(x, further);
    });
    x = output_shape(layer, x);
  }
}

std::vector<std::string> shared_parameters_of(const LayerSpec& layer) {
  return asked(layer, [](const auto& kind) -> std::vector<std::string> {
    if constexpr (requires { kind.shared_parameters(); })
      return kind.shared_parameters();
    else
      return {};
  });
}

std::vector<Prediction> mistakes_of(const LayerSpec& layer, const Quantity& quantity,
                                    const LayerValues& values) {
  return asked(layer, [&](const auto& kind) -> std::vector<Prediction> {
    if constexpr (requires { kind.mistakes(quantity, values); })
      return kind.mistakes(quantity, values);
    else
      return {};
  });
}

std::optional<LayerSpec> find_layer(const std::vector<LayerSpec>& layers, std::string_view path) {
  const std::string_view name = path.substr(0, path.find('.'));
  for (const LayerSpec& layer : layers) {
    if (layer.name != name) continue;
    if (name.size() == path.size()) return layer;
    return asked(layer, [&](const auto& kind) -> std::optional<LayerSpec> {
      if constexpr (requires { kind.children(); })
        return find_layer(kind.children(), path.substr(name.size() + 1));
      else
        return {};
    });
  }
  return {};
}

}  // namespace twin
