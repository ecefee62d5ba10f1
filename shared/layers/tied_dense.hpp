// Specification of a dense layer that uses the weight of an embedding (torch.nn.functional.linear on it).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"

namespace twin {

struct Example;

/// y = x·Wᵀ on the last extent of x; W is the weight, out×in, of the embedding at this path. It has no
/// parameter of its own: the one weight gets the gradients of both uses.
struct TiedDenseSpec {
  std::string embedding;          // "embed": its path from the network's top
  std::int64_t in_features = 1;   // its embedding_dim
  std::int64_t out_features = 1;  // its num_embeddings
  bool operator==(const TiedDenseSpec&) const = default;

  void validate() const;
  Shape default_input() const { return {in_features}; }
  Shape output_shape(Shape x) const;
  double forward_flops(const Shape& x) const;
  std::vector<std::string> shared_parameters() const { return {weight()}; }
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();

  /// "embed.weight".
  std::string weight() const { return join(embedding, "weight"); }
  /// shape: of the weight that a network has there, empty where it has none; path: of this layer. Throws
  /// LayerError unless it is out×in.
  void expect_weight(const Shape& shape, std::string_view path) const;
};

}  // namespace twin
