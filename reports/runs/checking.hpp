// Checking networks of the catalogue, on their own data, from their own initial weights; and the examples of
// stems, on random numbers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "reports/json.hpp"
#include "reports/named.hpp"
#include "shared/compare_networks/examination.hpp"
#include "shared/data/dataset.hpp"

namespace twin::reports {

struct CheckingOptions {
  Named named;
  std::vector<DType> dtypes;
  Device device = Device::cpu;
  std::int64_t steps = 3;
  Seed seed = 1;
  int threads = 1;
  DatasetOptions data;
  /// Floating-point operations of a step on the samples that are looked at: bounds take a thousand times as
  /// long to derive as gradients, so that of a network that computes much a few samples must do.
  double flops = 2.5e8;
};

struct NetworkCheck {
  std::string network;  // "xor", "conv2d/strided"
  DType dtype;
  std::vector<CheckRow> rows;
  bool is_example = false;   // of a stem
  std::string culprit = {};  // empty, as the findings are, when nothing failed
  std::vector<Finding> findings = {};
};

/// `on_network` is called before each of the networks (and examples) × dtypes.
std::vector<NetworkCheck> run_checking(
    const CheckingOptions& options,
    const std::function<void(std::int64_t done, std::int64_t total)>& on_network);

/// How tight the bounds are, of one quantity in one tensor, all its rows together.
struct Tightness {
  std::string network;
  DType dtype;
  std::string quantity, tensor, oracle;
  std::size_t rows = 0;
  double largest_share = 0, median_share = 0;  // of the bound that decides: gap / bound
  double largest_derived_share = 0;            // of the bound from forward-error analysis, element by element
  double largest_rel = 0;                      // gap, relative to the largest value of the tensor
};
/// In the order of the rows; of the manual twin alone.
std::vector<Tightness> tightness(const NetworkCheck& check);

/// How many gaps lie within each decade of their bound: [1, ∞), [0.1, 1), [0.01, 0.1), … and, last, those of
/// no gap at all.
struct ShareHistogram {
  static constexpr int kDecades = 4;
  std::vector<std::size_t> counts;
};
ShareHistogram share_histogram(const std::vector<NetworkCheck>& checks, DType dtype);
/// "0.01 to 0.1"; "none" for the last.
std::string decade_name(std::size_t decade);

bool all_passed(const std::vector<NetworkCheck>& checks);

Json options_json(const CheckingOptions& options);
/// {"checks": […], "findings": […], "tightness": […], "distribution": {…}, "passed": …, "failed": …,
/// "unchecked": …, "kinks": …}
Json result_json(const std::vector<NetworkCheck>& checks, Device device);

}  // namespace twin::reports
