// Connectionist temporal classification (torch.nn.CTCLoss on the log-softmax of the outputs, reduction
// "mean"; Graves, Fernández, Gomez, Schmidhuber 2006, "Connectionist temporal classification", 4).
//
//   The labels of a sequence, with a blank in front of each and one behind the last, are its S = 2·labels + 1
//   states l. A path goes through them in T steps: it stays in a state, goes on to the next, or skips a blank
//   between two labels that differ. Each step emits the class of its state.
//
//   forward    log p_tk = y_tk - log Σ_k exp(y_tk)
//              α_0(0)   = log p_0,blank,   α_0(1) = log p_0,l(1)
//              α_t(s)   = log Σ_s' exp(α_t-1(s')) + log p_t,l(s)
//                         s': the states from which s is reached: s, s-1, and s-2 where a blank is skipped
//              log p    = log(exp α_T-1(S-1) + exp α_T-1(S-2))
//              L        = mean over n of -log p / max(1, labels)
//
//   backward   β_T-1(S-1) = β_T-1(S-2) = 0
//              β_t(s)   = log Σ_s' exp(β_t+1(s') + log p_t+1,l(s'))
//                         s': the states that are reached from s
//              γ_t(s)   = exp(α_t(s) + β_t(s) - log p): the part of all paths that is in s at step t
//              d_tk     = (p_tk - Σ γ_t(s) over the s with l(s) = k) / (max(1, labels)·N)
//
//   All in logarithms: p of a hundred steps is no float32. A state that cannot be reached has kNever, which
//   is finite: exp of it is 0, and kNever minus kNever no NaN. Each sum is taken off its largest term.
//
//   Of log softmax and of -log p, d is the derivative of both together: the softmax's sum over classes meets
//   Σγ = 1. A class that is no label of the sequence is pushed down by its p alone. (Graves' β emits at t
//   too; then γ is divided by p_t once.) d of a step that a sequence has not is 0.
//
//   caches     p (N·T×K), the largest logit and log Σ exp beside it (N·T), α (N·T×S), log p (N), views on y
//              and on the labels
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <span>
#include <type_traits>

#include "manual/activation.hpp"
#include "shared/errors.hpp"
#include "shared/losses/ctc.hpp"

namespace twin::manual {

template <typename Scalar>
class CtcLoss {
 public:
  using Targets = std::span<const std::int64_t>;
  static constexpr const char* forward_formula = "loss = meanₙ(-log Σ_paths Πₜ softmax(y)ₜ / labels)";
  static constexpr const char* backward_formula = "error = (softmax(y) - Σₛ γₜ(s)) / (labels·N)";

  explicit CtcLoss(const CtcLossSpec& spec) : spec_(spec) {}

  /// y: N×T×K logits; targets: N·T, as the specification says; both unchanged until backward(). Throws
  /// ShapeError when their numbers differ.
  Scalar forward(const Activation<Scalar>& y, Targets targets) {
    if (y.extents().rank() != 3 || static_cast<Index>(targets.size()) != y[0] * y[1])
      throw ShapeError(fmt::format("CtcLoss::forward: expected outputs N×T×K and N·T targets, got {} and {}",
                                   to_string(y.extents().shape()), targets.size()));
    y_ = y;
    targets_ = targets;
    take_softmax();
    make_room();
    Wider<Scalar> sum(0);
    for (Index n = 0; n < y[0]; ++n) {
      const Sequence sequence = sequence_of(n);
      if (!sequence.possible) continue;
      run_forward(sequence);
      const auto last = alpha_.row(sequence.row + sequence.steps - 1);
      log_p_[n] = log_sum(last[kPad + states_ - 1], states_ > 1 ? last[kPad + states_ - 2] : Scalar(kNever));
      sum -= Wider<Scalar>(log_p_[n]) / Wider<Scalar>(static_cast<double>(sequence.divisor));
    }
    return Scalar(sum / Wider<Scalar>(static_cast<double>(y[0])));
  }

  /// Returns d_y: N·T×K, for the last forward().
  const Matrix<Scalar>& backward() {
    d_y_.setZero(p_.rows(), p_.cols());
    for (Index n = 0; n < y_[0]; ++n) {
      const Sequence sequence = sequence_of(n);
      if (!sequence.possible) continue;
      const Scalar share = Scalar(1) / Scalar(static_cast<double>(sequence.divisor * y_[0]));
      for (Index t = sequence.steps - 1; t >= 0; --t) {
        const Index row = sequence.row + t;
        step_back(sequence, t);
        gamma_.head(padded_) =
            (alpha_.row(row).segment(kPad, padded_).array() + beta_.head(padded_).array() - log_p_[n]).exp();
        d_y_.row(row) = p_.row(row);
        for (Index s = 0; s < states_; ++s) d_y_(row, state_class_[s]) -= gamma_[s];
        d_y_.row(row) *= share;
        if constexpr (!std::is_floating_point_v<Scalar>) allow_for_libtorch(row);
      }
    }
    return d_y_;
  }

 private:
  static constexpr Index kPad = 2;  // impossible states in front of the first: s-1 and s-2
  // States are worked on in whole vectors. What stands behind the last is looked at by none of them.
  static constexpr Index kBlock = std::is_floating_point_v<Scalar> ? 16 : 1;
  static Index in_blocks(Index states) { return (states + kBlock - 1) / kBlock * kBlock; }
  static constexpr double kNever = -1e30;  // the logarithm of 0

  struct Sequence {
    Index row;  // of its first step
    Index steps, divisor;
    bool possible;
  };

  // Of rows of logits: p, the largest, and the logarithm of the sum that p was divided by.
  void take_softmax() {
    const auto z = y_.as_matrix();
    p_.resize(z.rows(), z.cols());
    tops_.resize(z.rows());
    log_sums_.resize(z.rows());
    for (Index row = 0; row < z.rows(); ++row) {
      tops_[row] = without_error(z.row(row).maxCoeff());
      for (Index k = 0; k < z.cols(); ++k) p_(row, k) = z(row, k) - tops_[row];
    }
    p_.array() = p_.array().exp();
    for (Index row = 0; row < z.rows(); ++row) {
      log_sums_[row] = p_.row(row).sum();
      p_.row(row) /= log_sums_[row];
    }
    log_sums_.array() = log_sums_.array().log();
  }

  void make_room() {
    Index most = 0;
    for (Index n = 0; n < y_[0]; ++n) most = std::max(most, Index{CtcLossSpec::lengths_of(row_of(n)).labels});
    const Index width = in_blocks(2 * most + 1) + kPad;
    alpha_.resize(p_.rows(), width);
    log_p_.resize(y_[0]);
    for (RowVector<Scalar>* buffer : {&skip_, &beta_, &ahead_, &emitted_, &gamma_, &largest_})
      buffer->setZero(width);
    state_class_.resize(width);
  }

  Targets row_of(Index n) const {
    const auto steps = static_cast<std::size_t>(y_[1]);
    return targets_.subspan(static_cast<std::size_t>(n) * steps, steps);
  }

  // Of sequence n, whose states are laid out.
  Sequence sequence_of(Index n) {
    const CtcLossSpec::Lengths lengths = CtcLossSpec::lengths_of(row_of(n));
    const Targets labels = row_of(n).first(static_cast<std::size_t>(lengths.labels));
    states_ = 2 * lengths.labels + 1;
    padded_ = in_blocks(states_);
    for (Index s = 0; s < states_; ++s)
      state_class_[s] = s % 2 == 0 ? spec_.blank : labels[static_cast<std::size_t>(s / 2)];
    // Into state s from s - 2: from a label to another one.
    skip_.setConstant(Scalar(kNever));
    for (Index s = 3; s < states_; s += 2)
      if (state_class_[s] != state_class_[s - 2]) skip_[s] = Scalar(0);
    return {n * y_[1], lengths.steps, std::max<Index>(1, lengths.labels),
            CtcLossSpec::steps_needed(labels) <= lengths.steps};
  }

  // log p of the class of each state, at one step.
  auto emitted_at(Index row) {
    const auto z = y_.as_matrix();
    for (Index s = 0; s < states_; ++s) emitted_[s] = z(row, state_class_[s]) - tops_[row] - log_sums_[row];
    return emitted_.head(padded_).array();
  }

  void run_forward(const Sequence& sequence) {
    for (Index t = 0; t < sequence.steps; ++t) {
      auto now = alpha_.row(sequence.row + t);
      const auto emitted = emitted_at(sequence.row + t);
      now.setConstant(Scalar(kNever));
      if (t == 0) {
        now.segment(kPad, std::min<Index>(2, states_)) = emitted.head(std::min<Index>(2, states_)).matrix();
        continue;
      }
      const auto before = alpha_.row(sequence.row + t - 1).array();
      log_sum(before.segment(kPad, padded_), before.segment(kPad - 1, padded_),
              before.segment(kPad - 2, padded_) + skip_.head(padded_).array(),
              now.segment(kPad, padded_).array());
      now.segment(kPad, padded_).array() += emitted;
    }
  }

  // β of step t from that of t + 1.
  void step_back(const Sequence& sequence, Index t) {
    if (t == sequence.steps - 1) {
      beta_.setConstant(Scalar(kNever));
      beta_.segment(std::max<Index>(0, states_ - 2), std::min<Index>(2, states_)).setZero();
      return;
    }
    ahead_.setConstant(Scalar(kNever));
    ahead_.head(states_).array() =
        beta_.head(states_).array() + emitted_at(sequence.row + t + 1).head(states_);
    const auto ahead = ahead_.array();
    log_sum(ahead.segment(0, padded_), ahead.segment(1, padded_),
            ahead.segment(2, padded_) + skip_.segment(2, padded_).array(), beta_.head(padded_).array());
  }

  // sum = log(exp a + exp b + exp c), element by element.
  template <typename A, typename B, typename C, typename Sum>
  void log_sum(const A& a, const B& b, const C& c, Sum sum) {
    auto largest = largest_.head(padded_).array();
    largest = a.max(b).max(c);
    if constexpr (!std::is_floating_point_v<Scalar>)
      for (Index s = 0; s < states_; ++s) largest_[s] = without_error(largest_[s]);
    sum = ((a - largest).exp() + (b - largest).exp() + (c - largest).exp()).log() + largest;
    if constexpr (!std::is_floating_point_v<Scalar>)
      for (Index s = 0; s < states_; ++s)  // what cannot be reached has no error that counts
        if (largest_[s] <= Scalar(kNever / 2)) sum[s] = Scalar(kNever);
  }
  static Scalar log_sum(const Scalar& a, const Scalar& b) {
    using std::exp, std::log;
    const Scalar largest = without_error(a < b ? b : a);
    return largest + log(Scalar(exp(Scalar(a - largest)) + exp(Scalar(b - largest))));
  }

  // What is taken off and added again may be any number near: its error is none of the result's.
  static Scalar without_error(const Scalar& x) {
    if constexpr (std::is_floating_point_v<Scalar>)
      return x;
    else
      return Scalar(x.value);
  }

  // LibTorch takes p·Σd off, which is 0 but for rounding: bounds must allow for it.
  void allow_for_libtorch(Index row) {
    const Scalar sum = d_y_.row(row).sum();
    for (Index k = 0; k < d_y_.cols(); ++k) d_y_(row, k) -= p_(row, k) * sum;
  }

  CtcLossSpec spec_;
  Activation<Scalar> y_;  // N×T×K
  Targets targets_;
  Matrix<Scalar> p_, alpha_, d_y_;             // N·T×K, N·T×(kPad + S), N·T×K
  RowVector<Scalar> tops_, log_sums_, log_p_;  // N·T, N·T, N
  // Of one sequence: its states, and of each its class, and 0 where it may be skipped to from the last but
  // one.
  Index states_ = 0, padded_ = 0;
  RowVector<Index> state_class_;
  RowVector<Scalar> skip_, beta_, ahead_, emitted_, gamma_, largest_;
};

}  // namespace twin::manual
