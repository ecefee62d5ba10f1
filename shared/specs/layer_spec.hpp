// Any layer, as a value without behaviour of a side. What is known of one kind of layer stands in its stem,
// shared/layers/<stem>.hpp, as members of its specification; a member that a layer leaves out has the answer
// that is given here.
//
//   Shape output_shape(const Shape& x) const      of the outputs, batch included; else the shape of x
//   vector<ParameterSpec> parameters() const      named within the layer; else none
//   vector<ParameterPart> without_gradient() const
//                                                 what it takes for constants, though its outputs depend on
//                                                 them: no derivative is their gradient; else none
//   vector<BufferSpec> buffers() const            else none
//   vector<ProductSize> products(const Shape& x) const
//                                                 the matrix products of its way forward; else none
//   double forward_flops(const Shape& x) const    for products of another form than these; else their sum
//   bool keeps_outputs                            its way back asks for its outputs; else for its inputs
//   vector<Hyperparameter> hyperparameters() const
//                                                 its numbers, for those who build it elsewhere; else none
//   void validate() const                         throws LayerError for sizes that make no sense
//   Shape default_input() const                   of one sample, where the specification alone says it
//   int64 indices() const                         its inputs are integers in 0 … indices() - 1; else numbers
//   vector<LayerSpec> children() const            of a composite, in the order in which they are called
//   vector<string> further_inputs() const         what it takes beside the values that reach it, by name
//                                                 ("input2"); a composite's are those of its children
//   void validate_further(const Shape& x, const NamedShapes& further) const
//                                                 throws LayerError for further inputs that do not fit x; a
//                                                 composite asks its children
//   vector<string> shared_parameters() const      those of other layers that it uses: "embed.weight"
//   vector<Prediction> mistakes(Quantity, LayerValues) const
//   static vector<Example> examples()             required: what tests, check and benchmarks walk over
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/specs/hyperparameter.hpp"
#include "shared/specs/mistakes.hpp"
#include "shared/specs/parameter_spec.hpp"
#include "shared/specs/product_size.hpp"
#include "stems/layers.hpp"

namespace twin {

struct LayerSpec {
  std::string name;  // one level of a path: no dot
  Layers kind;
  bool operator==(const LayerSpec&) const = default;
};

/// "conv_transpose2d": the name of the files that hold the layer.
std::string_view stem_of(const LayerSpec& layer);

/// Shape of the outputs for inputs of shape x, both with the batch in front. Throws LayerError, which names
/// the layer's path, what it expects and what it is given.
Shape output_shape(const LayerSpec& layer, const Shape& x);
Shape output_shape(const std::vector<LayerSpec>& layers, Shape x);

/// In the order of torch.nn.Module::named_parameters(), with the layers' names in front.
std::vector<ParameterSpec> parameters_of(const std::vector<LayerSpec>& layers);
std::vector<ParameterPart> without_gradient_of(const std::vector<LayerSpec>& layers);
std::vector<BufferSpec> buffers_of(const std::vector<LayerSpec>& layers);
std::vector<ProductSize> products_of(const LayerSpec& layer, const Shape& x);
/// A multiplication and an addition counted as two.
double forward_flops(const std::vector<LayerSpec>& layers, Shape x);
/// What the way back cannot do without is the layer's outputs; otherwise it is its inputs.
bool keeps_outputs(const LayerSpec& layer);
std::vector<Hyperparameter> hyperparameters_of(const LayerSpec& layer);

/// Throws ShapeError when two layers share a name or a name is empty or holds a dot, and what the layers
/// throw about their own sizes.
void validate(const std::vector<LayerSpec>& layers);

/// Inputs are integers in 0 … indices_of() - 1; 0 when they are numbers.
std::int64_t indices_of(const std::vector<LayerSpec>& layers);
/// Of one sample, without the batch; empty when the layers take any.
Shape default_input(const std::vector<LayerSpec>& layers);

/// What layers take beside the values that reach them, each name once: a batch holds it, and whoever names it
/// is given it.
std::vector<std::string> further_inputs_of(const std::vector<LayerSpec>& layers);
/// x: of the inputs. Throws LayerError when a layer does not fit a further input's shape.
void validate_further(const std::vector<LayerSpec>& layers, Shape x, const NamedShapes& further);

/// The parameters of other layers that this one uses too, by their full names.
std::vector<std::string> shared_parameters_of(const LayerSpec& layer);

std::vector<Prediction> mistakes_of(const LayerSpec& layer, const Quantity& quantity,
                                    const LayerValues& values);

/// Follows a path ("block.dense") through layers and their children; none where it ends elsewhere. (A copy: a
/// composite may make its children's specifications up when it is asked for them.)
std::optional<LayerSpec> find_layer(const std::vector<LayerSpec>& layers, std::string_view path);

/// Throws LayerError "expected <expected>, got <x>".
[[noreturn]] void refuse_shape(std::string_view expected, const Shape& x, std::string_view path = {});
/// Throws LayerError unless x has one to five extents, all above 0.
void expect_extents(const Shape& x, std::string_view path = {});
/// Throws LayerError for an index that stands at `place` and is not in 0 … limit - 1.
[[noreturn]] void refuse_index(std::int64_t limit, std::int64_t index, std::int64_t place,
                               std::string_view path);

}  // namespace twin
