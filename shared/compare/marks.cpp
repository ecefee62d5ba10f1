#include "shared/compare/marks.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <numeric>
#include <optional>

#include "shared/compare/agreement.hpp"
#include "shared/compare/causes.hpp"
#include "shared/compare/layout.hpp"
#include "shared/compare/values.hpp"

namespace twin {

using namespace values;

namespace {

// "0, 2 and 5"; long lists are cut.
std::string list(const std::vector<std::size_t>& numbers) {
  constexpr std::size_t kShown = 6;
  const std::size_t shown = std::min(numbers.size(), kShown);
  const std::string head = fmt::format(
      "{}", fmt::join(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  return numbers.size() > shown ? fmt::format("{}, … ({} in all)", head, numbers.size()) : head;
}

// One tensor on both sides, and what was found about it so far.
class Marks {
 public:
  Marks(const Tensor& actual, const Tensor& expected, const DiagnosisContext& context)
      : name_(expected.name()),
        shape_(expected.shape()),
        context_(context),
        dtype_(coarser(actual, expected)),
        m_(actual.to_doubles()),
        a_(expected.to_doubles()),
        delta_(m_) {
    for (std::size_t i = 0; i < a_.size(); ++i) delta_[i] -= a_[i];
  }

  std::vector<Hypothesis> run() {
    if (largest(m_) == 0) {
      claim("zero", fmt::format("{} is 0", context_.actual), "it is never computed, or is overwritten");
      return std::move(found_);
    }
    rounding_to_float32();
    factor();
    rearranged();
    slices();
    if (found_.empty()) masks();
    added();
    offset();
    rank_one();
    if (found_.empty()) some_right();
    return std::move(found_);
  }

 private:
  void claim(Cause cause, std::string statement, std::string meaning, bool everywhere = true) {
    found_.push_back({cause, std::move(statement), std::move(meaning), everywhere});
  }
  bool fits(std::span<const double> prediction) const { return predicts(prediction, m_, dtype_); }
  bool close(double x, double y) const {
    return std::abs(x - y) <= 8 * match_tolerance(dtype_) * std::abs(y);
  }

  void rounding_to_float32() {
    if (dtype_ == DType::float32) return;
    const double u = unit_roundoff(DType::float32);
    const double gap = largest(delta_) / largest(a_);
    if (gap > 16 * u) return;
    const bool stored = std::all_of(m_.begin(), m_.end(), [](double value) {
      return static_cast<double>(static_cast<float>(value)) == value;
    });
    const double c = slope(a_, m_);
    if (stored) {
      claim("float32_rounding", fmt::format("{} holds float32 numbers", context_.actual),
            "a value passes through a float32 on its way");
    } else if (std::abs(c - 1) <= 2 * u && fits(times(c, a_))) {
      claim("float32_rounding", fmt::format("{} = {:.10g} × {}", context_.actual, c, context_.expected),
            "a factor (a learning rate, say) was rounded to float32");
    } else {
      claim("float32_rounding",
            fmt::format("the gap is {:.1g} of the largest value, the rounding of a float32", gap),
            "a value passes through a float32 on its way", false);
    }
  }

  std::vector<NamedFactor> factors() const {
    std::vector<NamedFactor> all = context_.factors;
    if (context_.batch_size > 1)
      all.push_back({static_cast<double>(context_.batch_size), "the batch size", Cause("factor_batch"),
                     "the mean over the batch is missing", Cause("factor_batch_twice"),
                     "the mean over the batch is taken twice"});
    all.push_back({2, "", Cause("factor_two"), "the 2 of the derivative of a square is there twice",
                   Cause("factor_half"), "the 2 of the derivative of a square is missing"});
    for (std::size_t k = 0; k < shape_.size(); ++k) {
      const auto extent = static_cast<double>(shape_[k]);
      if (shape_[k] < 2) continue;
      all.push_back({extent, fmt::format("the extent of axis {}", k), Cause("factor_extent"),
                     "a mean over that axis is missing", Cause("factor_extent_twice"),
                     "a mean over that axis too many"});
      all.push_back({std::sqrt(extent), fmt::format("the square root of the extent of axis {}", k),
                     Cause("factor_root"), "a division by it is missing", Cause("factor_root_twice"),
                     "it is divided by once too often"});
    }
    return all;
  }

  void factor() {
    const double c = slope(a_, m_);
    if (c == 0 || !fits(times(c, a_))) return;
    const std::string seen = fmt::format("{} = {:.7g} × {}", context_.actual, c, context_.expected);
    if (close(c, -1))
      claim("sign", seen,
            "the sign is wrong: that of a term which is subtracted, or of the step, which goes up the hill");
    for (const NamedFactor& named : factors()) {
      const std::string is = named.name.empty() ? "" : fmt::format("{:.7g} is {}: ", named.value, named.name);
      if (!named.times_cause.empty() && close(c, named.value))
        found_.push_back({named.times_cause, seen, is + named.times_text});
      if (!named.over_cause.empty() && close(c, 1 / named.value)) {
        const std::string over = is.empty() ? "" : fmt::format("that is 1/{:.7g}, and ", named.value);
        found_.push_back({named.over_cause, seen, over + is + named.over_text});
      }
    }
    if (found_.empty() && count_nonzero(a_) > 1)
      claim("constant_factor", seen, "a constant factor, which is no size that is known here");
  }

  void rearranged() {
    // Of one or two values any order comes about by chance: a sign or a tie.
    if (count_nonzero(a_) < 3) return;
    if (shape_.size() >= 2 && shape_.size() <= 4) {
      std::vector<std::size_t> axes(shape_.size());
      std::iota(axes.begin(), axes.end(), std::size_t{0});
      while (std::next_permutation(axes.begin(), axes.end())) {
        if (!fits(permuted(a_, shape_, axes))) continue;
        if (shape_.size() == 2)
          claim("transposed", fmt::format("{} holds the transpose of {}", context_.actual, context_.expected),
                "the factors of the product, or its memory order, are exchanged");
        else
          claim("axes_permuted",
                fmt::format("{} holds {} with its axes in the order {}", context_.actual, context_.expected,
                            fmt::join(axes, ", ")),
                "two axes are exchanged: the layout has them in another order");
        break;
      }
    }
    for (std::size_t k = 0; k < shape_.size(); ++k) {
      const auto extent = static_cast<std::size_t>(shape_[k]);
      if (extent < 2) continue;
      if (fits(moved(a_, shape_, k, [&](std::size_t e) { return extent - 1 - e; }))) {
        claim("reversed",
              fmt::format("{} is {} from back to front along axis {}", context_.actual, context_.expected, k),
              "a kernel is flipped where it should not be, or is not where it should be");
        continue;
      }
      for (std::size_t shift = 1; shift < std::min<std::size_t>(extent, 64); ++shift)
        if (fits(moved(a_, shape_, k, [&](std::size_t e) { return (e + shift) % extent; }))) {
          claim(
              "rolled",
              fmt::format("{} is {} moved by {} along axis {}", context_.actual, context_.expected, shift, k),
              "an index is off: by the padding, or by one position");
          break;
        }
    }
    if (!found_.empty()) return;
    Values m = m_, a = a_;
    std::sort(m.begin(), m.end());
    std::sort(a.begin(), a.end());
    if (predicts(a, m, dtype_))
      claim("permuted",
            fmt::format("{} holds the values of {} in another order", context_.actual, context_.expected),
            "an index or a memory order is wrong");
  }

  // What became of each slice along an axis.
  void slices() {
    for (std::size_t axis = 0; axis < shape_.size(); ++axis) {
      const auto extent = static_cast<std::size_t>(shape_[axis]);
      if (extent < 2) continue;
      std::vector<std::size_t> right, zero, negated, scaled, other;
      Values scales;
      for (std::size_t e = 0; e < extent; ++e) {
        const Values a = slice(a_, shape_, axis, e), m = slice(m_, shape_, axis, e);
        const auto agree = [&](const Values& prediction) {
          return largest_gap(prediction, m) <= match_tolerance(dtype_) * std::max(largest(a), largest(m));
        };
        const double c = slope(a, m);
        if (agree(a)) {
          right.push_back(e);
        } else if (largest(m) == 0) {
          zero.push_back(e);
        } else if (agree(times(-1, a))) {
          negated.push_back(e);
        } else if (count_nonzero(a) > 1 && agree(times(c, a))) {
          scaled.push_back(e);
          scales.push_back(c);
        } else {
          other.push_back(e);
        }
      }
      const std::string where = shape_.size() == 2   ? (axis == 0 ? "row" : "column")
                                : shape_.size() == 1 ? "entry"
                                                     : fmt::format("slice along axis {}", axis);
      if (!other.empty()) continue;
      if (!zero.empty() && !right.empty() && negated.empty() && scaled.empty())
        claim("zero_slices",
              fmt::format("{} is 0 in {} {}, and right in the others", context_.actual, where, list(zero)),
              "those are left out of the sum, or overwritten", false);
      else if (!negated.empty() && !right.empty() && scaled.empty() && zero.empty())
        claim("sign_per_slice",
              fmt::format("the sign is wrong in {} {}, and right in the others", where, list(negated)),
              "a sign that depends on the position", false);
      else if (scaled.size() > 1 && zero.empty() && spread(scales))
        claim("factor_per_slice",
              fmt::format("each {} has a factor of its own, {:.4g} to {:.4g}", where,
                          *std::min_element(scales.begin(), scales.end()),
                          *std::max_element(scales.begin(), scales.end())),
              "a scale that belongs to that axis (a norm's weight, a count, a standard deviation) is missing "
              "or there twice",
              false);
      if (!found_.empty()) return;
    }
  }

  static double largest_gap(const Values& x, const Values& y) {
    double gap = 0;
    for (std::size_t i = 0; i < x.size(); ++i) gap = std::max(gap, std::abs(x[i] - y[i]));
    return gap;
  }
  bool spread(const Values& scales) const {
    const auto [low, high] = std::minmax_element(scales.begin(), scales.end());
    return !close(*low, *high);
  }

  // Right (up to one factor) wherever both sides are other than zero, and zero in other places.
  void masks() {
    Values a, m;
    std::size_t extra = 0, lost = 0;
    for (std::size_t i = 0; i < a_.size(); ++i) {
      if (a_[i] != 0 && m_[i] != 0) {
        a.push_back(a_[i]);
        m.push_back(m_[i]);
      }
      extra += a_[i] == 0 && m_[i] != 0;
      lost += a_[i] != 0 && m_[i] == 0;
    }
    if (extra + lost == 0 || a.size() < 3) return;
    const std::optional<double> c = predicts_times(a, m, dtype_);
    if (!c) return;
    const std::string scale = close(*c, 1) ? "right" : fmt::format("{:.7g} times what is right", *c);
    if (lost == 0)
      claim("mask_missing",
            fmt::format("{} is not 0 in {} entries where {} is, and {} in the others", context_.actual, extra,
                        context_.expected, scale),
            "a mask (dropout, padding, causal, the sign of a ReLU's input) is left out of the way back",
            false);
    else if (extra == 0)
      claim("mask_too_many",
            fmt::format("{} is 0 in {} entries where {} is not, and {} in the others", context_.actual, lost,
                        context_.expected, scale),
            "a mask that is taken of the wrong values, or applied where there is none", false);
    else
      claim("other_mask",
            fmt::format("{} is 0 in other places than {}, and {} where neither is", context_.actual,
                        context_.expected, scale),
            "the way back draws or computes a mask of its own instead of that of the way forward", false);
  }

  // c in Δ = c·t, for a tensor t that is known.
  std::optional<double> times_in_gap(const Tensor& t) const {
    if (t.shape() != shape_) return std::nullopt;
    const Values values = t.to_doubles();
    const double c = slope(values, delta_);
    if (c == 0) return std::nullopt;
    // Δ has lost digits when it is small beside the values whose difference it is.
    const double rounding = 16 * unit_roundoff(dtype_) * (largest(a_) + largest(m_));
    if (largest_gap(times(c, values), delta_) > match_tolerance(dtype_) * largest(delta_) + rounding)
      return std::nullopt;
    if (rounding > 1e-3 * largest(delta_)) return std::nullopt;  // nothing but rounding is left of it
    return count_nonzero(values) > 1 || close(c, 1) ? std::optional(c) : std::nullopt;
  }

  void added() {
    if (context_.previous.contains(name_)) {
      const Tensor& previous = context_.previous.at(name_);
      if (fits(previous.to_doubles())) {
        claim("stale", fmt::format("{} is the gradient of the step before", context_.actual),
              "it is not computed anew");
      } else if (const std::optional<double> c = times_in_gap(previous)) {
        if (close(*c, 1))
          claim("accumulated",
                fmt::format("{} = {} + the gradient of the step before", context_.actual, context_.expected),
                "gradients are never set to zero, and add up");
        else
          claim("added_previous",
                fmt::format("{} = {} + {:.7g} × the gradient of the step before", context_.actual,
                            context_.expected, *c),
                "a momentum, where there should be none or another");
      }
    }
    if (context_.parameters.contains(name_))
      if (const std::optional<double> c = times_in_gap(context_.parameters.at(name_)))
        claim("weight_decay",
              fmt::format("{} = {} + {:.7g} × the weights", context_.actual, context_.expected, *c),
              "a term of weight decay that one side lacks");
    for (const Tensor& term : context_.terms)
      if (const std::optional<double> c = term.name() == name_ ? std::nullopt : times_in_gap(term))
        claim(*c < 0 ? Cause("term_missing") : Cause("term_added"),
              fmt::format("{} = {} {} {:.7g} × {}", context_.actual, context_.expected, *c < 0 ? "-" : "+",
                          std::abs(*c), term.name()),
              *c < 0 ? "a term is missing: a branch or a skip connection whose gradient was not added"
                     : "a term too many: a branch that was added twice, or to the wrong gradient");
  }

  // Δ is the same along an axis.
  void offset() {
    for (std::size_t axis = 0; axis < shape_.size(); ++axis) {
      const auto extent = static_cast<std::size_t>(shape_[axis]);
      if (extent < 3) continue;
      const Values first = slice(delta_, shape_, axis, 0);
      Values prediction(m_.size());
      const auto [outer, n, inner] = split(shape_, axis);
      for (std::size_t o = 0; o < outer; ++o)
        for (std::size_t e = 0; e < n; ++e)
          for (std::size_t i = 0; i < inner; ++i) prediction[(o * n + e) * inner + i] = first[o * inner + i];
      if (largest_gap(prediction, delta_) <=
          1e-3 * match_tolerance(dtype_) * largest(m_) + match_tolerance(dtype_) * largest(delta_)) {
        claim("offset",
              fmt::format("{} - {} is the same all along axis {}", context_.actual, context_.expected, axis),
              "a term that does not depend on that axis (a mean, a bias) is missing or too many", false);
        return;
      }
    }
  }

  bool is_rank_one(const Values& values) const {
    const auto columns = static_cast<std::size_t>(shape_[1]);
    const auto pivot = static_cast<std::size_t>(
        std::max_element(values.begin(), values.end(),
                         [](double x, double y) { return std::abs(x) < std::abs(y); }) -
        values.begin());
    const std::size_t p = pivot / columns, q = pivot % columns;
    Values prediction(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      prediction[i] = values[i / columns * columns + q] * (values[p * columns + i % columns] / values[pivot]);
    return predicts(prediction, values, dtype_);
  }

  void rank_one() {
    if (shape_.size() != 2 || shape_[0] < 2 || shape_[1] < 2 || count_nonzero(m_) < 4) return;
    if (is_rank_one(m_) && !is_rank_one(a_))
      claim("rank_one",
            fmt::format("{} is a product of one column and one row, {} is not", context_.actual,
                        context_.expected),
            "the gradient of one sample alone (the last?) instead of the sum over the batch");
  }

  // Not why, but where.
  void some_right() {
    for (std::size_t axis = 0; axis < shape_.size(); ++axis) {
      const auto extent = static_cast<std::size_t>(shape_[axis]);
      std::vector<std::size_t> right, wrong;
      for (std::size_t e = 0; e < extent; ++e) {
        const Values a = slice(a_, shape_, axis, e), m = slice(m_, shape_, axis, e);
        const bool agree = largest(a) > 0 && largest_gap(a, m) <= match_tolerance(dtype_) * largest(a);
        (agree ? right : wrong).push_back(e);
      }
      if (right.empty() || wrong.empty()) continue;
      const std::string where = shape_.size() == 1 ? "entry" : fmt::format("axis {}:", axis);
      const bool tail = wrong.back() + 1 == right.front();
      claim("some_right", fmt::format("right in {} {}, wrong in {}", where, list(right), list(wrong)),
            tail ? "only the last are right: what should flow back from them is cut off"
                 : "an index or a case distinction is wrong",
            false);
      return;
    }
  }

  std::string name_;
  Shape shape_;
  const DiagnosisContext& context_;
  DType dtype_;
  Values m_, a_, delta_;
  std::vector<Hypothesis> found_;
};

}  // namespace

std::vector<Hypothesis> hypotheses(const Tensor& actual, const Tensor& expected,
                                   const DiagnosisContext& context) {
  if (!differs(actual, expected)) return {};
  const Values m = actual.to_doubles(), a = expected.to_doubles();
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(m.begin(), m.end(), finite) || !std::all_of(a.begin(), a.end(), finite))
    return {{Cause("not_finite"), "a value is NaN or infinite",
             "an overflow, a division by 0, the logarithm of 0"}};
  return Marks(actual, expected, context).run();
}

Hypothesis unexplained(const Tensor& actual, const Tensor& expected, const DiagnosisContext& context) {
  const Values m = actual.to_doubles(), a = expected.to_doubles();
  const double bound = match_tolerance(coarser(actual, expected)) * std::max(largest(m), largest(a));
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < a.size(); ++i) wrong += !(std::abs(m[i] - a[i]) <= bound);
  return {Cause("unexplained"),
          fmt::format("{} of {} entries differ between {} and {}", wrong, a.size(), context.actual,
                      context.expected),
          "no mistake that is known here leaves this mark", false};
}

}  // namespace twin
