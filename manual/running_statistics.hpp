// The running mean and variance that batch and instance norm take in evaluation (Ioffe and Szegedy 2015,
// "Batch normalization", alg. 2). Training moves them towards those of each batch.
//
//   running_mean ← (1 - momentum)·running_mean + momentum·μ
//   running_var  ← (1 - momentum)·running_var  + momentum·σ²·n/(n - 1)
//
//   The variance that x is divided by has n; the one that is kept estimates that of the data, and has n - 1.
#pragma once

#include <string>
#include <vector>

#include "manual/matrix.hpp"
#include "manual/parameter.hpp"

namespace twin::manual {

template <typename Scalar>
struct RunningStatistics {
  /// The mean is 0 and the variance 1.
  explicit RunningStatistics(Index channels)
      : mean(Matrix<Scalar>::Zero(1, channels)), var(Matrix<Scalar>::Ones(1, channels)) {}

  /// mu and variance: C numbers each, of a batch; the variance is that over n values, more than one.
  void move(double momentum, const RowVector<Scalar>& mu, const RowVector<Scalar>& variance, Scalar n) {
    const auto kept = static_cast<Scalar>(1 - momentum), moved = static_cast<Scalar>(momentum);
    mean = kept * mean + moved * mu;
    const Scalar unbiased = n / (n - Scalar(1));
    var = kept * var + (moved * unbiased) * variance;
  }

  std::vector<Buffer<Scalar>> buffers(const std::string& name) {
    return {{name + ".running_mean", &mean, false, {mean.cols()}},
            {name + ".running_var", &var, false, {var.cols()}}};
  }

  Matrix<Scalar> mean, var;  // 1×C
};

}  // namespace twin::manual
