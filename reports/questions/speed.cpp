// At which width and batch does LibTorch overtake hand-written code on this processor? And hand-written code
// without BLAS? And NumPy?
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>

#include "reports/questions/question.hpp"
#include "reports/runs/benching.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace speed {

constexpr std::int64_t kBatch = 32;  // of the pictures
constexpr const char* kDType = "float32";

Json measure(const Measuring& measuring) {
  std::vector<std::string> words;
  if (measuring.quick) words.push_back("--quick");
  words.push_back("--device=cpu");
  if (!measuring.libtorch.empty()) words.push_back("--libtorch=" + measuring.libtorch.string());
  return run_benching_apart(words, bench_threads());
}

struct Name {
  std::string_view side;
  Text text;
};

// In the order of the report.
constexpr Name kNames[] = {
    {"manual", {"by hand", "tulisan tangan"}},
    {"fixed", {"by hand, fixed sizes", "tulisan tangan, ukuran tetap"}},
    {"eigen", {"by hand without BLAS", "tulisan tangan tanpa BLAS"}},
    {"control", {"LibTorch, autograd off", "LibTorch, tanpa autograd"}},
    {"autograd", {"LibTorch with autograd", "LibTorch dengan autograd"}},
    {"tuned", {"autograd, tuned", "autograd, disetel"}},
    {"products", {"matrix products alone", "hanya perkalian matriks"}},
    {"numpy", {"NumPy", "NumPy"}},
    {"pytorch", {"PyTorch (Python)", "PyTorch (Python)"}},
};

std::string name_of(std::string_view side, Language language) {
  for (const Name& name : kNames)
    if (name.side == side) return std::string(name.text.in(language));
  return std::string(side);
}

std::vector<Timing> grid_of(const Json& json, std::string_view side) {
  std::vector<Timing> result;
  for (const Timing& timing : timings(json))
    if (timing.side == side && timing.device == "cpu" && width_of(timing.subject) > 0 && timing.valid())
      result.push_back(timing);
  return result;
}

std::string point(const Timing& timing, Language language) {
  const Text text{"width {}, batch {}, {}, {}", "lebar {}, batch {}, {}, {}"};
  return fmt::format(fmt::runtime(text.in(language)), width_of(timing.subject), timing.batch, timing.dtype,
                     threads_in_words(timing.threads, language));
}

// Where a side stands against manual, when its interval says anything at all.
struct Standing {
  std::vector<Timing> behind, undecided, ahead;
  std::size_t all() const { return behind.size() + undecided.size() + ahead.size(); }
};

Standing standing(const Json& json, std::string_view side) {
  Standing result;
  for (const Timing& timing : grid_of(json, side))
    (timing.ratio_low >= 1    ? result.behind
     : timing.ratio_high <= 1 ? result.ahead
                              : result.undecided)
        .push_back(timing);
  return result;
}

const Timing& extreme(const std::vector<Timing>& points, bool largest) {
  const auto less = [](const Timing& a, const Timing& b) { return a.ratio < b.ratio; };
  return largest ? *std::max_element(points.begin(), points.end(), less)
                 : *std::min_element(points.begin(), points.end(), less);
}

std::string standing_sentence(const Json& json, std::string_view side, Language language) {
  const Standing where = standing(json, side);
  if (where.all() == 0) return {};
  const std::vector<Timing> all = grid_of(json, side);
  const Text text{
      "**{}** is slower than manual at {} of {} points, faster at {}, and too close to tell at {}; its "
      "time is {:.3g} to {:.3g} times that of manual (least at {}, most at {}).",
      "**{}** lebih lambat daripada manual pada {} dari {} titik, lebih cepat pada {}, dan terlalu "
      "dekat untuk diputuskan pada {}; waktunya {:.3g} sampai {:.3g} kali waktu manual (paling kecil "
      "pada {}, paling besar pada {})."};
  const Timing &least = extreme(all, false), &most = extreme(all, true);
  return fmt::format(fmt::runtime(text.in(language)), name_of(side, language), where.behind.size(),
                     where.all(), where.ahead.size(), where.undecided.size(), least.ratio, most.ratio,
                     point(least, language), point(most, language));
}

std::string verdict(const Json& json, Language language) {
  const Standing where = standing(json, "autograd");
  const std::vector<Timing> all = grid_of(json, "autograd");
  if (all.empty()) return {};
  const Timing &least = extreme(all, false), &most = extreme(all, true);
  const Text text{
      "On this processor LibTorch with autograd overtakes well-written code by hand at {} of {} points of "
      "width, batch, precision and threads, and falls behind at {}: its step takes {:.3g} times as long as "
      "the manual one's at {}, and {:.3g} times at {}.",
      "Pada prosesor ini LibTorch dengan autograd menyalip tulisan tangan yang baik pada {} dari {} titik "
      "lebar, batch, presisi, dan utas, dan tertinggal pada {}: satu langkahnya memakan {:.3g} kali waktu "
      "tulisan tangan pada {}, dan {:.3g} kali pada {}."};
  return fmt::format(fmt::runtime(text.in(language)), where.ahead.size(), where.all(), where.behind.size(),
                     most.ratio, point(most, language), least.ratio, point(least, language));
}

// "1.34 (1.31…1.37)", "noisy" where it is.
std::string ratio_cell(const Timing& timing, Language language) {
  return fmt::format("{} ({}…{}){}", rounded(timing.ratio), rounded(timing.ratio_low),
                     rounded(timing.ratio_high),
                     !timing.valid()   ? language == Language::english ? " invalid" : " tidak sah"
                     : !timing.noisy() ? ""
                     : language == Language::english ? " noisy"
                                                     : " berderau");
}

std::string ratio_table(const Json& json, std::string_view side, std::string_view dtype, int threads,
                        Language language) {
  std::map<std::int64_t, std::map<std::int64_t, Timing>> rows;  // by width, by batch
  std::set<std::int64_t> batches;
  for (const Timing& timing : timings(json))
    if (timing.side == side && timing.dtype == dtype && timing.threads == threads &&
        width_of(timing.subject) > 0) {
      rows[width_of(timing.subject)][timing.batch] = timing;
      batches.insert(timing.batch);
    }
  if (rows.empty()) return {};
  std::vector<std::string> head{language == Language::english ? ">width" : ">lebar"};
  for (const std::int64_t batch : batches) head.push_back(fmt::format(">batch {}", batch));
  Table table(head);
  for (const auto& [width, by_batch] : rows) {
    std::vector<Cell> cells{std::to_string(width)};
    for (const std::int64_t batch : batches) {
      const auto found = by_batch.find(batch);
      cells.push_back(found == by_batch.end() ? std::string() : ratio_cell(found->second, language));
    }
    table.add(std::move(cells));
  }
  const Text title{"{} over manual, {}, {}: ratio of times, with its 95 % interval",
                   "{} terhadap manual, {}, {}: rasio waktu, dengan interval 95 %"};
  return fmt::format("\n\n{}:\n\n{}",
                     fmt::format(fmt::runtime(title.in(language)), name_of(side, language), dtype,
                                 threads_in_words(threads, language)),
                     table.markdown());
}

std::string named_table(const Json& json, Language language) {
  Table table(language == Language::english
                  ? std::vector<std::string>{"network", ">batch", "dtype", ">threads", "side", ">µs per step",
                                             ">over manual", ">busy threads"}
                  : std::vector<std::string>{"jaringan", ">batch", "dtype", ">utas", "sisi",
                                             ">µs per langkah", ">terhadap manual", ">utas sibuk"});
  for (const Timing& timing : timings(json))
    if (width_of(timing.subject) == 0 && timing.device == "cpu")
      table.add({timing.subject, std::to_string(timing.batch), timing.dtype, std::to_string(timing.threads),
                 name_of(timing.side, language), rounded(timing.us.median, 4), ratio_cell(timing, language),
                 fmt::format("{:.2f}", timing.busy)});
  return table.markdown();
}

std::string answer(const Json& json, Language language) {
  const bool english = language == Language::english;
  std::string text;
  for (const char* side : {"autograd", "tuned", "control", "eigen"})
    if (const std::string sentence = standing_sentence(json, side, language); !sentence.empty())
      text += sentence + "\n\n";
  const Standing autograd = standing(json, "autograd");
  for (const auto& [points, title] :
       {std::pair{autograd.ahead, Text{"LibTorch is faster at", "LibTorch lebih cepat pada"}},
        std::pair{autograd.undecided, Text{"Undecided at", "Belum dapat diputuskan pada"}}}) {
    if (points.empty()) continue;
    text += fmt::format("{}:", title.in(language));
    for (const Timing& timing : points)
      text += fmt::format(" {} ({});", point(timing, language), ratio_cell(timing, language));
    text.back() = '.';
    text += "\n\n";
  }
  text += english ? "The networks of the catalogue:\n\n" : "Jaringan dalam katalog:\n\n";
  text += named_table(json, language);
  text += "\n\n";
  std::set<std::pair<std::string, int>> settings;
  for (const Timing& timing : grid_of(json, "autograd")) settings.emplace(timing.dtype, timing.threads);
  for (const auto& [dtype, threads] : settings)
    for (const char* side : {"autograd", "products"})
      text += ratio_table(json, side, dtype, threads, language);
  return text;
}

std::vector<Timing> curve_points(const Json& json, std::string_view side, int threads) {
  std::vector<Timing> result;
  for (const Timing& timing : grid_of(json, side))
    if (timing.batch == kBatch && timing.dtype == kDType && timing.threads == threads)
      result.push_back(timing);
  std::sort(result.begin(), result.end(),
            [](const Timing& a, const Timing& b) { return width_of(a.subject) < width_of(b.subject); });
  return result;
}

// Where two curves cross, between two widths, on logarithmic axes.
std::optional<double> crossover(const std::vector<Timing>& points) {
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double before = std::log(points[i - 1].ratio), after = std::log(points[i].ratio);
    if ((before > 0) == (after > 0)) continue;
    const double share = before / (before - after);
    const auto w0 = static_cast<double>(width_of(points[i - 1].subject));
    const auto w1 = static_cast<double>(width_of(points[i].subject));
    return w0 * std::pow(w1 / w0, share);
  }
  return {};
}

Picture lines_picture(const Json& json, Language language) {
  const bool english = language == Language::english;
  Plot plot{
      fmt::format(
          fmt::runtime(english ? "One training step against width (three layers, batch {}, {}, 1 thread)"
                               : "Satu langkah pelatihan terhadap lebar (tiga lapis, batch {}, {}, 1 utas)"),
          kBatch, kDType),
      english ? "width of each layer" : "lebar setiap lapis",
      english ? "µs per step" : "µs per langkah",
      true,
      true,
      true,
      {}};
  for (const char* side : {"manual", "eigen", "control", "autograd", "tuned", "numpy", "pytorch"}) {
    Curve curve{name_of(side, language), {}, {}};
    const std::vector<Timing> points = curve_points(json, side, 1);
    for (const Timing& timing : points) {
      curve.x.push_back(static_cast<double>(width_of(timing.subject)));
      curve.y.push_back(timing.us.median);
    }
    if (!curve.x.empty()) plot.curves.push_back(std::move(curve));
    if (const std::optional<double> x = crossover(points))
      plot.marks.push_back({*x, fmt::format("manual = {}", name_of(side, language))});
  }
  return {"speed", std::move(plot)};
}

Picture heat_picture(const Json& json, int threads, Language language) {
  const bool english = language == Language::english;
  std::set<std::int64_t> widths, batches;
  std::map<std::pair<std::int64_t, std::int64_t>, double> ratios;
  for (const Timing& timing : grid_of(json, "autograd"))
    if (timing.dtype == kDType && timing.threads == threads) {
      widths.insert(width_of(timing.subject));
      batches.insert(timing.batch);
      ratios[{timing.batch, width_of(timing.subject)}] = timing.ratio;
    }
  HeatMap map;
  for (const std::int64_t width : widths) map.columns.push_back(std::to_string(width));
  for (const std::int64_t batch : batches) {
    map.rows.push_back(std::to_string(batch));
    for (const std::int64_t width : widths) {
      const auto found = ratios.find({batch, width});
      map.values.push_back(found == ratios.end() ? std::nan("") : found->second);
    }
  }
  map.logarithmic = true;
  map.middle = 1;
  Plot plot{fmt::format(fmt::runtime(english ? "Time of autograd over time of manual ({}, {})"
                                             : "Waktu autograd terhadap waktu manual ({}, {})"),
                        kDType, threads_in_words(threads, language)),
            english ? "width" : "lebar", "batch"};
  plot.map = std::move(map);
  return {fmt::format("speed-map-{}", threads), std::move(plot)};
}

Picture spread_picture(const Json& json, Language language) {
  const bool english = language == Language::english;
  Plot plot{fmt::format(fmt::runtime(english ? "Spread over the rounds, batch {}, {}, 1 thread (median = 1)"
                                             : "Sebaran antarputaran, batch {}, {}, 1 utas (median = 1)"),
                        kBatch, kDType),
            english ? "width" : "lebar", english ? "time over its median" : "waktu terhadap mediannya"};
  for (const char* side : {"manual", "autograd"}) {
    Curve curve{name_of(side, language), {}, {}};
    for (const Timing& timing : curve_points(json, side, 1)) {
      const std::string width = std::to_string(width_of(timing.subject));
      if (std::string_view(side) == "manual") plot.categories.push_back(width);
      const double median = timing.us.median;
      // A plot finds the quartiles of the samples that it is given, and draws them as a box. Here the
      // quartiles are known and the samples are not. So the plot is given the least time, the three quartiles
      // and the greatest time as five samples: the quartiles of these five are the three that were measured.
      curve.samples.push_back({timing.us.min / median, timing.us.lower / median, 1, timing.us.upper / median,
                               timing.us.max / median});
    }
    plot.curves.push_back(std::move(curve));
  }
  return {"speed-spread", std::move(plot)};
}

// Williams, Waterman, Patterson 2009: no more than the memory delivers, no more than the processor computes.
Picture roofline_picture(const Json& json, Language language) {
  const bool english = language == Language::english;
  double peak = 0;
  for (const Timing& timing : grid_of(json, "products"))
    if (timing.dtype == kDType && timing.threads == 1) peak = std::max(peak, timing.gflops);
  const double rate = json.at("copy_bytes_per_second").get<double>() / 1e9;
  Plot plot{fmt::format(fmt::runtime(english ? "Roofline (batch {}, {}, 1 thread; labels: width)"
                                             : "Roofline (batch {}, {}, 1 utas; label: lebar)"),
                        kBatch, kDType),
            english ? "operations per byte" : "operasi per byte",
            "GFLOP/s",
            true,
            true,
            true,
            {}};
  double least = peak / rate, most = peak / rate;
  for (const char* side : {"manual", "autograd"}) {
    Curve curve{name_of(side, language), {}, {}};
    for (const Timing& timing : grid_of(json, side)) {
      if (timing.dtype != kDType || timing.threads != 1 || timing.batch != kBatch) continue;
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
      least = std::min(least, curve.x.back());
      most = std::max(most, curve.x.back());
    }
    plot.curves.push_back(std::move(curve));
  }
  Curve memory{english ? "memory (measured copy)" : "memori (salinan terukur)",
               {least, peak / rate},
               {least * rate, peak}};
  memory.dashed = true;
  Curve processor{english ? "products alone (measured)" : "hanya perkalian (terukur)",
                  {peak / rate, 2 * most},
                  {peak, peak}};
  processor.dashed = true;
  plot.curves.push_back(std::move(memory));
  plot.curves.push_back(std::move(processor));
  return {"speed-roofline", std::move(plot)};
}

std::vector<Picture> pictures(const Json& json, Language language) {
  std::vector<Picture> all{lines_picture(json, language)};
  std::set<int> threads;
  for (const Timing& timing : grid_of(json, "autograd")) threads.insert(timing.threads);
  for (const int count : threads) all.push_back(heat_picture(json, count, language));
  all.push_back(spread_picture(json, language));
  all.push_back(roofline_picture(json, language));
  return all;
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> all;
  for (const Timing& timing : timings(json)) {
    if (timing.side != "manual" && timing.side != "autograd") continue;
    const std::string where =
        fmt::format("{}, {}, batch {}, {}, {}", timing.side, timing.subject, timing.batch, timing.dtype,
                    threads_in_words(timing.threads, Language::english));
    all.push_back({where, timing.us.median, "µs", Figure::Better::lower});
  }
  return all;
}

}  // namespace speed

Question speed_question() {
  using namespace speed;
  return {
      "speed",
      {"At which width and batch does LibTorch overtake hand-written code on this processor?",
       "Pada lebar dan batch berapa LibTorch menyalip kode tulisan tangan pada prosesor ini?"},
      {"Networks of three equally wide dense layers, a sigmoid after each, and those of the catalogue. One "
       "process for each "
       "number of threads, its thread pools limited before it starts; in it all sides take turns in an order "
       "drawn anew each round, on the same data and the same BLAS. A ratio is the median over the rounds, "
       "with its 95 % interval; noisy: the middle half of the times is wider than a tenth of the median.",
       "Jaringan dengan tiga lapis dense yang sama lebar, masing-masing diikuti sigmoid, dan jaringan dari "
       "katalog. Satu proses untuk "
       "tiap jumlah utas, dengan kumpulan utas yang dibatasi sebelum proses dimulai; di dalamnya semua sisi "
       "bergiliran dengan urutan yang diundi ulang tiap putaran, pada data yang sama dan BLAS yang sama. "
       "Rasio adalah median dari putaran-putaran itu, dengan interval 95 %; berderau: separuh tengah dari "
       "waktu-waktu itu lebih lebar daripada sepersepuluh mediannya."},
      "./twin bench",
      measure,
      verdict,
      answer,
      pictures,
      figures};
}

}  // namespace twin::reports
