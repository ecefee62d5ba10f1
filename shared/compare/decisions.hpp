// Decisions that a derivative depends on: on which side of its kink a ReLU is, which element of a window is
// the largest, whether a norm is clipped. A layer takes them by these functions:
//
//   y = decide_above(x, Scalar(0)) ? x : Scalar(0);
//   const std::size_t winner = decide_largest(count, [&](std::size_t i) { return window(i); });
//
// For float and double they are comparisons, and nothing else. For RunningError they also tell every
// DecisionRecorder of the thread by how much they were clear of the rounding errors. Two right twins may
// decide otherwise only where a decision was too close to call, and there their gradients differ by any
// amount. A recorder can turn decisions around: then the gradients are those of a twin that decided
// otherwise.
//
// A layer takes the same number of decisions in the same order, whatever their outcome: a decision is known
// by its number.
//
// Where either choice gives the same result (a softmax subtracts a maximum, whichever element it is), there
// is no decision: compare with < and max().
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "shared/compare/running_error.hpp"

namespace twin {

/// A decision that rounding errors may turn around.
struct CloseDecision {
  std::int64_t number;  // among those of a recorder, from 0
  double margin;        // as DecisionRecorder::smallest_margin(): 0 … 1
};

/// Counts the decisions on RunningError that are taken on its thread while it lives, in a dtype of unit
/// roundoff u (unit_roundoff(dtype)). Recorders may be nested: each counts the decisions of its own lifetime.
class DecisionRecorder {
 public:
  /// turned: the numbers of decisions that are taken the other way. "Above" becomes "not above"; instead of
  /// the largest element its closest rival is chosen.
  explicit DecisionRecorder(double u, std::vector<std::int64_t> turned = {})
      : u_(u), turned_(std::move(turned)), outer_(innermost_) {
    innermost_ = this;
  }
  ~DecisionRecorder() { innermost_ = outer_; }
  DecisionRecorder(const DecisionRecorder&) = delete;
  DecisionRecorder& operator=(const DecisionRecorder&) = delete;

  std::int64_t decisions() const { return decisions_; }
  /// Those that rounding errors may turn around, in their order. A tie of exact numbers is none: it is
  /// decided by a rule.
  const std::vector<CloseDecision>& close_decisions() const { return close_decisions_; }
  std::int64_t too_close() const { return static_cast<std::int64_t>(close_decisions_.size()); }
  /// The smallest |x - y| of all decisions, as a multiple of the error bound of x - y: a decision is too
  /// close at 1 or below. Infinite without decisions, and when all were on exact numbers.
  double smallest_margin() const { return smallest_margin_; }

 private:
  friend bool decide_above(const RunningError& x, const RunningError& y);
  template <typename At>
  friend std::size_t decide_largest(std::size_t count, const At& at);

  // |x - y| over the error of x - y. Each twin has the error of u; x and y themselves, which were computed in
  // float64, have that of float64. Infinite where the error is 0.
  static double margin(const RunningError& x, const RunningError& y, double u) {
    constexpr double kHere = 0x1p-53;
    const double error = x.error_bound(u) + y.error_bound(u) + x.error_bound(kHere) + y.error_bound(kHere);
    if (error == 0) return std::numeric_limits<double>::infinity();
    const double margin = std::abs(x.value - y.value) / error;
    return margin > 0 ? margin : 0;  // of NaN and infinities nothing is known
  }
  // One decision, of the margin that margin_at(u) computes. Returns whether it is to be turned around.
  template <typename Margin>
  static bool record(const Margin& margin_at) {
    bool turned = false;
    for (DecisionRecorder* recorder = innermost_; recorder; recorder = recorder->outer_) {
      const double margin = margin_at(recorder->u_);
      const std::int64_t number = recorder->decisions_++;
      if (margin <= 1) recorder->close_decisions_.push_back({number, margin});
      recorder->smallest_margin_ = std::min(recorder->smallest_margin_, margin);
      const std::vector<std::int64_t>& all = recorder->turned_;
      if (std::find(all.begin(), all.end(), number) != all.end()) turned = !turned;
    }
    return turned;
  }

  static inline thread_local DecisionRecorder* innermost_ = nullptr;
  double u_;
  std::vector<std::int64_t> turned_;
  DecisionRecorder* outer_;
  std::int64_t decisions_ = 0;
  std::vector<CloseDecision> close_decisions_;
  double smallest_margin_ = std::numeric_limits<double>::infinity();
};

/// x > y: where they are equal, y it is.
template <std::floating_point Scalar>
constexpr bool decide_above(Scalar x, Scalar y) {
  return x > y;
}
inline bool decide_above(const RunningError& x, const RunningError& y) {
  const bool turned = DecisionRecorder::record([&](double u) { return DecisionRecorder::margin(x, y, u); });
  return (x > y) != turned;
}

/// The index of the largest of at(0) … at(count - 1), of the first of them where several are equal; count >
/// 0. NaN is larger than any number, and the last NaN is chosen: so PyTorch's pooling hands it on. One
/// decision, as close as the nearest of the others is to the largest: how these compare with each other is
/// of no account.
template <typename At>
std::size_t decide_largest(std::size_t count, const At& at) {
  std::size_t largest = 0;
  for (std::size_t i = 1; i < count; ++i)
    if (at(i) > at(largest) || at(i) != at(i)) largest = i;
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype(at(largest))>, RunningError>) {
    std::size_t rival = largest;
    const bool turned = DecisionRecorder::record([&](double u) {
      double smallest = std::numeric_limits<double>::infinity();
      for (std::size_t i = 0; i < count; ++i) {
        if (i == largest) continue;
        const double margin = DecisionRecorder::margin(at(largest), at(i), u);
        if (margin < smallest || rival == largest) rival = i;
        smallest = std::min(smallest, margin);
      }
      return smallest;
    });
    if (turned) return rival;
  }
  return largest;
}

}  // namespace twin
