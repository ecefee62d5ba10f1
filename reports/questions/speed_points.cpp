#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <tuple>

#include "reports/questions/speed.hpp"

namespace twin::reports::speed {
namespace {

// Without what a wheel adds: "2.15.0+cpu".
std::string version_of(const Json& json, std::string_view side) {
  if (side == "autograd" || side == "control" || side == "tuned") {
    const std::string library =
        json.contains("backends") ? json.at("backends").value("autograd", "") : std::string();
    const std::size_t space = library.find(' ');
    if (space == std::string::npos) return {};
    const std::string version = library.substr(space + 1, library.find(' ', space + 1) - space - 1);
    return version.substr(0, version.find('+'));
  }
  for (const Json& guest : json.value("guests", Json::array()))
    if (guest.at("side") == side && guest.contains("version")) {
      const std::string version = guest.at("version");
      return version.substr(0, version.find('+'));
    }
  return {};
}

using Place = std::tuple<std::string, std::int64_t, std::string, int>;
Place place_of(const Timing& timing) { return {timing.subject, timing.batch, timing.dtype, timing.threads}; }

}  // namespace

std::string name_of(const Json& json, std::string_view side, Language language) {
  const std::string version = version_of(json, side), after = version.empty() ? "" : " " + version;
  if (side == "manual") return say(language, "code by hand");
  if (side == "fixed") return say(language, "code by hand, in fixed sizes");
  if (side == "eigen") return say(language, "code by hand without BLAS");
  if (side == "control") return say(language, "LibTorch{} without autograd", after);
  if (side.starts_with("autograd")) return say(language, "LibTorch{} with autograd", after);
  if (side == "tuned") return say(language, "LibTorch{} with autograd, tuned", after);
  if (side == "products") return say(language, "matrix products alone");
  if (side == "numpy") return "NumPy" + after;
  if (side.starts_with("pytorch")) return say(language, "PyTorch{} in Python", after);
  return std::string(side);
}

std::string point(const Timing& timing, Language language) {
  const std::string threads = threads_in_words(timing.threads, language);
  if (const std::int64_t width = width_of(timing.subject); width > 0)
    return say(language, "width {}, batch {}, {}, {}", width, timing.batch, timing.dtype, threads);
  return say(language, "{}, batch {}, {}, {}", timing.subject, timing.batch, timing.dtype, threads);
}

std::vector<std::string> frameworks(const Json& json) {
  std::set<std::string> there;
  for (const Timing& timing : timings(json)) there.insert(timing.side);
  std::vector<std::string> all{"autograd", "pytorch", "autograd-2", "pytorch-2"};
  std::erase_if(all, [&](const std::string& side) { return !there.contains(side); });
  return all;
}

Points points_of(const Json& json, std::string_view side) {
  const auto spoilt = [](const Timing& timing) { return timing.noisy() || !timing.valid(); };
  const std::vector<Timing> all = timings(json);
  std::set<Place> spoilt_by_hand;
  for (const Timing& timing : all)
    if (timing.side == "manual" && timing.device == "cpu" && spoilt(timing))
      spoilt_by_hand.insert(place_of(timing));
  Points points;
  for (const Timing& timing : all) {
    if (timing.side != side || timing.device != "cpu") continue;
    if (spoilt(timing) || spoilt_by_hand.contains(place_of(timing)))
      ++points.noisy;
    else
      points.sound.push_back(timing);
  }
  return points;
}

std::vector<Timing> curve_of(const std::vector<Timing>& points, int threads) {
  std::vector<Timing> curve;
  for (const Timing& timing : points)
    if (width_of(timing.subject) > 0 && timing.batch == kBatch && timing.dtype == kDType &&
        timing.threads == threads)
      curve.push_back(timing);
  std::sort(curve.begin(), curve.end(),
            [](const Timing& a, const Timing& b) { return width_of(a.subject) < width_of(b.subject); });
  return curve;
}

Standing standing(const std::vector<Timing>& points) {
  Standing result;
  for (const Timing& timing : points)
    (timing.ratio_low >= 1   ? result.slower
     : timing.ratio_high < 1 ? result.faster
                             : result.undecided)
        .push_back(timing);
  return result;
}

const Timing& least(const std::vector<Timing>& points) {
  return *std::min_element(points.begin(), points.end(),
                           [](const Timing& a, const Timing& b) { return a.ratio < b.ratio; });
}

const Timing& most(const std::vector<Timing>& points) {
  return *std::max_element(points.begin(), points.end(),
                           [](const Timing& a, const Timing& b) { return a.ratio < b.ratio; });
}

Peak peak_of(const Json& json) {
  if (json.contains("peak")) return {json.at("peak").at(kDType).at("flops_one").get<double>() / 1e9, true};
  Peak peak;
  for (const Timing& timing : points_of(json, "products").sound)
    if (timing.dtype == kDType && timing.threads == 1) peak.gflops = std::max(peak.gflops, timing.gflops);
  return peak;
}

}  // namespace twin::reports::speed
