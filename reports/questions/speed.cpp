// How long does a training step take, against the width of the network?
#include <algorithm>
#include <fmt/format.h>

#include "reports/backends.hpp"
#include "reports/questions/question.hpp"
#include "reports/runs/benching.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace {

constexpr std::int64_t kBatch = 32;

Json measure(const Measuring& measuring) {
  const BusyThreads busy;
  bench::Options options;
  options.subjects =
      bench::width_grid(measuring.quick ? std::vector<std::int64_t>{8, 32, 128, 512}
                                        : std::vector<std::int64_t>{8, 16, 32, 64, 128, 256, 512, 1024, 2048},
                        {kBatch});
  options.backends = backends();
  if (measuring.quick) {
    options.min_seconds = 0.05;
    options.repetitions = 3;
  }
  const Json benchmarks = run_benching(options, measuring.on_progress);
  Json json = json_header("bench", {{"quick", measuring.quick}}, measuring.threads, busy);
  json.update(benchmarks);
  return json;
}

struct Point {
  double width;
  Timing hand, framework;
  double ratio() const { return framework.median_us / hand.median_us; }
};

// By width. The subject is named mlp-<width>.
std::vector<Point> points(const Json& json) {
  std::vector<Point> result;
  for (const Timing& timing : timings(json)) {
    const double width = std::stod(timing.subject.substr(timing.subject.find('-') + 1));
    auto found =
        std::find_if(result.begin(), result.end(), [&](const Point& point) { return point.width == width; });
    if (found == result.end()) found = result.insert(result.end(), {width, {}, {}});
    (timing.backend == "manual" ? found->hand : found->framework) = timing;
  }
  std::sort(result.begin(), result.end(), [](const Point& a, const Point& b) { return a.width < b.width; });
  return result;
}

std::string verdict(const Json& json, Language language) {
  const std::vector<Point> all = points(json);
  const Text text{
      "On one processor and {} thread(s) a hand-written step of width {:.0f} takes {:.3g} µs and LibTorch's "
      "{:.3g} µs, {:.3g} times as long; at width {:.0f} the ratio is {:.3g}.",
      "Pada satu prosesor dan {} utas, satu langkah tulisan tangan dengan lebar {:.0f} memakan {:.3g} µs dan "
      "LibTorch {:.3g} µs, {:.3g} kali lebih lama; pada lebar {:.0f} rasionya {:.3g}."};
  return fmt::format(fmt::runtime(text.in(language)), json.at("threads").at("requested").get<int>(),
                     all.front().width, all.front().hand.median_us, all.front().framework.median_us,
                     all.front().ratio(), all.back().width, all.back().ratio());
}

std::string answer(const Json& json, Language language) {
  const bool english = language == Language::english;
  Table table(english
                  ? std::vector<std::string>{">width", ">hand µs", ">spread", ">autograd µs", ">spread",
                                             ">autograd / hand", ">hand GFLOP/s", ">autograd GFLOP/s"}
                  : std::vector<std::string>{">lebar", ">tangan µs", ">sebaran", ">autograd µs", ">sebaran",
                                             ">autograd / tangan", ">tangan GFLOP/s", ">autograd GFLOP/s"});
  const auto percent = [](double share) { return fmt::format("{:.0f} %", 100 * share); };
  for (const Point& point : points(json))
    table.add({fmt::format("{:.0f}", point.width), fmt::format("{:.4g}", point.hand.median_us),
               percent(point.hand.spread), fmt::format("{:.4g}", point.framework.median_us),
               percent(point.framework.spread), fmt::format("{:.3g}", point.ratio()),
               fmt::format("{:.3g}", point.hand.gflops), fmt::format("{:.3g}", point.framework.gflops)});
  const Text text{
      "Medians of repetitions in random order, both sides on {} thread(s). Small networks pay LibTorch's "
      "fixed "
      "price per operation; wide ones spend their time in matrix products, which both sides leave to a BLAS "
      "(hand: {}; autograd: {}).\n\n{}",
      "Median dari pengulangan dalam urutan acak, kedua sisi pada {} utas. Jaringan kecil membayar biaya "
      "tetap "
      "LibTorch per operasi; jaringan lebar menghabiskan waktunya dalam perkalian matriks, yang oleh kedua "
      "sisi diserahkan kepada BLAS (tangan: {}; autograd: {}).\n\n{}"};
  return fmt::format(fmt::runtime(text.in(language)), json.at("threads").at("requested").get<int>(),
                     json.at("backends").at("manual").get<std::string>(),
                     json.at("backends").at("autograd").get<std::string>(), table.markdown());
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const bool english = language == Language::english;
  Curve hand{english ? "by hand" : "tulisan tangan", {}, {}}, framework{"autograd", {}, {}};
  for (const Point& point : points(json)) {
    hand.x.push_back(point.width);
    hand.y.push_back(point.hand.median_us);
    framework.x.push_back(point.width);
    framework.y.push_back(point.framework.median_us);
  }
  return {
      {"speed",
       {fmt::format(
            fmt::runtime(english ? "One training step against width (three layers, batch {}, float32)"
                                 : "Satu langkah pelatihan terhadap lebar (tiga lapis, batch {}, float32)"),
            kBatch),
        english ? "width of each layer" : "lebar setiap lapis",
        english ? "µs per step" : "µs per langkah",
        true,
        true,
        true,
        {hand, framework}}}};
}

}  // namespace

Question speed_question() {
  return {"speed",
          {"How long does a training step take?", "Berapa lama satu langkah pelatihan?"},
          {"Sigmoid networks of three equally wide layers, one training step of each twin, timed by Google "
           "Benchmark in "
           "one process.",
           "Jaringan sigmoid dengan tiga lapis yang sama lebar, satu langkah pelatihan tiap kembaran, diukur "
           "oleh Google "
           "Benchmark dalam satu proses."},
          "./twin bench",
          measure,
          verdict,
          answer,
          pictures,
          nullptr};
}

}  // namespace twin::reports
