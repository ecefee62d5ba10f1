// What the questions about training have in common: both twins learn, side by side.
#pragma once

#include "reports/questions/question.hpp"
#include "reports/runs/training.hpp"

namespace twin::reports {

/// twin train's JSON for a network of the catalogue.
Json measure_training(const Measuring& measuring, std::string_view network, DType dtype, std::int64_t epochs);

/// The loss of both twins over the epochs, and the gap between their weights; named "<network>-loss",
/// "<network>-gap".
std::vector<Picture> training_pictures(const Json& training, Language language);

double last_of(const Json& training, const char* field);

}  // namespace twin::reports
