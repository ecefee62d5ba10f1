// Checking networks of the catalogue, on their own data, from their own initial weights.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "reports/json.hpp"
#include "shared/catalogue.hpp"
#include "shared/twins/equivalence.hpp"
#include "shared/data/dataset.hpp"

namespace twin::reports {

struct CheckingOptions {
  std::vector<CatalogueEntry> networks;
  std::vector<DType> dtypes;
  Device device = Device::cpu;
  std::int64_t steps = 3;
  Seed seed = 1;
  DatasetOptions data;
};

struct NetworkCheck {
  std::string network;
  DType dtype;
  std::vector<CheckRow> rows;
};

/// `on_network` is called before each of the networks × dtypes.
std::vector<NetworkCheck> run_checking(
    const CheckingOptions& options,
    const std::function<void(std::int64_t done, std::int64_t total)>& on_network);

bool all_passed(const std::vector<NetworkCheck>& checks);

Json options_json(const CheckingOptions& options);
/// {"checks": […], "passed": …, "failed": …, "unchecked": …}
Json result_json(const std::vector<NetworkCheck>& checks, Device device);

}  // namespace twin::reports
