#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <set>

#include "reports/questions/speed.hpp"

namespace twin::reports::speed {
namespace {

Picture heat_picture(const Json& json, int threads, Language language) {
  std::set<std::int64_t> widths, batches;
  std::map<std::pair<std::int64_t, std::int64_t>, Timing> there;
  for (const Timing& timing : timings(json))
    if (timing.side == "autograd" && timing.device == "cpu" && width_of(timing.subject) > 0 &&
        timing.dtype == kDType && timing.threads == threads) {
      widths.insert(width_of(timing.subject));
      batches.insert(timing.batch);
      there[{timing.batch, width_of(timing.subject)}] = timing;
    }
  HeatMap map;
  for (const std::int64_t width : widths) map.columns.push_back(std::to_string(width));
  for (const std::int64_t batch : batches) {
    map.rows.push_back(std::to_string(batch));
    for (const std::int64_t width : widths) {
      const auto found = there.find({batch, width});
      map.values.push_back(found == there.end() ? std::nan("") : found->second.ratio);
      map.doubtful.push_back(found != there.end() && (found->second.noisy() || !found->second.valid()));
    }
  }
  map.logarithmic = true;
  map.middle = 1;
  Plot plot{say(language, "Time of a step of {} over that by hand ({}, {})",
                name_of(json, "autograd", language), kDType, threads_in_words(threads, language)),
            say(language, "width"), "batch"};
  plot.map = std::move(map);
  return {fmt::format("speed-map-{}", threads),
          std::move(plot),
          {},
          say(language,
              "Each cell is a network of three layers. A number above 1 (orange) says how many times as long "
              "LibTorch takes; below 1 (blue), LibTorch is faster.")};
}

Picture spread_picture(const Json& json, Language language) {
  Plot plot{say(language, "Spread over the rounds (batch {}, {}, 1 thread)", kBatch, kDType),
            say(language, "width"), say(language, "time over its median")};
  // A box for each width at which both were measured, noisy or not: noise is what this picture is about.
  std::map<std::int64_t, std::map<std::string, Quartiles>> boxes;
  for (const Timing& timing : timings(json))
    if (timing.device == "cpu" && timing.batch == kBatch && timing.dtype == kDType && timing.threads == 1 &&
        width_of(timing.subject) > 0)
      boxes[width_of(timing.subject)][timing.side] = timing.us;
  for (const char* side : {"manual", "autograd"}) {
    Curve curve{name_of(json, side, language), {}, {}};
    for (const auto& [width, sides] : boxes) {
      if (!sides.contains("manual") || !sides.contains("autograd")) continue;
      if (std::string_view(side) == "manual") plot.categories.push_back(std::to_string(width));
      const Quartiles& us = sides.at(side);
      // A plot finds the quartiles of the samples that it is given, and draws them as a box. Here the
      // quartiles are known and the samples are not. So the plot is given the least time, the three quartiles
      // and the greatest time as five samples: the quartiles of these five are the three that were measured.
      curve.samples.push_back(
          {us.min / us.median, us.lower / us.median, 1, us.upper / us.median, us.max / us.median});
    }
    plot.curves.push_back(std::move(curve));
  }
  return {"speed-spread",
          std::move(plot),
          {},
          say(language,
              "A box holds the middle half of the rounds. A narrow box at 1 is a quiet measurement. What "
              "slows both "
              "sides of a round alike widens the boxes, and leaves the ratio as it is.")};
}

// Williams, Waterman, Patterson 2009: no more than the memory delivers, no more than the processor computes.
Picture roofline_picture(const Json& json, Language language) {
  const Peak peak = peak_of(json);
  const double rate = json.at("copy_bytes_per_second").get<double>() / 1e9;
  Plot plot{say(language, "Roofline (batch {}, {}, 1 thread; labels: width)", kBatch, kDType),
            say(language, "operations per byte"),
            "GFLOP/s",
            true,
            true,
            true,
            {}};
  double first = peak.gflops / rate, last = first;
  for (const char* side : {"manual", "autograd"}) {
    Curve curve{name_of(json, side, language), {}, {}};
    for (const Timing& timing : curve_of(points_of(json, side).sound)) {
      const auto width = static_cast<double>(width_of(timing.subject));
      const auto batch = static_cast<double>(timing.batch);
      // What must move at least when nothing stays in a cache: weights read forwards, backwards and by the
      // update, gradients written and read, weights written; the outputs of six layers, and their gradients,
      // written and read.
      const double bytes = 4 * (3 * width * width * 6 + 6 * batch * width * 4);
      const double operations = timing.gflops * 1e3 * timing.us.median;
      curve.x.push_back(operations / bytes);
      curve.y.push_back(timing.gflops);
      curve.labels.push_back(std::string_view(side) == "manual" ? std::to_string(width_of(timing.subject))
                                                                : std::string());
      first = std::min(first, curve.x.back());
      last = std::max(last, curve.x.back());
    }
    if (!curve.x.empty()) plot.curves.push_back(std::move(curve));
  }
  Curve memory{
      say(language, "memory (a measured copy)"), {first, peak.gflops / rate}, {first * rate, peak.gflops}};
  memory.dashed = true;
  Curve processor{peak.measured ? say(language, "one core (measured)")
                                : say(language, "matrix products alone (measured)"),
                  {peak.gflops / rate, 2 * last},
                  {peak.gflops, peak.gflops}};
  processor.dashed = true;
  plot.curves.push_back(std::move(memory));
  plot.curves.push_back(std::move(processor));
  return {"speed-roofline",
          std::move(plot),
          {},
          say(language,
              "The dashed lines are limits: the slope is what the memory delivers, the roof is what the "
              "processor computes. The nearer a point is to them, the less is left to gain.")};
}

}  // namespace

Picture ratio_picture(const Json& json, Language language) {
  Plot plot{say(language, "Time of a training step over that by hand (three layers, batch {}, {}, 1 thread)",
                kBatch, kDType),
            say(language, "width of each layer"),
            say(language, "time over that by hand"),
            true,
            true,
            true,
            {}};
  double first = 0, last = 0;
  for (const char* side : {"autograd", "autograd-2", "pytorch", "pytorch-2", "numpy"}) {
    Curve curve{name_of(json, side, language), {}, {}};
    for (const Timing& timing : curve_of(points_of(json, side).sound)) {
      curve.x.push_back(static_cast<double>(width_of(timing.subject)));
      curve.y.push_back(timing.ratio);
      curve.low.push_back(timing.ratio_low);
      curve.high.push_back(timing.ratio_high);
    }
    if (curve.x.empty()) continue;
    first = first == 0 ? curve.x.front() : std::min(first, curve.x.front());
    last = std::max(last, curve.x.back());
    plot.curves.push_back(std::move(curve));
  }
  Curve hand{name_of(json, "manual", language), {first, last}, {1, 1}};
  hand.dashed = true;
  plot.curves.push_back(std::move(hand));
  return {
      "speed",
      std::move(plot),
      {},
      say(language,
          "The dashed line at 1 is code by hand. A curve above it takes longer: at 10, ten times as long. "
          "The band is the 95 % interval. Noisy points are left out.")};
}

std::vector<Picture> pictures(const Json& json, Language language) {
  std::vector<Picture> all;
  if (!curve_of(points_of(json, "autograd").sound).empty()) {
    all.push_back(ratio_picture(json, language));
    all.push_back(spread_picture(json, language));
    all.push_back(roofline_picture(json, language));
  }
  std::set<int> threads;
  for (const Timing& timing : timings(json))
    if (timing.side == "autograd" && timing.device == "cpu" && timing.dtype == kDType &&
        width_of(timing.subject) > 0)
      threads.insert(timing.threads);
  for (const int count : threads) all.push_back(heat_picture(json, count, language));
  return all;
}

}  // namespace twin::reports::speed
