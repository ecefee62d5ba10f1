#include "reports/runs/mutants/known_causes.hpp"

namespace twin::reports {

const Causes& known_causes() {
  static const Causes causes{
      // shared/compare/diagnosis.cpp
      "accumulated", "added_previous", "axes_permuted", "constant_factor", "factor_batch",
      "factor_batch_twice", "factor_elements", "factor_elements_twice", "factor_extent",
      "factor_extent_twice", "factor_half", "factor_outputs", "factor_outputs_twice", "factor_per_slice",
      "factor_root", "factor_root_twice", "factor_two", "float32_rounding", "mask_missing", "mask_too_many",
      "not_finite", "offset", "other_mask", "permuted", "rank_one", "reversed", "rolled", "sign",
      "sign_per_slice", "some_right", "stale", "swapped", "term_added", "term_missing", "transposed",
      "unexplained", "weight_decay", "wrong_shape", "zero", "zero_slices",
      // shared/compare_networks/wrong_formulas.cpp
      "absolute_error", "activation_left_out", "ascent", "bias_missing", "bias_subtracted", "bias_twice",
      "derivative_factor_missing", "derivative_in_input", "derivative_left_out", "derivative_of_output",
      "derivative_of_tanh", "derivative_sign", "derivative_twice", "extra_sigmoid_derivative",
      "extra_softmax_derivative", "first_sample_only", "last_sample_only", "logits_for_softmax",
      "lr_in_velocity", "lr_missing", "lr_twice", "momentum_missing", "momentum_on_gradient",
      "moving_average", "nesterov", "never_updated", "old_velocity", "onehot_missing", "other_activation",
      "output_for_input", "sign_in_exponent", "softmax_diagonal_only", "softmax_jacobian_missing",
      "softmax_missing", "square_not_derived", "target_missing", "upstream_ignored", "velocity_unused",
      "weight_ignored", "weight_not_transposed", "wrong_label"};
  return causes;
}

}  // namespace twin::reports
