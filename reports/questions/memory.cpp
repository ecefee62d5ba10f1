// How much memory does each side need?
#include "shared/machine/memory.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <map>

#include "reports/backends.hpp"
#include "reports/questions/question.hpp"
#include "reports/runs/memory_use.hpp"
#include "shared/errors.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace memory {

constexpr DType kDType = DType::float32;
constexpr double kMiB = 1 << 20;

// Where the meter is off by more than this on a plain block of the same size, no ratio is given.
constexpr double kTrusted = 0.1;

std::int64_t median(std::vector<std::int64_t> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Json json_of(const std::vector<MemoryUse>& runs) {
  std::vector<std::int64_t> built, peaks, held;
  for (const MemoryUse& run : runs) {
    built.push_back(run.built);
    peaks.push_back(run.peak);
    held.push_back(run.held);
  }
  return {{"built_bytes", median(built)},
          {"peak_bytes", median(peaks)},
          {"held_bytes", median(held)},
          {"peaks", peaks}};
}

Json measure_points(const Measuring& measuring) {
  // From the widest down: with it the BLAS makes its buffers, and the allocator learns which blocks to keep.
  const std::vector<bench::Subject> subjects =
      measuring.quick ? bench::width_grid({1024, 256, 64}, {256, 32})
                      : bench::width_grid({2048, 1024, 512, 256, 128, 64}, {256, 32});
  const std::size_t repetitions = measuring.quick ? 3 : 5;
  std::int64_t done = 0;
  const auto total = static_cast<std::int64_t>(subjects.size() * repetitions);
  Json points = Json::array();
  for (const bench::Subject& subject : subjects) {
    const NeededMemory needed = needed_memory(subject.spec, subject.batch, kDType);
    std::map<std::string_view, std::vector<MemoryUse>> runs;
    // The first run leaves the allocator with other blocks than it found: it does not count.
    for (const Backend* backend : backends()) memory_of_training(*backend, subject, kDType);
    for (std::size_t repetition = 0; repetition < repetitions; ++repetition) {
      measuring.on_progress(done++, total);
      for (const Backend* backend : backends())
        runs[backend->name()].push_back(memory_of_training(*backend, subject, kDType));
      runs["block"].push_back(memory_of_block(needed.total()));
    }
    Json point{{"width", input_features(subject.spec)},
               {"batch", subject.batch},
               {"parameters", parameter_count(subject.spec)},
               {"needed_bytes",
                {{"parameters", needed.parameters},
                 {"gradients", needed.gradients},
                 {"optimizer_state", needed.optimizer_state},
                 {"buffers", needed.buffers},
                 {"activations", needed.activations},
                 {"total", needed.total()}}}};
    for (const auto& [name, uses] : runs) point[std::string(name)] = json_of(uses);
    points.push_back(std::move(point));
  }
  std::reverse(points.begin(), points.end());
  return points;
}

Json measure(const Measuring& measuring) {
  const BusyThreads busy;
  Json points;
  Json libraries;
  try {
    points = measure_points(measuring);
    libraries = {{"libtorch", resident_bytes_of_files("libtorch") + resident_bytes_of_files("libc10")},
                 {"openblas", resident_bytes_of_files("openblas")},
                 {"program", resident_bytes_of_files(
                                 std::filesystem::read_symlink("/proc/self/exe").filename().string())}};
  } catch (const MachineError&) {
    return not_measured(translatable("the kernel does not tell how much memory a process has"));
  }
  Json json = json_header("memory", {{"quick", measuring.quick}, {"dtype", to_string(kDType)}},
                          measuring.threads, busy);
  json["points"] = std::move(points);
  json["loaded_bytes"] = std::move(libraries);
  return json;
}

// ---- Out of the JSON

double mib(const Json& bytes) { return bytes.get<double>() / kMiB; }
double needed(const Json& point) { return point.at("needed_bytes").at("total"); }
double peak(const Json& point, const char* side) { return point.at(side).at("peak_bytes"); }
double overhead(const Json& point, const char* side) { return peak(point, side) / needed(point); }

// By how much the meter is off at this size.
double meter_error(const Json& point) { return std::abs(overhead(point, "block") - 1); }
bool trusted(const Json& point) { return meter_error(point) <= kTrusted; }

// How far the repetitions of one side are apart, over their median.
double spread(const Json& point, const char* side) {
  const auto runs = point.at(side).at("peaks").get<std::vector<double>>();
  const auto [least, most] = std::minmax_element(runs.begin(), runs.end());
  return (*most - *least) / peak(point, side);
}

const Json& widest(const Json& json) { return json.at("points").back(); }

std::string mebibytes(double bytes, Language language) {
  return say(language, "{} MiB", rounded(bytes / kMiB, language));
}

std::string comparison(const Json& point, Language language) {
  const double ratio = peak(point, "autograd") / peak(point, "manual");
  constexpr double kSame = 0.02;
  if (std::abs(ratio - 1) <= kSame) return say(language, "both sides take the same");
  return ratio > 1 ? say(language, "autograd takes {:.2Lf} times as much as the code by hand", ratio)
                   : say(language, "the code by hand takes {:.2Lf} times as much as autograd", 1 / ratio);
}

std::string verdict(const Json& json, Language language) {
  const Json& point = widest(json);
  return say(
      language,
      "Training three layers of width {} on batches of {} in float32 must keep {}. At its peak the code by "
      "hand has {}, LibTorch {}: {}.",
      point.at("width").get<int>(), point.at("batch").get<int>(), mebibytes(needed(point), language),
      mebibytes(peak(point, "manual"), language), mebibytes(peak(point, "autograd"), language),
      comparison(point, language));
}

std::string answer(const Json& json, Language language) {
  Table table({say(language, ">width"), say(language, ">batch"), say(language, ">needed MiB"),
               say(language, ">by hand MiB"), say(language, ">by hand / needed"),
               say(language, ">autograd MiB"), say(language, ">autograd / needed"),
               say(language, ">meter off by")});
  double widest_spread = 0;
  std::size_t untrusted = 0;
  for (const Json& point : json.at("points")) {
    const auto ratio = [&](const char* side) {
      return trusted(point) ? say(language, "{:.2Lf}", overhead(point, side)) : std::string("–");
    };
    table.add({std::to_string(point.at("width").get<int>()), std::to_string(point.at("batch").get<int>()),
               rounded(needed(point) / kMiB, language), rounded(peak(point, "manual") / kMiB, language),
               ratio("manual"), rounded(peak(point, "autograd") / kMiB, language), ratio("autograd"),
               fmt::format("{:.0f} %", 100 * meter_error(point))});
    untrusted += !trusted(point);
    if (trusted(point))
      for (const char* side : {"manual", "autograd"})
        widest_spread = std::max(widest_spread, spread(point, side));
  }
  const Json& point = widest(json);
  const Json& loaded = json.at("loaded_bytes");
  const auto bytes = [&](const char* side, const char* what) {
    return mebibytes(point.at(side).at(what).get<double>(), language);
  };
  std::string text =
      say(language,
          "Between two steps the code by hand holds {} and autograd {} (width {}, batch {}). The rest of the "
          "peak "
          "comes and goes with each step. Building the network took {} by hand and {} with autograd. "
          "Repetitions of "
          "one point are within {:.1Lf} % of each other.",
          bytes("manual", "held_bytes"), bytes("autograd", "held_bytes"), point.at("width").get<int>(),
          point.at("batch").get<int>(), bytes("manual", "built_bytes"), bytes("autograd", "built_bytes"),
          100 * widest_spread);
  if (untrusted > 0)
    text +=
        say(language,
            " At {} of {} points the meter misses a plain block of the needed size by more than {:.0Lf} %. "
            "There no ratio is given, and the picture has no point.",
            untrusted, json.at("points").size(), 100 * kTrusted);
  return text + "\n\n" + table.markdown() +
         say(language,
             "\nBefore the first tensor there are the libraries. As loaded here, the files of LibTorch take "
             "{:.0Lf} "
             "MiB of memory, OpenBLAS, which both sides use, {:.0Lf} MiB, and the program itself {:.0Lf} "
             "MiB.",
             mib(loaded.at("libtorch")), mib(loaded.at("openblas")), mib(loaded.at("program")));
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const int batch = widest(json).at("batch");
  Curve manual{say(language, "by hand"), {}, {}}, autograd{say(language, "LibTorch with autograd"), {}, {}},
      least{say(language, "what must be kept"), {}, {}};
  least.dashed = true;
  for (const Json& point : json.at("points")) {
    if (point.at("batch") != batch) continue;
    const double width = point.at("width");
    least.x.push_back(width);
    least.y.push_back(needed(point) / kMiB);
    if (!trusted(point)) continue;
    for (const auto& [curve, side] : {std::pair{&manual, "manual"}, {&autograd, "autograd"}}) {
      curve->x.push_back(width);
      curve->y.push_back(peak(point, side) / kMiB);
    }
  }
  return {{"memory",
           {say(language, "Peak memory of training (three layers, batch {}, float32)", batch),
            say(language, "width of each layer"),
            "MiB",
            true,
            true,
            true,
            {manual, autograd, least}}}};
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> all;
  for (const Json& point : json.at("points"))
    if (trusted(point))
      for (const char* side : {"manual", "autograd"})
        all.push_back({fmt::format("{}, width {}, batch {}", side, point.at("width").get<int>(),
                                   point.at("batch").get<int>()),
                       peak(point, side) / kMiB, "MiB", Figure::Better::lower});
  return all;
}

}  // namespace memory

Question memory_question() {
  using namespace memory;
  return {
      "memory",
      translatable("How much memory does each side need?"),
      translatable(
          "Three equally wide sigmoid layers under a squared error are built and trained for three steps. "
          "The "
          "peak is the memory that the kernel counts as resident for this process, less what was resident "
          "before the network was built. Both sides run in one process, so the libraries cancel out. The "
          "same "
          "meter on a plain block of known size shows how far it can be trusted. What must be kept is "
          "counted "
          "from the specification: parameters, gradients, and the outputs of the sigmoids. The batch belongs "
          "to the caller and counts on neither side."),
      "./twin report --only memory",
      measure,
      verdict,
      answer,
      pictures,
      figures,
      nullptr,
      /*appendix=*/true};
}

}  // namespace twin::reports
