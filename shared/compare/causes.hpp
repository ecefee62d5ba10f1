// The words by which a diagnosis names a mistake that it tells from the numbers alone. Those of the formulas
// of a layer, a loss or an optimiser stand with them, in shared/<kind>/<stem>_mistakes.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace twin {

inline constexpr auto kCausesOfMarks = std::to_array<std::string_view>(
    {// Of any two tensors: shared/compare/marks.cpp and diagnosis.cpp.
     "accumulated", "added_previous", "axes_permuted", "constant_factor", "factor_batch",
     "factor_batch_twice", "factor_extent", "factor_extent_twice", "factor_half", "factor_per_slice",
     "factor_root", "factor_root_twice", "factor_two", "float32_rounding", "mask_missing", "mask_too_many",
     "not_finite", "offset", "other_mask", "permuted", "rank_one", "reversed", "rolled", "sign",
     "sign_per_slice", "some_right", "stale", "swapped", "term_added", "term_missing", "transposed",
     "unexplained", "weight_decay", "zero", "zero_slices",
     // Of two networks: shared/compare_networks.
     "factor_elements", "factor_elements_twice", "factor_outputs", "factor_outputs_twice", "learning_rate",
     "step_count", "training_mode", "wrong_shape"});

/// One of them; another word does not compile.
class Cause {
 public:
  consteval Cause(const char* word) : word_(word) {
    if (std::find(kCausesOfMarks.begin(), kCausesOfMarks.end(), word_) == kCausesOfMarks.end())
      throw "not in kCausesOfMarks";
  }
  operator std::string() const { return std::string(word_); }

 private:
  std::string_view word_;
};

}  // namespace twin
