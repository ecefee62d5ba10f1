// What PyTorch itself computes: tests/reference/ holds its numbers, and the scripts that made them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/specs/network_spec.hpp"

namespace twin {

/// Fails unless, on both sides, weights and states after 1, 10 and 100 steps of a small problem are
/// PyTorch's, up to rounding. case_name: "adagrad/defaults" of tests/reference/optimisers.py.
void expect_steps_as_in_pytorch(const std::string& case_name, const OptimizerSpec& optimizer);

/// Fails unless, on both sides, the rate of each of the first steps is PyTorch's, up to rounding. case_name:
/// "step/defaults" of tests/reference/schedules.py.
void expect_rates_as_in_pytorch(const std::string& case_name, const ScheduleSpec& schedule);

/// A network of one weight, whose gradient is 1, trained at the rate 1 times the schedule's factor.
NetworkSpec network_on_schedule(const ScheduleSpec& schedule);

/// Fails unless the factors of both sides are these, in the steps first, first + 1, ….
void expect_factors(const ScheduleSpec& schedule, const std::vector<double>& factors, std::int64_t first = 0);

/// Fails unless both sides have the same factor in each of so many steps, and in some that are far later.
void expect_same_factors(const ScheduleSpec& schedule, std::int64_t steps);

}  // namespace twin
