#include "shared/specs/layer_spec.hpp"

namespace twin {
namespace residual_mistakes {

using Values = std::vector<double>;

Values combined(double a, const Array& x, double b, const Array& y) {
  return each(x.size(), [&](std::size_t k) { return a * x[k] + b * y[k]; });
}

}  // namespace residual_mistakes

std::vector<Prediction> ResidualSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace residual_mistakes;
  if (quantity.role == Role::output) {
    const Array* branch = v.child(block.back().name, Role::output);
    return {{"shortcut_missing", "y = block(x)", "the way around the block is left out", branch->values},
            {"block_missing", "y = x", "what the block yields is not added", v.x.values},
            {"block_subtracted", "y = x - block(x)", "what the block yields is subtracted",
             combined(1, v.x, -1, *branch)},
            {"averaged", "y = (x + block(x)) / 2", "the two ways are averaged, not added",
             combined(0.5, v.x, 0.5, *branch)}};
  }
  if (quantity.role == Role::output_gradient && quantity.name == block.back().name)
    return {{"gradient_split", "d_y of the block = d_y / 2",
             "the gradient is shared out between the two ways: each of them gets all of it",
             combined(0.5, v.d_y, 0, v.d_y)},
            {"shortcut_counted_twice", "d_y of the block = 2·d_y",
             "the gradient that goes around the block is added to what goes into it",
             combined(2, v.d_y, 0, v.d_y)}};
  if (quantity.role == Role::input_gradient) {
    const Array* branch = v.child(block.front().name, Role::input_gradient);
    return {{"shortcut_gradient_missing", "d_x = d_block",
             "d_y itself, which goes around the block, is not added", branch->values},
            {"block_gradient_missing", "d_x = d_y", "what comes back out of the block is not added",
             v.d_y.values},
            {"block_gradient_subtracted", "d_x = d_y - d_block",
             "what comes back out of the block is subtracted", combined(1, v.d_y, -1, *branch)},
            {"gradient_split", "d_x = (d_y + d_block) / 2",
             "the gradients of the two ways are averaged, not added", combined(0.5, v.d_y, 0.5, *branch)},
            {"shortcut_is_input", "d_x = x + d_block",
             "the input is added on the way back too, where d_y belongs", combined(1, v.x, 1, *branch)}};
  }
  return {};
}

}  // namespace twin
