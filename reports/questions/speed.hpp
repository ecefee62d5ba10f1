// What the question of speed is made of: the points that it may speak of (speed_points.cpp), its words
// (speed_words.cpp), its pictures (speed_pictures.cpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/questions/question.hpp"
#include "reports/runs/benching.hpp"

namespace twin::reports::speed {

inline constexpr std::int64_t kBatch = 32;  // of the first screen and of most pictures
inline constexpr const char* kDType = "float32";

/// "LibTorch 1.13.1 with autograd", "NumPy 1.24.2".
std::string name_of(const Json& json, std::string_view side, Language language);
/// "width 64, batch 32, float32, 1 thread"; of a network of the catalogue its name.
std::string point(const Timing& timing, Language language);

/// The frameworks that were measured, in the order of the report: "autograd", "pytorch", "autograd-2", …
std::vector<std::string> frameworks(const Json& json);

/// A side on the processor, over the grid of widths and the networks of the catalogue, without the points
/// that noise spoils, on this side or on manual's, and those where too many threads were busy. `noisy`
/// counts these.
struct Points {
  std::vector<Timing> sound;
  std::size_t noisy = 0;
};
Points points_of(const Json& json, std::string_view side);

/// Those at kBatch, in kDType, by width.
std::vector<Timing> curve_of(const std::vector<Timing>& points, int threads = 1);

/// Where a side stands against manual: its time is longer for certain, shorter for certain, or neither.
struct Standing {
  std::vector<Timing> slower, undecided, faster;
  std::size_t all() const { return slower.size() + undecided.size() + faster.size(); }
};
Standing standing(const std::vector<Timing>& points);

/// Precondition: there are points.
const Timing& least(const std::vector<Timing>& points);
const Timing& most(const std::vector<Timing>& points);

/// GFLOP/s that one thread can reach: of the processor itself, where that was measured, or else of the
/// fastest products.
struct Peak {
  double gflops = 0;
  bool measured = false;
};
Peak peak_of(const Json& json);

std::string verdict(const Json& json, Language language);
std::string answer(const Json& json, Language language);
FirstWords first_words(const Json& json, Language language);

/// Time over that by hand against width.
Picture ratio_picture(const Json& json, Language language);
std::vector<Picture> pictures(const Json& json, Language language);

}  // namespace twin::reports::speed
