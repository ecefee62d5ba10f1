#include <cmath>

#include "shared/layers/sinusoidal_positions.hpp"

namespace twin {
namespace sinusoidal_positions_mistakes {

using Values = std::vector<double>;

// What is done otherwise than it should be.
struct Twist {
  double input = 1;           // by what x is multiplied
  double first = 0;           // the number of the first position
  double times = 1;           // by what the exponent is multiplied
  bool of_sample = false;     // the position is the sample's number
  bool exchanged = false;     // cosines stand in even columns
  bool halves = false;        // all sines, then all cosines
  bool own_exponent = false;  // each column has a frequency of its own
};

Values shifted(const Array& x, const Twist& twist) {
  const auto positions = static_cast<std::size_t>(x.shape[1]), e = static_cast<std::size_t>(x.shape[2]);
  return each(x.size(), [&](std::size_t at) {
    const std::size_t row = at / e, c = at % e, half = (e + 1) / 2;
    const std::size_t even = twist.own_exponent ? c : twist.halves ? 2 * (c % half) : c - c % 2;
    const bool sine = (twist.halves ? c < half : c % 2 == 0) != twist.exchanged;
    const auto t = static_cast<double>(twist.of_sample ? row / positions : row % positions) + twist.first;
    const double angle =
        t / std::pow(10000, twist.times * static_cast<double>(even) / static_cast<double>(e));
    return twist.input * x[at] + (sine ? std::sin(angle) : std::cos(angle));
  });
}

struct Mistake {
  const char* cause;
  const char* formula;
  const char* meaning;
  Twist twist;
};

const Mistake kForward[] = {
    {"position_from_one", "P_t of t + 1", "the first position counts as 1", {.first = 1}},
    {"position_of_sample", "P_n for P_t", "the sample's number stands for the position", {.of_sample = true}},
    {"cosine_first", "P_t,2i = cos, P_t,2i+1 = sin", "sine and cosine are exchanged", {.exchanged = true}},
    {"sines_then_cosines",
     "P_t = (sin …, cos …)",
     "all sines stand in front of all cosines, where they take turns",
     {.halves = true}},
    {"exponent_of_column",
     "the angle of column c is t/10000^(c/E)",
     "the sine and the cosine of a pair have different frequencies: both have that of the even column",
     {.own_exponent = true}},
    {"two_missing", "the angle is t/10000^(i/E)", "the 2 of the exponent is missing", {.times = 0.5}},
};

}  // namespace sinusoidal_positions_mistakes

std::vector<Prediction> SinusoidalPositionsSpec::mistakes(const Quantity& quantity,
                                                          const LayerValues& v) const {
  using namespace sinusoidal_positions_mistakes;
  if (quantity.role == Role::input_gradient)
    return {{"positions_in_gradient", "d_x = d_y + P", "the positions are added on the way back too",
             shifted(v.d_y, {})}};
  if (quantity.role != Role::output) return {};
  std::vector<Prediction> all{
      {"positions_missing", "y = x", "the positions are not added", v.x.values},
      {"input_missing", "y = P", "the positions stand in place of x", shifted(v.x, {.input = 0})},
      {"input_scaled", "y = √E·x + P", "x is multiplied by √E first, which the paper does in its embedding",
       shifted(v.x, {.input = std::sqrt(static_cast<double>(embed_dim))})}};
  for (const Mistake& m : kForward) all.push_back({m.cause, m.formula, m.meaning, shifted(v.x, m.twist)});
  return all;
}

}  // namespace twin
