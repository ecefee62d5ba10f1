// Any layer of manual/layers, as a composite or a network holds it. The layers themselves are plain classes
// that know nothing of this interface (manual/layers/dense.hpp); the adapter in manual/layer_unit.hpp puts
// them behind it, once for each scalar, in a unit of their own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "manual/activation.hpp"
#include "manual/parameter.hpp"
#include "shared/network.hpp"

namespace twin::manual {

/// How a layer came by its values, for `twin explain`.
struct Formulas {
  const char* forward;
  const char* backward;
};

/// A parameter of a layer's own, and how the layer came by its gradient.
template <typename Scalar>
struct OwnParameter {
  Parameter<Scalar> parameter;
  const char* formula;
};

/// Sees the values of a traced step, under the path of the layer that computes them.
template <typename Scalar>
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void entered(const std::string& path, const Activation<Scalar>& x) = 0;
  virtual void left(const std::string& path, const Formulas& formulas, const Activation<Scalar>& y) = 0;
  virtual void entered_backward(const std::string& path, const Activation<Scalar>& d_y) = 0;
  /// The gradients of `own`, the layer's own parameters, are complete when the whole way back is done: a
  /// weight may be used again. d_x is empty where the inputs are integers.
  virtual void left_backward(const std::string& path, const Formulas& formulas,
                             const std::vector<OwnParameter<Scalar>>& own, const Activation<Scalar>& d_x) = 0;
};

/// What layers take beside the values that reach them. Several may take it: its gradient is the sum of what
/// each of them yields.
template <typename Scalar>
struct FurtherInput {
  std::string name;
  Activation<Scalar> value;
  RowVector<Scalar> gradient;
  bool has_gradient = false;  // since zero_grad()

  void add(const Activation<Scalar>& d) {
    const Eigen::Map<const RowVector<Scalar>> values(d.data(), d.size());
    if (has_gradient)
      gradient += values;
    else
      gradient = values;
    has_gradient = true;
  }
};

/// What goes along with the values.
template <typename Scalar>
struct Way {
  Pass pass = {};
  Observer<Scalar>* observer = nullptr;
  std::vector<FurtherInput<Scalar>>* further = nullptr;

  /// Null when there is none of this name.
  FurtherInput<Scalar>* find_further(const std::string& name) const {
    if (further)
      for (FurtherInput<Scalar>& input : *further)
        if (input.name == name) return &input;
    return nullptr;
  }
};

template <typename Scalar>
class Layer {
 public:
  virtual ~Layer() = default;

  /// x: unchanged until backward(). The result is valid until the next call. Throws ShapeError when x does
  /// not fit, DataError when an index is out of range.
  virtual Activation<Scalar> forward(const Activation<Scalar>& x, const Way<Scalar>& way) = 0;
  virtual Activation<Scalar> forward(const Indices& x, const Way<Scalar>& way) = 0;
  /// Returns d_x, of the shape of x (empty where the inputs are integers); adds to the gradients of the
  /// parameters. Precondition: forward() was called.
  virtual Activation<Scalar> backward(const Activation<Scalar>& d_y, const Way<Scalar>& way) = 0;
  /// backward() without d_x, for the first layer of a network that is being trained.
  virtual void backward_parameters(const Activation<Scalar>& d_y, const Way<Scalar>& way) = 0;
  /// The next backward() sets the gradients instead of adding to them.
  virtual void zero_grad() = 0;

  /// Appends views, those of children included, in the order of parameters_of(specification); valid as long
  /// as this object lives.
  virtual void collect(std::vector<Parameter<Scalar>>& parameters) = 0;
  virtual void collect(std::vector<Buffer<Scalar>>& buffers) = 0;
};

/// A weight that more than one layer uses: its gradient is the sum of what each use yields.
template <typename Scalar>
struct SharedWeight {
  Matrix<Scalar> value, gradient;
  bool has_gradient = false;  // since zero_grad()
};

/// What a layer may know of the network around it while it is built.
template <typename Scalar>
struct Scope {
  std::string path;                                                // of the layer
  std::map<std::string, SharedWeight<Scalar>*>* shared = nullptr;  // by the path of their owner

  Scope inner(const std::string& name) const { return {join(path, name), shared}; }
};

/// Defined for every specification by its unit, manual/layers/<stem>.cpp: a layer without one does not link.
template <typename Scalar, typename Spec>
std::unique_ptr<Layer<Scalar>> make_layer_of(const Spec& spec, const Scope<Scalar>& scope);

/// A child of the layer that is built in `scope`.
template <typename Scalar>
std::unique_ptr<Layer<Scalar>> make_layer(const LayerSpec& spec, const Scope<Scalar>& scope) {
  return std::visit([&](const auto& kind) { return make_layer_of<Scalar>(kind, scope.inner(spec.name)); },
                    spec.kind);
}

}  // namespace twin::manual
