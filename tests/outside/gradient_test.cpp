// Somebody's own backward pass on plain vectors, checked in a test of his own: softmax and cross-entropy, the
// mean over a batch, by two derivations.
#include <algorithm>
#include <cmath>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>
#include <vector>

#include "twingrad/shared/compare/gtest.hpp"

namespace {

constexpr std::size_t kBatch = 5, kClasses = 3;
const std::vector<std::size_t> kLabels{2, 0, 1, 1, 0};

std::vector<double> softmax(const std::vector<double>& logits) {
  std::vector<double> p(logits.size());
  for (std::size_t n = 0; n < kBatch; ++n) {
    const double* z = &logits[n * kClasses];
    const double largest = *std::max_element(z, z + kClasses);
    double sum = 0;
    for (std::size_t c = 0; c < kClasses; ++c) sum += p[n * kClasses + c] = std::exp(z[c] - largest);
    for (std::size_t c = 0; c < kClasses; ++c) p[n * kClasses + c] /= sum;
  }
  return p;
}

std::vector<double> logits_of(const twin::NamedTensors& point) { return point.at("logits").to_doubles(); }

twin::NamedTensors gradient(std::vector<double> d_logits) {
  twin::NamedTensors gradients;
  gradients.add({"logits", {kBatch, kClasses}, std::move(d_logits)});
  return gradients;
}

double loss(const twin::NamedTensors& point) {
  const std::vector<double> p = softmax(logits_of(point));
  double sum = 0;
  for (std::size_t n = 0; n < kBatch; ++n) sum -= std::log(p[n * kClasses + kLabels[n]]);
  return sum / kBatch;
}

// d_z = (softmax(z) - onehot) / N
twin::NamedTensors closed_form(const twin::NamedTensors& point) {
  std::vector<double> d_z = softmax(logits_of(point));
  for (std::size_t n = 0; n < kBatch; ++n) d_z[n * kClasses + kLabels[n]] -= 1;
  for (double& d : d_z) d /= kBatch;
  return gradient(std::move(d_z));
}

// The same without 1/N.
twin::NamedTensors mean_forgotten(const twin::NamedTensors& point) {
  std::vector<double> d_z = logits_of(closed_form(point));
  for (double& d : d_z) d *= kBatch;
  return gradient(std::move(d_z));
}

// Through the Jacobian of softmax: d_p = -1 / (N·p_y) at the label, d_z = p ∘ (d_p - Σ p·d_p).
twin::NamedTensors chain_rule(const twin::NamedTensors& point) {
  std::vector<double> d_z = softmax(logits_of(point));
  for (std::size_t n = 0; n < kBatch; ++n) {
    double* p = &d_z[n * kClasses];
    const double p_y = p[kLabels[n]], d_p = -1 / (kBatch * p_y);
    for (std::size_t c = 0; c < kClasses; ++c) p[c] *= (c == kLabels[n] ? d_p : 0) - p_y * d_p;
  }
  return gradient(std::move(d_z));
}

twin::NamedTensors random_point() {
  const twin::RandomStream stream(1, twin::Purpose::test_data);
  std::vector<double> values(kBatch * kClasses);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = stream.uniform(i, -2, 2);
  return gradient(std::move(values));
}

TEST(SoftmaxCrossEntropy, TwoDerivationsAgree) {
  const twin::NamedTensors point = random_point();
  EXPECT_GRADIENTS_MATCH(closed_form(point), chain_rule(point));
  EXPECT_GRADIENTS_MATCH(closed_form, chain_rule, point, {.batch_size = kBatch}, loss);
}

TEST(SoftmaxCrossEntropy, AForgottenMeanIsNamed) {
  const twin::NamedTensors point = random_point();
  EXPECT_NONFATAL_FAILURE(
      EXPECT_GRADIENTS_MATCH(mean_forgotten(point), chain_rule(point), {.batch_size = kBatch}),
      "5 is the batch size: the mean over the batch is missing");
  EXPECT_NONFATAL_FAILURE(EXPECT_GRADIENTS_MATCH(mean_forgotten, chain_rule, point, {.actual = "mine"}, loss),
                          "Finite differences side with expected: mine is wrong");
}

}  // namespace
