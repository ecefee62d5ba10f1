#include <algorithm>
#include <cmath>
#include <functional>

#include "shared/layers/upsample.hpp"

namespace twin {
namespace upsample_mistakes {

using Values = std::vector<double>;

// The rows of a picture that a row of the enlarged one takes from, with their shares; columns likewise.
struct Share {
  std::size_t from;
  double share;
};
using Sources = std::vector<Share>;

// How many inputs there are, how many outputs, and the factor between them.
struct Side {
  double inputs, outputs, factor;
};
using SourcesOf = std::function<Sources(double o, const Side& side)>;

Sources nearest(double position, const Side& side) {
  return {{static_cast<std::size_t>(std::clamp(std::floor(position), 0.0, side.inputs - 1)), 1}};
}
// Between the two inputs next to a position; `exchanged`: each has the share of the other.
Sources between(double position, const Side& side, bool exchanged = false) {
  const double inside = std::clamp(position, 0.0, side.inputs - 1), lower = std::floor(inside);
  const double upper = std::min(lower + 1, side.inputs - 1), share = inside - lower;
  return {{static_cast<std::size_t>(lower), exchanged ? share : 1 - share},
          {static_cast<std::size_t>(upper), exchanged ? 1 - share : share}};
}

double corner(double o, const Side& side) { return o / side.factor; }
double centre(double o, const Side& side) { return (o + 0.5) / side.factor - 0.5; }
double aligned(double o, const Side& side) {
  return side.outputs > 1 ? o * (side.inputs - 1) / (side.outputs - 1) : 0;
}

// Where each row and column of an enlarged picture comes from.
struct Plan {
  std::vector<Sources> rows, columns;
};
Plan plan_of(const UpsampleSpec& spec, const LayerValues& v, const SourcesOf& sources) {
  const auto axis = [&](std::size_t i) {
    const Side side{static_cast<double>(v.x.shape[2 + i]), static_cast<double>(v.y.shape[2 + i]),
                    spec.scale_factor[i]};
    std::vector<Sources> all;
    for (double o = 0; o < side.outputs; ++o) all.push_back(sources(o, side));
    return all;
  };
  return {axis(0), axis(1)};
}

Sources right_sources(const UpsampleSpec& spec, double o, const Side& side) {
  if (spec.mode == UpsampleMode::nearest) return nearest(corner(o, side), side);
  return between(spec.align_corners ? aligned(o, side) : centre(o, side), side);
}

// f(place in x, place in y, share) for everything that an output takes from an input.
template <typename F>
void for_each_share(const Plan& plan, const LayerValues& v, const F& f) {
  const auto pictures = static_cast<std::size_t>(v.x.shape[0] * v.x.shape[1]),
             height = static_cast<std::size_t>(v.x.shape[2]), width = static_cast<std::size_t>(v.x.shape[3]);
  std::size_t y = 0;
  for (std::size_t p = 0; p < pictures; ++p)
    for (const Sources& row : plan.rows)
      for (const Sources& column : plan.columns) {
        for (const Share& i : row)
          for (const Share& j : column) f((p * height + i.from) * width + j.from, y, i.share * j.share);
        ++y;
      }
}

struct Mistaken {
  const char* cause;
  const char* meaning;
  Plan plan;
};

std::vector<Mistaken> mistaken_plans(const UpsampleSpec& spec, const LayerValues& v) {
  const auto plan = [&](const SourcesOf& sources) { return plan_of(spec, v, sources); };
  if (spec.mode == UpsampleMode::nearest)
    return {{"bilinear_for_nearest", "the inputs around are mixed: that is bilinear",
             plan([](double o, const Side& side) { return between(centre(o, side), side); })},
            {"rounded_to_nearest", "the position is rounded, not rounded down",
             plan([](double o, const Side& side) { return nearest(corner(o, side) + 0.5, side); })},
            {"other_centre", "the position is that of the element's centre, as in nearest-exact",
             plan([](double o, const Side& side) { return nearest((o + 0.5) / side.factor, side); })},
            {"picture_repeated", "the picture is repeated as a whole, as by numpy.tile",
             plan([](double o, const Side& side) { return nearest(std::fmod(o, side.inputs), side); })},
            {"corners_aligned", "the positions are spread from the first input to the last",
             plan([](double o, const Side& side) { return nearest(aligned(o, side), side); })}};
  const auto position = [&](double o, const Side& side) {
    return spec.align_corners ? aligned(o, side) : centre(o, side);
  };
  std::vector<Mistaken> all{
      {"nearest_for_bilinear", "the nearest input is taken, and none mixed with another",
       plan([](double o, const Side& side) { return nearest(corner(o, side), side); })},
      {"half_pixel_missing", "the centre of an element lies half an element from its corner: ½ is left out",
       plan([](double o, const Side& side) { return between(corner(o, side), side); })},
      {"shares_exchanged", "the nearer input has the share of the farther",
       plan([&](double o, const Side& side) { return between(position(o, side), side, true); })}};
  all.push_back(
      spec.align_corners
          ? Mistaken{"corners_not_aligned", "the corners are not aligned, and should be",
                     plan([](double o, const Side& side) { return between(centre(o, side), side); })}
          : Mistaken{"corners_aligned", "the corners are aligned, and should not be",
                     plan([](double o, const Side& side) { return between(aligned(o, side), side); })});
  return all;
}

std::vector<Prediction> wrong_outputs(const UpsampleSpec& spec, const LayerValues& v) {
  std::vector<Prediction> all;
  for (const auto& [cause, meaning, plan] : mistaken_plans(spec, v)) {
    Values values(v.y.size());
    for_each_share(plan, v, [&](std::size_t x, std::size_t y, double share) { values[y] += share * v.x[x]; });
    all.push_back({cause, "y = R·x·Cᵀ with other R and C", meaning, std::move(values)});
  }
  return all;
}

std::vector<Prediction> wrong_input_gradients(const UpsampleSpec& spec, const LayerValues& v) {
  const Plan right =
      plan_of(spec, v, [&](double o, const Side& side) { return right_sources(spec, o, side); });
  Values overwritten(v.x.size()), averaged(v.x.size()), received(v.x.size());
  for_each_share(right, v, [&](std::size_t x, std::size_t y, double share) {
    if (share != 0) overwritten[x] = share * v.d_y[y];
    averaged[x] += share * v.d_y[y];
    received[x] += share;
  });
  for (std::size_t k = 0; k < averaged.size(); ++k)
    if (received[k] != 0) averaged[k] /= received[k];
  std::vector<Prediction> all{
      {"overwritten", "d_x = the last share of Rᵀ·d_y·C",
       "an input that several outputs take from keeps the gradient of the last: overwritten instead of added",
       std::move(overwritten)},
      {"averaged", "d_x = Rᵀ·d_y·C / (sum of the shares)",
       "what an input's copies get is averaged, where it is added", std::move(averaged)}};
  for (const auto& [cause, meaning, plan] : mistaken_plans(spec, v)) {
    Values values(v.x.size());
    for_each_share(plan, v,
                   [&](std::size_t x, std::size_t y, double share) { values[x] += share * v.d_y[y]; });
    all.push_back({cause, "d_x = Rᵀ·d_y·C with other R and C", meaning, std::move(values)});
  }
  return all;
}

}  // namespace upsample_mistakes

std::vector<Prediction> UpsampleSpec::mistakes(const Quantity& quantity, const LayerValues& v) const {
  using namespace upsample_mistakes;
  if (quantity.role == Role::output) return wrong_outputs(*this, v);
  if (quantity.role == Role::input_gradient) return wrong_input_gradients(*this, v);
  return {};
}

}  // namespace twin
