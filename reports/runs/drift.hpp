// Free runs: twins that start from the same weights and train on the same batches, and how far apart they
// drift; beside them, as the honest yardstick, an autograd twin that starts one unit in the last place away.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "reports/json.hpp"
#include "shared/catalogue.hpp"
#include "shared/data/dataset.hpp"

namespace twin::reports {

/// After so many steps; each gap is the largest relative one of any weight.
struct DriftPoint {
  std::int64_t steps = 0;
  double twins = 0;   // manual to autograd
  double nearby = 0;  // autograd that started one ULP away in every weight, to autograd
  double locked =
      0;  // manual to autograd after this one step, from the weights and state of autograd before it
};

/// How two tensors differ, that would be the same without rounding.
struct RoundingGap {
  std::string quantity;
  std::int64_t elements = 0, differ = 0;  // not the same bits
  double max_ulp = 0;
};

struct DriftEpoch {
  std::int64_t epoch = 0, steps = 0;
  double loss_manual = 0, loss_autograd = 0;  // mean over the epoch, each before its update
  double accuracy_manual = 0, accuracy_autograd = 0;
  double twins = 0, nearby = 0;
};

struct Drift {
  std::vector<DriftPoint> points;       // some ten a decade, and the last
  std::vector<DriftEpoch> epochs;       // the last alone, when an epoch is a single batch
  std::vector<RoundingGap> first_step;  // every intermediate value of it, from the same weights
};

/// Trains `entry` on `dataset` for its epochs. Throws NumericError when a loss is no longer finite.
Drift run_drift(const CatalogueEntry& entry, const Dataset& dataset, DType dtype,
                const std::function<void(std::int64_t done, std::int64_t total)>& on_step);

/// The outputs of the network's first two layers, each by itself, for the same random numbers on both twins,
/// so many rows of them:
///
///   first            the first layer, with weights, biases and inputs uniform in ±1
///   first_no_bias    the same with biases of 0: the product alone
///   first_integers   the same as the first, rounded to integers in -3 … 3, whose sums are exact in any order
///   second           the second, of numbers uniform in ±1, as many as the first layer has outputs
std::vector<RoundingGap> gaps_of_layers(const NetworkSpec& spec, std::int64_t rows, DType dtype, Seed seed);

/// The first point at which the gap exceeds `limit`; 0 when none does.
std::int64_t passes(const std::vector<DriftPoint>& points, double DriftPoint::*gap, double limit);

/// {"points": […], "epochs": […], "first_step": […], "passes": […]}
Json json_of(const Drift& drift);
Json json_of(const RoundingGap& gap);

}  // namespace twin::reports
