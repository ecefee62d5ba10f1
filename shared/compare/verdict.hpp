// One line of a gradient check, and the rules that decide it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/compare/difference.hpp"
#include "shared/compare/running_error.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin {

/// `unchecked`: nothing is wrong, and nothing could be certified. `kink`: the loss has no derivative here, as
/// far as rounding errors can tell, and the value is right on one of the sides, or lies between the slopes on
/// either side.
enum class Verdict { pass, fail, unchecked, kink };
std::string_view to_string(Verdict verdict);

struct CheckRow {
  std::string twin;    // whose value is judged: "manual", "autograd"
  std::string oracle;  // by what: "autograd", "finite_difference", "itself"
  // "loss", "gradient", "input_gradient", "weight", "optimizer_state", "buffer", "output" (in evaluation
  // mode)
  std::string quantity;
  std::string tensor;
  std::int64_t step = 1;  // of training, counted from 1
  Difference gap;
  double bound = 0;  // on gap.max_abs
  double derived_share =
      0;  // max |gap| / derived bound over the elements: how tight forward-error analysis is
  double unchecked_share = 0;  // of the elements, whose own bound is too wide to certify them
  Verdict verdict = Verdict::pass;

  bool failed() const { return verdict == Verdict::fail; }
  /// The gap over its bound: 0 where there is none, infinite where the bound is 0 and there is one.
  double share() const;
};

/// Two against one, in a sentence: which of the two sides, `actual` or `expected`, finite differences find
/// wrong, or whether each is right for a function of its own. Empty when there is no finite difference, and
/// when neither one fails nor a row of `actual` judged by `expected` does.
std::string culprit(const std::vector<CheckRow>& rows, std::string_view actual, std::string_view expected);

/// The same computation twice: fails unless the results are the same bit for bit (+0 is -0). One row for all
/// tensors, which shows the largest gap. Throws ShapeError unless the same tensors are in both.
CheckRow judge_repetition(const NamedTensors& first, const NamedTensors& second, std::string_view twin);

/// float64. Fails when an element is further apart than twice its error_bound(), or the tensor further than
/// max(64u·max|expected|, 8·likely_error()). Elements whose derived bound exceeds a tenth of their size are
/// not certified; when all are such, the verdict is `unchecked`. Throws ShapeError unless there is an error
/// for each element.
CheckRow judge_float64(const Tensor& actual, const Tensor& expected, const std::vector<RunningError>& errors);

/// float32 against the same quantity in float64: passes when err(actual) <= 4·err(expected) + 16u·max|exact|,
/// is `unchecked` up to the largest likely error, fails beyond. Elements whose likely error is infinite (an
/// update of Adam by a gradient that is 0 but for rounding) are not certified, nor can they fail unless they
/// are NaN or infinite: where they break the rule, it is asked of the others. Throws ShapeError unless there
/// is an error for each element.
CheckRow judge_float32(const Tensor& actual, const Tensor& expected, const Tensor& exact,
                       const std::vector<RunningError>& errors);

}  // namespace twin
