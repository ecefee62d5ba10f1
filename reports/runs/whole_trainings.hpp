// Whole trainings of the tutorial's programs, in C++ and in Python: the same network, weights, batches and
// number of steps.
#pragma once

#include "reports/questions/question.hpp"
#include "reports/runs/peers.hpp"

namespace twin::reports {

/// {"trainings": [{"network", "batch", "steps", "whole_steps", "sides": [{"side", "version", "seconds":
/// [...], "last_loss"}]}]} behind a header, float32: XOR and fashion-mlp; manual, autograd, numpy, pytorch,
/// in turns. `steps` were taken in each of the trainings that "seconds" lists, a whole training has
/// `whole_steps`. A peer has "import_seconds": [...] too, or "not_measured" (as in
/// reports/questions/question.hpp) or "fault" in the place of its numbers.
Json run_whole_trainings(const Measuring& measuring, const std::vector<std::string>& pythons = kPythons);

}  // namespace twin::reports
