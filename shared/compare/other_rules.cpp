#include "shared/compare/other_rules.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <vector>

#include "shared/errors.hpp"
#include "shared/seeds/random.hpp"

namespace twin {
namespace {

using Doubles = std::vector<double>;

// ---- Gradients against gradients

// Whether a rule holds for each tensor of `against` and the values under test.
template <typename Rule>
bool holds_for_each(const NamedTensors& gradients, const NamedTensors& against, const Rule& rule) {
  return std::all_of(against.begin(), against.end(), [&](const Tensor& tensor) {
    const Tensor& gradient = gradients.at(tensor.name());
    if (gradient.shape() != tensor.shape())
      throw ShapeError(fmt::format("{}: {} against {}", tensor.name(), to_string(gradient.shape()),
                                   to_string(tensor.shape())));
    return rule(gradient.to_doubles(), tensor.to_doubles());
  });
}

// A rule that asks the same of every element.
template <typename Rule>
auto of_each_element(const Rule& rule) {
  return [rule](const NamedTensors& gradients, const NamedTensors& against) {
    return holds_for_each(gradients, against, [&](const Doubles& g, const Doubles& a) {
      for (std::size_t i = 0; i < a.size(); ++i)
        if (!rule(g[i], a[i])) return false;
      return true;
    });
  };
}

// torch.allclose and numpy.testing.assert_allclose: no NaN is close to a number.
bool all_close(double value, double expected, double absolute, double relative) {
  return std::abs(value - expected) <= absolute + relative * std::abs(expected);
}
auto close_elements(double absolute, double relative) {
  return of_each_element([=](double g, double a) { return all_close(g, a, absolute, relative); });
}

// Unsloth compares a whole tensor by one number, of which NaN fails.
bool largest_excess_is_small(const NamedTensors& gradients, const NamedTensors& against) {
  // Signed: a gradient that is too large has a negative excess.
  return holds_for_each(gradients, against, [](const Doubles& g, const Doubles& a) {
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!(a[i] - g[i] <= 0.05)) return false;
    return true;
  });
}
bool distance_is_small(const NamedTensors& gradients, const NamedTensors& against) {
  return holds_for_each(gradients, against, [](const Doubles& g, const Doubles& a) {
    double squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - g[i]) * (a[i] - g[i]);
    return std::sqrt(squares) <= 0.1;
  });
}

// ---- Gradients against differences of the function

double rounded_to(DType dtype, double value) {
  return dtype == DType::float32 ? static_cast<double>(static_cast<float>(value)) : value;
}

// A point that moves: the loss there, as the dtype has it.
class MovingPoint {
 public:
  MovingPoint(const LossFunction& loss, const NamedTensors& point) : loss_(loss), point_(point) {}

  void set(const std::string& tensor, std::size_t entry, double value) {
    Tensor& moved = point_.at(tensor);
    if (moved.dtype() == DType::float32)
      moved.data<float>()[entry] = static_cast<float>(value);
    else
      moved.data<double>()[entry] = value;
  }
  double loss() const { return loss_(point_); }

 private:
  const LossFunction& loss_;
  NamedTensors point_;
};

Tensor floating_tensor(const Tensor& like, DType dtype, Doubles values) {
  return Tensor(like.name(), like.shape(), std::move(values)).as(dtype);
}

// The slope of the loss by each entry: `slope(at)` where at(t) is the loss with the entry moved by t.
template <typename Slope>
auto slopes_by_entry(DType dtype, const Slope& slope) {
  return [dtype, slope](const LossFunction& loss, const NamedTensors& point, const NamedTensors& gradients) {
    MovingPoint moving(loss, point);
    NamedTensors all;
    for (const Tensor& gradient : gradients) {
      const std::string& name = gradient.name();
      const Doubles here = point.at(name).to_doubles();
      Doubles slopes;
      for (std::size_t i = 0; i < here.size(); ++i) {
        const std::function<double(double)> at = [&](double t) {
          moving.set(name, i, rounded_to(dtype, here[i] + rounded_to(dtype, t)));
          return rounded_to(dtype, moving.loss());
        };
        slopes.push_back(slope(at));
        moving.set(name, i, here[i]);
      }
      all.add(floating_tensor(point.at(name), dtype, std::move(slopes)));
    }
    return all;
  };
}

using Line = std::function<double(double)>;

auto by_two_points(double step) {
  return [step](const Line& at) { return (at(step) - at(-step)) / (2 * step); };
}
auto by_four_points(double step) {
  return [step](const Line& at) {
    return (8 * (at(step / 2) - at(-step / 2)) + at(-step) - at(step)) / (6 * step);
  };
}

constexpr Seed kRuleSeed = 1;

// ---- gradcheck in its fast mode

Doubles fast_direction(std::uint32_t tensor, std::size_t count) {
  const RandomStream stream(kRuleSeed, Purpose::directions, tensor);
  Doubles u(count);
  double squares = 0;
  for (std::size_t i = 0; i < count; ++i) {
    u[i] = stream.uniform(i);
    squares += u[i] * u[i];
  }
  for (double& value : u) value /= std::sqrt(squares);
  return u;
}

NamedTensors slopes_along_one_direction_each(const LossFunction& loss, const NamedTensors& point,
                                             const NamedTensors& gradients) {
  constexpr double kStep = 1e-6;
  MovingPoint moving(loss, point);
  NamedTensors slopes;
  std::uint32_t index = 0;
  for (const Tensor& gradient : gradients) {
    const std::string& name = gradient.name();
    const Doubles here = point.at(name).to_doubles(), u = fast_direction(index++, here.size());
    const Line at = [&](double t) {
      for (std::size_t i = 0; i < u.size(); ++i) moving.set(name, i, here[i] + t * u[i]);
      return moving.loss();
    };
    const double slope = by_two_points(kStep)(at);
    for (std::size_t i = 0; i < u.size(); ++i) moving.set(name, i, here[i]);
    slopes.add(Tensor(name, {}, Doubles{slope}));
  }
  return slopes;
}

bool is_close_along_one_direction_each(const NamedTensors& gradients, const NamedTensors& slopes) {
  std::uint32_t index = 0;
  return std::all_of(slopes.begin(), slopes.end(), [&](const Tensor& slope) {
    const Doubles g = gradients.at(slope.name()).to_doubles(), u = fast_direction(index++, g.size());
    double along = 0, sum = 0;
    for (std::size_t i = 0; i < g.size(); ++i) {
      along += u[i] * g[i];
      sum += u[i];
    }
    return all_close(along, slope.data<double>()[0], 1e-5 * sum, 1e-3);
  });
}

// ---- check_vjp

struct Tangent {
  double factor;  // what the gradient of the loss is multiplied by
  std::vector<Doubles> directions;
};

Tangent tangent_of(const NamedTensors& gradients) {
  Tangent tangent;
  std::uint32_t index = 0;
  for (const Tensor& gradient : gradients) {
    const RandomStream stream(kRuleSeed, Purpose::directions, index++);
    Doubles& v = tangent.directions.emplace_back();
    for (std::int64_t i = 0; i < gradient.size(); ++i)
      v.push_back(stream.normal(static_cast<std::uint64_t>(i)));
  }
  tangent.factor = RandomStream(kRuleSeed, Purpose::choices).normal(0);
  return tangent;
}

auto slope_along_one_direction(DType dtype) {
  return [dtype](const LossFunction& loss, const NamedTensors& point, const NamedTensors& gradients) {
    constexpr double kStep = 1e-4;
    const Tangent tangent = tangent_of(gradients);
    MovingPoint moving(loss, point);
    const Line at = [&](double t) {
      std::size_t k = 0;
      for (const Tensor& gradient : gradients) {
        const Doubles here = point.at(gradient.name()).to_doubles(), &v = tangent.directions[k++];
        for (std::size_t i = 0; i < v.size(); ++i)
          moving.set(gradient.name(), i, rounded_to(dtype, here[i] + rounded_to(dtype, t * v[i])));
      }
      return rounded_to(dtype, moving.loss());
    };
    NamedTensors slope;
    slope.add(Tensor("slope", {}, Doubles{tangent.factor * by_two_points(kStep)(at)}));
    return slope;
  };
}

auto close_along_one_direction(double tolerance) {
  return [tolerance](const NamedTensors& gradients, const NamedTensors& slope) {
    const Tangent tangent = tangent_of(gradients);
    double along = 0;
    std::size_t k = 0;
    for (const Tensor& gradient : gradients) {
      const Doubles g = gradient.to_doubles(), &v = tangent.directions[k++];
      for (std::size_t i = 0; i < g.size(); ++i) along += v[i] * g[i];
    }
    return all_close(tangent.factor * along, slope.at("slope").data<double>()[0], tolerance, tolerance);
  };
}

// ---- test-backend-ops

auto small_mean_asymmetry(double largest) {
  return [largest](const NamedTensors& gradients, const NamedTensors& slopes) {
    // So many gradients are not looked at.
    constexpr std::int64_t kMost = 10000;
    if (slopes.element_count() > kMost) return true;
    return holds_for_each(gradients, slopes, [&](const Doubles& g, const Doubles& d) {
      if (!std::all_of(g.begin(), g.end(), [](double value) { return std::isfinite(value); })) return false;
      double sum = 0;
      for (std::size_t i = 0; i < d.size(); ++i) sum += std::abs((d[i] - g[i]) / (d[i] + g[i]));
      // Where both are 0 the mean is NaN, which is not above the largest: one such element lets the rest of
      // its tensor through.
      return !(sum / static_cast<double>(d.size()) > largest);
    });
  };
}

std::vector<OtherRule> all_other_rules() {
  using enum DType;
  // Built as llm.c's Makefile has it (-Ofast: there is no NaN), the comparison of a NaN comes out as true.
  const auto llm_c = of_each_element([](double g, double a) { return !(std::abs(g - a) > 2e-2); });
  // An assertion that fails when a number is above its tolerance, which NaN is not.
  const auto gradbench = of_each_element([](double g, double a) {
    return !(std::abs(g - a) / std::max(1.0, std::abs(g) + std::abs(a)) > 1e-4);
  });
  return {
      {"llm.c", float32, true, false, {}, llm_c},
      {"gradcheck", float64, true, true, slopes_by_entry(float64, by_two_points(1e-6)),
       close_elements(1e-5, 1e-3)},
      {"gradcheck-fast", float64, true, true, slopes_along_one_direction_each,
       is_close_along_one_direction_each},
      {"jax-float32", float32, true, true, slope_along_one_direction(float32),
       close_along_one_direction(2e-3)},
      {"jax-float64", float64, true, true, slope_along_one_direction(float64),
       close_along_one_direction(1e-5)},
      {"ggml", float32, true, true, slopes_by_entry(float32, by_two_points(0.1)), small_mean_asymmetry(1e-4)},
      {"ggml-sin", float32, true, true, slopes_by_entry(float32, by_four_points(0.2)),
       small_mean_asymmetry(1e-3)},
      {"liger", float32, true, true, {}, close_elements(1e-5, 1e-5)},
      {"liger-swiglu", float32, true, true, {}, close_elements(1, 1e-5)},
      {"unsloth-rms-norm", float32, false, true, {}, largest_excess_is_small},
      {"unsloth-layer-norm", float32, false, true, {}, distance_is_small},
      {"gradbench", float64, true, true, {}, gradbench},
  };
}

}  // namespace

std::span<const OtherRule> other_rules() {
  static const std::vector<OtherRule> rules = all_other_rules();
  return rules;
}

const OtherRule& other_rule(std::string_view name) {
  for (const OtherRule& rule : other_rules())
    if (rule.name == name) return rule;
  throw UsageError(fmt::format("there is no rule {}", name));
}

}  // namespace twin
