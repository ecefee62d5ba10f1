// From which width does a GPU win, with and without transfers?
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <optional>

#include "autograd/backend.hpp"
#include "reports/questions/kept.hpp"
#include "reports/questions/question.hpp"
#include "reports/runs/benching.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace gpu {

constexpr const char* kCommand = "./twin bench --threads 1 --dtype float32";

Json measure(const Measuring& measuring) {
  if (!autograd::backend().available(Device::cuda)) {
    Json json = read_kept(kept_file("gpu.json"), "twingrad.bench/2", kCommand);
    json["kept"] = true;
    return json;
  }
  std::vector<std::string> words;
  if (measuring.quick) words.push_back("--quick");
  words.push_back("--dtype=float32");
  return run_benching_apart(words, {measuring.threads});
}

using Point = std::pair<std::int64_t, std::int64_t>;  // batch, width

std::map<Point, Timing> grid_of(const Json& json, std::string_view side, std::string_view device) {
  std::map<Point, Timing> grid;
  for (const Timing& timing : timings(json))
    if (timing.side == side && timing.device == device && width_of(timing.subject) > 0)
      grid.emplace(Point{timing.batch, width_of(timing.subject)}, timing);
  return grid;
}

// The smallest width of a batch from which on `slow` is never faster than `fast` again.
std::optional<std::int64_t> wins_from(const std::map<Point, Timing>& slow,
                                      const std::map<Point, Timing>& fast, std::int64_t batch) {
  std::optional<std::int64_t> width;
  for (const auto& [point, timing] : slow) {
    if (point.first != batch || !fast.contains(point)) continue;
    if (fast.at(point).us.median < timing.us.median)
      width = width.value_or(point.second);
    else
      width.reset();
  }
  return width;
}

std::string answer(const Json& json, Language language) {
  const auto manual = grid_of(json, "manual", "cpu"), autograd = grid_of(json, "autograd", "cpu"),
             there = grid_of(json, "autograd", "cuda"), moved = grid_of(json, "autograd+transfers", "cuda");
  const double peak = json.at("cuda_product_flops").get<double>() / 1e9;
  Table table({">batch", ">" + say(language, "width"), ">" + say(language, "µs by hand"),
               ">" + say(language, "µs with autograd"), ">" + say(language, "µs on the GPU"),
               ">" + say(language, "µs on the GPU with transfers"), ">" + say(language, "GFLOP/s on the GPU"),
               ">" + say(language, "share of a large product's rate")});
  for (const auto& [point, timing] : there) {
    const auto us = [&](const std::map<Point, Timing>& grid) {
      const auto found = grid.find(point);
      return found == grid.end() ? std::string() : rounded(found->second.us.median, language, 4);
    };
    table.add({std::to_string(point.first), std::to_string(point.second), us(manual), us(autograd), us(there),
               us(moved), rounded(timing.gflops, language, 4),
               fmt::format(locale_of(language), "{:.1Lf} %", 100 * timing.gflops / peak)});
  }
  std::string text;
  std::vector<std::int64_t> batches;
  for (const auto& [point, timing] : there)
    if (batches.empty() || batches.back() != point.first) batches.push_back(point.first);
  const auto words = [&](const std::optional<std::int64_t>& width) {
    return width ? say(language, "from width {} on", *width) : say(language, "at no width");
  };
  for (const std::int64_t batch : batches)
    text += "- " +
            say(language,
                "At batch {}, the GPU is faster than code by hand on the processor {} ({} when the batch is "
                "transferred for every step). It is faster than LibTorch on the processor {} ({} with the "
                "transfers).",
                batch, words(wins_from(manual, there, batch)), words(wins_from(manual, moved, batch)),
                words(wins_from(autograd, there, batch)), words(wins_from(autograd, moved, batch))) +
            "\n";
  text += "\n" + table.markdown();
  if (json.value("kept", false))
    text += "\n" + kept_from(json,
                             translatable("this LibTorch sees no CUDA device; with one, `bench/gpu.sh` "
                                          "measures it anew"),
                             kCommand, language);
  return text;
}

std::vector<Picture> pictures(const Json& json, Language language) {
  constexpr std::int64_t kBatch = 32;
  Plot plot{say(language, "One training step on the processor and on the GPU (batch {}, float32)", kBatch),
            say(language, "width of each layer"),
            say(language, "µs per step"),
            true,
            true,
            true,
            {}};
  const auto add = [&](const std::string& title, std::string_view side, std::string_view device) {
    Curve curve{title, {}, {}};
    for (const auto& [point, timing] : grid_of(json, side, device)) {
      if (point.first != kBatch) continue;
      curve.x.push_back(static_cast<double>(point.second));
      curve.y.push_back(timing.us.median);
    }
    if (!curve.x.empty()) plot.curves.push_back(std::move(curve));
  };
  add(say(language, "code by hand, processor"), "manual", "cpu");
  add(say(language, "autograd, processor"), "autograd", "cpu");
  add(say(language, "autograd, GPU"), "autograd", "cuda");
  add(say(language, "autograd, GPU, with transfers"), "autograd+transfers", "cuda");
  add(say(language, "without autograd, GPU"), "control", "cuda");
  return {{"gpu",
           std::move(plot),
           {},
           say(language,
               "Lower is faster. Where a curve of the GPU crosses one of the processor, the GPU "
               "begins to win.")}};
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> all;
  for (const char* side : {"autograd", "autograd+transfers"})
    for (const auto& [point, timing] : grid_of(json, side, "cuda"))
      all.push_back({fmt::format("{}, batch {}, width {}", side, point.first, point.second), timing.us.median,
                     "µs", Figure::Better::lower});
  return all;
}

}  // namespace gpu

Question gpu_question() {
  using namespace gpu;
  return {
      "gpu",
      translatable("From which width does a GPU win, with and without transfers?"),
      translatable("The same networks run on the processor and on the GPU, in one process. On the GPU they "
                   "run twice: with the batch already there, and with the batch brought there and the loss "
                   "brought back for every step. TF32, the GPU's shortened float32, is off."),
      "./twin report --only gpu",
      measure,
      nullptr,
      answer,
      pictures,
      figures};
}

}  // namespace twin::reports
