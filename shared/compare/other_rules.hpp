// The rules by which other projects accept a gradient, stated anew, to learn what each lets through.
//
// Every rule decides from the gradients alone. What else these projects compare (outputs, losses, second
// derivatives, whether a backward pass gives the same bits twice) is left out, and so are their own inputs:
// each chooses sizes and distributions that suit its tolerance.
//
//   name                read                                                    accepts, for every tensor
//   llm.c               karpathy/llm.c f1e2ace, test_gpt2.c, check_tensor()     |g - a| <= 2e-2
//   gradcheck           PyTorch 1.10, torch/autograd/gradcheck.py               |g - D| <= 1e-5 + 1e-3·|D|
//   gradcheck-fast      the same, fast_mode=True                                |u·g - D_u| <= 1e-5·Σu +
//                                                                               1e-3·|D_u|
//   jax-float32         jax-ml/jax 055a883, jax/_src/public_test_util.py,       |c·(v·g) - c·D_v| <=
//                       check_vjp()                                             2e-3·(1 + |c·D_v|)
//   jax-float64         the same with jax_enable_x64                            the same with 1e-5
//   ggml                ggml-org/ggml d99724f, tests/test-backend-ops.cpp,      mean of |D - g| / |D + g| <=
//                       eval_grad(), its defaults                               1e-4
//   ggml-sin            the same, as test_sin and test_cos set it               the same with 1e-3
//   liger               linkedin/Liger-Kernel ead96b6, test/transformers:       |g - a| <= 1e-5 + 1e-5·|a|
//                       layer norm, softmax, rotary embedding, squared ReLU
//   liger-swiglu        the same, test_swiglu.py                                |g - a| <= 1 + 1e-5·|a|
//   unsloth-rms-norm    unslothai/unsloth 015bdef,                              max(a - g) <= 0.05
//                       unsloth/kernels/rms_layernorm.py
//   unsloth-layer-norm  the same, layernorm.py                                  ‖a - g‖ <= 0.1
//   gradbench           gradbench/gradbench f26651a,                            |g - a| <= 1e-4·
//                       python/gradbench/gradbench/comparison.py                max(1, |g| + |a|)
//
//   g: the gradient under test; a: one that is taken to be right; D: a difference of the function, at a step
//   of 1e-6 (gradcheck), 1e-4 (jax), 0.1 (ggml) or 0.2, from four points (ggml-sin). u: uniform in [0, 1) and
//   of length 1, for each tensor; v: normal, through all tensors at once; c: normal.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "shared/compare/finite_differences.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin {

struct OtherRule {
  std::string name;
  /// That gradients and function are computed in. Unsloth's tests run in float16 and bfloat16: what is exact
  /// to float32 can only be accepted sooner.
  DType dtype;
  bool parameters, inputs;  // whose gradients it looks at
  /// What accepts() holds `gradients` against: differences of `loss` at `point`, both of which are of dtype.
  /// Empty where the rule asks for gradients that are taken to be right.
  std::function<NamedTensors(const LossFunction& loss, const NamedTensors& point,
                             const NamedTensors& gradients)>
      differences;
  /// Whether the rule lets `gradients` through. Throws ShapeError when they do not fit `against`.
  std::function<bool(const NamedTensors& gradients, const NamedTensors& against)> accepts;
};

/// In the order above.
std::span<const OtherRule> other_rules();

/// Throws UsageError when there is none of this name.
const OtherRule& other_rule(std::string_view name);

}  // namespace twin
