// The gradient check for other people's code: two sets of named tensors, or two functions that compute them.
//
//   twin::NamedTensors mine, reference;
//   mine.add({"weight", {3, 2}, my_values});  // a std::vector, float or double
//   reference.add(twin::Tensor::copy_of("weight", {3, 2}, std::span(their_pointer, 6)));
//   const twin::Comparison comparison = twin::compare(mine, reference, {.batch_size = 32});
//   if (!comparison.match()) std::cout << comparison.text();
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "shared/compare/diagnosis.hpp"
#include "shared/compare/finite_differences.hpp"
#include "shared/compare/tolerances.hpp"
#include "shared/compare/verdict.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin {

struct CompareOptions {
  std::string actual = "actual", expected = "expected";  // what to call the two sides
  /// Two tensors match when max|Δ| <= roundings·u·max|expected|, u of the coarser dtype.
  double roundings = tolerance::kGateRoundings;
  std::int64_t batch_size = 0;            // 0: not known
  std::vector<NamedFactor> factors = {};  // further numbers the code multiplies or divides by
  NamedTensors parameters = {};           // the weights, by the names of their gradients
  NamedTensors previous = {};             // the gradients of the step before
};

struct Comparison {
  std::vector<CheckRow>
      rows;  // one for each tensor (and, with a loss, for each oracle), in the order of `expected`
  std::vector<Finding> findings;  // empty when all match
  std::string culprit;            // which side finite differences find wrong; empty when all match

  bool match() const;
  /// The rows as a table, the elements that differ most, and the findings; plain text of several lines.
  std::string text() const;
};

/// Throws ShapeError when a tensor is missing on either side, is empty, or differs in shape or dtype;
/// NumericError when one holds NaN or an infinity. Each message names the tensor, the side and the element.
Comparison compare(const NamedTensors& actual, const NamedTensors& expected,
                   const CompareOptions& options = {});

/// Gradients as a function of named tensors (parameters and inputs).
using GradientFunction = std::function<NamedTensors(const NamedTensors& point)>;

/// Both functions at one point. Each is called twice, and a row of oracle "itself" fails when the two calls
/// differ in any bit. With a `loss` and a point of float64, finite differences judge both sides, so that two
/// against one names the culprit. Throws as above.
Comparison compare(const GradientFunction& actual, const GradientFunction& expected,
                   const NamedTensors& point, const CompareOptions& options = {},
                   const LossFunction& loss = {});

}  // namespace twin
