// What the study of mistakes says, counted; and the pieces of its answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/questions/question.hpp"

namespace twin::reports::mistakes {

using Mutants = std::vector<Json>;

/// Those that `holds`, in their order.
template <typename Holds>
Mutants those(const Json& json, const Holds& holds) {
  Mutants result;
  for (const Json& mutant : json.at("mutants"))
    if (holds(mutant)) result.push_back(mutant);
  return result;
}
template <typename Holds>
int count(const Json& json, const Holds& holds) {
  return static_cast<int>(those(json, holds).size());
}
int count_all(const Json& json);

bool noticed(const Json& mutant, std::string_view detector);
/// By finite differences or by the comparison with autograd.
bool checked(const Json& mutant);
/// In a layer, a loss, an optimiser or the chain between them; not in the data or the initial weights.
bool in_network(const Json& mutant);
/// XOR or Fashion-MNIST learns in another way than with the right code.
bool changes_training(const Json& json, const Json& mutant);
/// It changes how they learn, and no loss curve shows it.
bool silent(const Json& json, const Json& mutant);

bool is_framework(const Json& mutant, std::string_view who);  // "derived", "brought", "left"

/// Of the mistakes in the network's own code.
struct InTraining {
  int network = 0;  // of them all
  int changed = 0;  // that change how XOR or Fashion-MNIST learns
  int silent = 0;   // of these
  int checked = 0;  // of them all, noticed by a gradient check
};
InTraining in_training(const Json& json);

/// How many causes of those that were asked for are right: of all, or of those held out.
struct Diagnosed {
  int right = 0, wrong = 0, none = 0;
  int asked() const { return right + wrong + none; }
};
Diagnosed diagnosed(const Json& json, bool held_out_alone);

/// A way to check less closely, tried on single layers ("layer") or on small networks ("network").
struct Weakened {
  int caught = 0;  // by the whole check, of those that the weakened one has something left to look at
  std::vector<std::string> vanished;
  int nothing_left = 0;  // not counted in either: the weakened check has nothing left to look at
};
Weakened weakened(const Json& json, std::string_view part, std::string_view weakening);

/// A way to weaken a check, by its name in the study.
struct Weakening {
  const char* field;
  Text name;
};
inline constexpr Weakening kWeakenings[] = {
    {"ones_upstream", translatable("a gradient of ones from above")},
    {"zero_weights", translatable("initial weights of 0")},
    {"float32", translatable("float32 alone")},
    {"no_input_gradient", translatable("no look at the gradient by the inputs")}};

/// A rule that accepts gradients, by its name in the study (shared/compare/other_rules.hpp).
struct RuleWords {
  const char* field;
  Text name;
  Text accepts;        // under which condition
  const char* source;  // project, file, commit or version
};
inline constexpr const char* kOwnRule = "twingrad";
inline constexpr RuleWords kOtherRules[] = {
    {"llm.c", translatable("llm.c"),
     translatable("every element of a parameter's gradient is within 0.02, in float32. NaN counts as within, "
                  "for the compiler is told that there is none (-Ofast)."),
     "karpathy/llm.c, `test_gpt2.c` and `Makefile`, f1e2ace"},
    {"gradcheck", translatable("PyTorch's gradcheck"),
     translatable("every element is within 1e-5 + 1e-3·abs(D) of a central difference D of step 1e-6, in "
                  "float64."),
     "pytorch/pytorch, `torch/autograd/gradcheck.py`, 1.10"},
    {"gradcheck-fast", translatable("gradcheck, fast mode"),
     translatable("the same of one random direction through each tensor."),
     "pytorch/pytorch, `torch/autograd/gradcheck.py`, 1.10"},
    {"jax-float32", translatable("JAX's check_grads, float32"),
     translatable(
         "the slope along one random direction through all tensors together is within 2e-3·(1 + abs(D)) "
         "of a central difference D of step 1e-4."),
     "jax-ml/jax, `jax/_src/public_test_util.py`, 055a883"},
    {"jax-float64", translatable("JAX's check_grads, float64"),
     translatable("the same within 1e-5·(1 + abs(D))."),
     "jax-ml/jax, `jax/_src/public_test_util.py`, 055a883"},
    {"ggml", translatable("ggml's test-backend-ops"),
     translatable(
         "the mean of abs((D − g) / (D + g)) over a tensor is at most 1e-4, with central differences D of "
         "step 0.1, in float32. An element where both are 0 makes the mean NaN, which is accepted; "
         "more than 10,000 gradients are not looked at."),
     "ggml-org/ggml, `tests/test-backend-ops.cpp`, d99724f"},
    {"ggml-sin", translatable("ggml, as for sin and cos"),
     translatable("the same up to 1e-3, with differences of four points and a step of 0.2."),
     "ggml-org/ggml, `tests/test-backend-ops.cpp`, d99724f"},
    {"liger", translatable("Liger-Kernel"),
     translatable("every element is within 1e-5 + 1e-5·abs(a) of the reference a, in float32 (layer norm, "
                  "softmax, rotary embedding)."),
     "linkedin/Liger-Kernel, `test/transformers/test_layer_norm.py`, ead96b6"},
    {"liger-swiglu", translatable("Liger-Kernel, as for SwiGLU"),
     translatable("every element is within 1 + 1e-5·abs(a), in float32."),
     "linkedin/Liger-Kernel, `test/transformers/test_swiglu.py`, ead96b6"},
    {"unsloth-rms-norm", translatable("Unsloth, RMSNorm"),
     translatable(
         "no element of the input's gradient is smaller than the reference by more than 0.05; larger "
         "ones are all accepted. Its tests run in float16, this table in float32."),
     "unslothai/unsloth, `unsloth/kernels/rms_layernorm.py`, 015bdef"},
    {"unsloth-layer-norm", translatable("Unsloth, LayerNorm"),
     translatable("the input's gradient is within a distance of 0.1 of the reference, as a vector."),
     "unslothai/unsloth, `unsloth/kernels/layernorm.py`, 015bdef"},
    {"gradbench", translatable("GradBench"),
     translatable("every element is within 1e-4·max(1, abs(g) + abs(a)), in float64. NaN is not above the "
                  "tolerance, and is accepted."),
     "gradbench/gradbench, `python/gradbench/gradbench/comparison.py`, f26651a"},
    {kOwnRule, translatable("this suite against autograd"),
     translatable(
         "every element is within its derived rounding bound, and within 64 roundings of the largest "
         "element or 8 times the likely rounding, in float64."),
     "`shared/compare/verdict.hpp`"},
};

/// How many mistakes that change a gradient at a scale of the error from above a rule lets through: of those
/// that change the loss as well, or of the others.
struct LetThrough {
  int through = 0, asked = 0;
};
LetThrough let_through(const Json& json, std::string_view rule, const char* scale, bool changes_loss);

/// The tables of other people's rules; empty of a study that did not ask them.
std::string other_rules_text(const Json& json, Language language);

/// "sigmoid-derivative-twice" is its name in code: no letter of it is Markdown.
std::string code(const std::string& name);
std::string description(const Json& mutant, Language language);

// Pieces of the answer, as Markdown.
std::string detectors_table(const Json& json, Language language);
std::string silent_table(const Json& json, Language language);
std::string framework_table(const Json& json, Language language);
std::string left_table(const Json& json, Language language);
std::string weak_table(const Json& json, Language language);
std::string every_mistake_table(const Json& json, Language language);

/// Mistakes to find before the answer is opened: the silent ones first, no two of a stem.
Mutants exercises(const Json& json);
std::string exercises_text(const Json& json, Language language);

}  // namespace twin::reports::mistakes
