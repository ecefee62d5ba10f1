#include <cmath>

#include "shared/layers/rotary_embedding.hpp"

namespace twin {
namespace rotary_embedding_mistakes {

using Values = std::vector<double>;

// What is done otherwise than it should be.
struct Twist {
  double direction = 1;      // -1: turned the other way
  double first = 0;          // the number of the first position
  double exponent = -2;      // the angle is t·θ^(exponent·i/D)
  bool of_sample = false;    // the angle is that of the sample's number
  bool neighbours = false;   // columns 2i and 2i + 1 are a plane
  bool no_minus = false;     // rotate_half without the minus
  bool other_pairs = false;  // the minus stands at the second half
  bool exchanged = false;    // sine for cosine, and cosine for sine
  bool all_columns = false;  // all heads together are taken for one
};

// The points of x turned by their angles.
Values turned(const RotaryEmbeddingSpec& spec, const Array& x, const Twist& twist) {
  const auto positions = static_cast<std::size_t>(x.shape[1]), columns = static_cast<std::size_t>(x.shape[2]);
  const std::size_t d = twist.all_columns ? columns : static_cast<std::size_t>(spec.head_dim), half = d / 2;
  Values y(x.size());
  for (std::size_t point = 0; point < x.size() / 2; ++point) {
    const std::size_t head = point / half, i = point % half, row = head * d / columns;
    const std::size_t a = head * d + (twist.neighbours ? 2 * i : i);
    const std::size_t b = twist.neighbours ? a + 1 : a + half;
    const auto t = static_cast<double>(twist.of_sample ? row / positions : row % positions) + twist.first;
    const double angle =
        twist.direction * t *
        std::pow(spec.theta, twist.exponent * static_cast<double>(i) / static_cast<double>(d));
    const double cosine = twist.exchanged ? std::sin(angle) : std::cos(angle);
    const double sine = twist.exchanged ? std::cos(angle) : std::sin(angle);
    y[a] = x[a] * cosine + (twist.no_minus || twist.other_pairs ? sine : -sine) * x[b];
    y[b] = x[b] * cosine + (twist.other_pairs ? -sine : sine) * x[a];
  }
  return y;
}

struct Mistake {
  const char* cause;
  const char* formula;
  const char* meaning;
  Twist twist;
};

const Mistake kForward[] = {
    {"wrong_way", "y = x turned by -a", "the points are turned the other way", {.direction = -1}},
    {"wrong_way",
     "y₁ = x₁·cos a + x₂·sin a, y₂ = x₂·cos a - x₁·sin a",
     "the minus stands at the second half of the head, where it belongs to the first",
     {.other_pairs = true}},
    {"minus_missing",
     "y₁ = x₁·cos a + x₂·sin a",
     "the halves are exchanged without the minus: this is no rotation",
     {.no_minus = true}},
    {"neighbours_turned",
     "columns 2i and 2i + 1 are a plane",
     "neighbouring columns are turned, as in the paper; Hugging Face turns the two halves of a head",
     {.neighbours = true}},
    {"position_from_one", "a = (t + 1)·θ^(-2i/D)", "the first position counts as 1", {.first = 1}},
    {"position_of_sample",
     "a = n·θ^(-2i/D)",
     "the sample's number stands for the position",
     {.of_sample = true}},
    {"two_missing",
     "a = t·θ^(-i/D)",
     "the 2 of the exponent is missing: planes turn too fast",
     {.exponent = -1}},
    {"head_ignored",
     "a = t·θ^(-2i/E)",
     "all columns are taken for one head: its halves are those of the whole row",
     {.all_columns = true}},
    {"sine_for_cosine", "y₁ = x₁·sin a - x₂·cos a", "sine and cosine are exchanged", {.exchanged = true}},
};

const Mistake kBackward[] = {
    {"wrong_way",
     "d_x = d_y turned by a",
     "the gradient is turned as the values were, not back",
     {.direction = -1}},
    {"minus_missing",
     "d_x without a minus",
     "the halves are exchanged without the minus: this is no rotation",
     {.no_minus = true}},
    {"neighbours_turned",
     "columns 2i and 2i + 1 are a plane",
     "neighbouring columns are turned back, where the two halves of a head were turned",
     {.neighbours = true}},
    {"position_from_one", "a = (t + 1)·θ^(-2i/D)", "the first position counts as 1", {.first = 1}},
    {"two_missing",
     "a = t·θ^(-i/D)",
     "the 2 of the exponent is missing: planes turn too fast",
     {.exponent = -1}},
};

}  // namespace rotary_embedding_mistakes

std::vector<Prediction> RotaryEmbeddingSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace rotary_embedding_mistakes;
  std::vector<Prediction> all;
  const auto add = [&](const auto& mistakes, const Array& from, double way) {
    for (const Mistake& m : mistakes) {
      Twist twist = m.twist;
      twist.direction *= way;
      all.push_back({m.cause, m.formula, m.meaning, turned(*this, from, twist)});
    }
  };
  if (quantity.role == Role::output) {
    all.push_back({"rotation_missing", "y = x", "nothing is turned", v.x.values});
    add(kForward, v.x, 1);
  }
  if (quantity.role == Role::input_gradient) {
    all.push_back({"rotation_missing", "d_x = d_y", "the gradient is not turned back", v.d_y.values});
    add(kBackward, v.d_y, -1);
  }
  return all;
}

}  // namespace twin
