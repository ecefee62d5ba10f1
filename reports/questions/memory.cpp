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
    return not_measured({"the kernel does not tell how much memory a process has",
                         "kernel tidak memberi tahu berapa banyak memori yang dipakai sebuah proses"});
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

std::string comparison(const Json& point, Language language) {
  const double ratio = peak(point, "autograd") / peak(point, "manual");
  constexpr double kSame = 0.02;
  const Text same{"both sides take as much", "kedua sisi memakai sama banyak"};
  const Text more{"autograd takes {:.2f} times as much as manual",
                  "autograd memakai {:.2f} kali memori manual"};
  const Text less{"manual takes {:.2f} times as much as autograd",
                  "manual memakai {:.2f} kali memori autograd"};
  if (std::abs(ratio - 1) <= kSame) return std::string(same.in(language));
  return fmt::format(fmt::runtime((ratio > 1 ? more : less).in(language)), ratio > 1 ? ratio : 1 / ratio);
}

std::string verdict(const Json& json, Language language) {
  const Json& point = widest(json);
  const Text text{
      "Training three layers of width {} on batches of {} must keep {:.3g} MiB; at its peak the hand-written "
      "twin has {:.3g} MiB and LibTorch {:.3g} MiB: {}.",
      "Melatih tiga lapis selebar {} dengan batch {} harus menyimpan {:.3g} MiB; pada puncaknya kembaran "
      "tulisan tangan memakai {:.3g} MiB dan LibTorch {:.3g} MiB: {}."};
  return fmt::format(fmt::runtime(text.in(language)), point.at("width").get<int>(),
                     point.at("batch").get<int>(), needed(point) / kMiB, peak(point, "manual") / kMiB,
                     peak(point, "autograd") / kMiB, comparison(point, language));
}

std::string answer(const Json& json, Language language) {
  const bool english = language == Language::english;
  Table table(
      english ? std::vector<std::string>{">width", ">batch", ">needed MiB", ">manual MiB", ">manual / needed",
                                         ">autograd MiB", ">autograd / needed", ">meter off by"}
              : std::vector<std::string>{">lebar", ">batch", ">perlu MiB", ">manual MiB", ">manual / perlu",
                                         ">autograd MiB", ">autograd / perlu", ">alat ukur meleset"});
  double widest_spread = 0;
  bool all_trusted = true;
  for (const Json& point : json.at("points")) {
    const auto ratio = [&](const char* side) {
      return trusted(point) ? fmt::format("{:.2f}", overhead(point, side)) : std::string("–");
    };
    table.add({std::to_string(point.at("width").get<int>()), std::to_string(point.at("batch").get<int>()),
               fmt::format("{:.3g}", needed(point) / kMiB),
               fmt::format("{:.3g}", peak(point, "manual") / kMiB), ratio("manual"),
               fmt::format("{:.3g}", peak(point, "autograd") / kMiB), ratio("autograd"),
               fmt::format("{:.0f} %", 100 * meter_error(point))});
    all_trusted = all_trusted && trusted(point);
    if (trusted(point))
      for (const char* side : {"manual", "autograd"})
        widest_spread = std::max(widest_spread, spread(point, side));
  }
  const Json& point = widest(json);
  const Json& loaded = json.at("loaded_bytes");
  const Text text{
      "At width {} and batch {}, {}. Between two steps manual holds {:.3g} MiB and autograd {:.3g} MiB: "
      "the rest of the peak comes and goes with each step. Building the network took {:.3g} MiB by hand and "
      "{:.3g} MiB with autograd. Repetitions of one point are within {:.1f} % of each other.{}\n\n{}\nBefore "
      "the first tensor there are the libraries: the files of LibTorch take {:.0f} MiB of memory as loaded "
      "here, OpenBLAS, under both sides, {:.0f} MiB, the program itself {:.0f} MiB.",
      "Pada lebar {} dan batch {}, {}. Di antara dua langkah manual menahan {:.3g} MiB dan autograd "
      "{:.3g} MiB: selebihnya dari puncak itu datang dan pergi bersama setiap langkah. Membangun jaringannya "
      "memakan {:.3g} MiB pada sisi tangan dan {:.3g} MiB dengan autograd. Pengulangan pada satu titik "
      "berselisih paling banyak {:.1f} %.{}\n\n{}\nSebelum tensor pertama sudah ada pustaka: berkas-berkas "
      "LibTorch yang termuat di sini memakan {:.0f} MiB memori, OpenBLAS, yang dipakai kedua sisi, {:.0f} "
      "MiB, programnya sendiri {:.0f} MiB."};
  const Text untrusted{
      " Where the meter misses a plain block of the needed size by more than {:.0f} %, no ratio is given.",
      " Di tempat alat ukur meleset lebih dari {:.0f} % pada blok polos seukuran itu, rasio tidak "
      "diberikan."};
  return fmt::format(
      fmt::runtime(text.in(language)), point.at("width").get<int>(), point.at("batch").get<int>(),
      comparison(point, language), mib(point.at("manual").at("held_bytes")),
      mib(point.at("autograd").at("held_bytes")), mib(point.at("manual").at("built_bytes")),
      mib(point.at("autograd").at("built_bytes")), 100 * widest_spread,
      all_trusted ? "" : fmt::format(fmt::runtime(untrusted.in(language)), 100 * kTrusted), table.markdown(),
      mib(loaded.at("libtorch")), mib(loaded.at("openblas")), mib(loaded.at("program")));
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const bool english = language == Language::english;
  const int batch = widest(json).at("batch");
  Curve manual{english ? "by hand" : "tulisan tangan", {}, {}}, autograd{"autograd", {}, {}},
      least{english ? "what must be kept" : "yang harus disimpan", {}, {}};
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
  return {
      {"memory",
       {fmt::format(fmt::runtime(english ? "Peak memory of training (three layers, batch {}, float32)"
                                         : "Puncak memori saat pelatihan (tiga lapis, batch {}, float32)"),
                    batch),
        english ? "width of each layer" : "lebar setiap lapis",
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
      {"How much memory does each side need?", "Berapa banyak memori yang diperlukan setiap sisi?"},
      {"Three equally wide sigmoid layers under a squared error are built and trained three steps. The peak "
       "is what the kernel counts as resident for this process while it trains, less what was resident "
       "before the network was built; between measurements freed memory is handed back and the kernel's "
       "high-water mark reset. Both sides run in one process, so libraries and the buffers of the BLAS are "
       "there before either begins and cancel out; the same meter on a plain block of known size shows how "
       "far it can be trusted. What must be kept is counted from the specification: parameters, gradients, "
       "and the outputs of the sigmoids, which are the inputs of the next layer. The batch belongs to the "
       "caller and counts on neither side.",
       "Tiga lapis sigmoid yang sama lebar dengan galat kuadrat dibangun dan dilatih tiga langkah. Puncaknya "
       "ialah memori residen proses ini menurut kernel selama pelatihan, dikurangi yang sudah residen "
       "sebelum jaringan dibangun; di antara dua pengukuran, memori yang sudah dibebaskan dikembalikan dan "
       "catatan puncak kernel diatur ulang. Kedua sisi berjalan dalam satu proses, sehingga pustaka dan "
       "penyangga BLAS sudah ada sebelum keduanya mulai dan tidak ikut terhitung; alat ukur yang sama pada "
       "blok polos yang ukurannya diketahui menunjukkan sejauh mana alat itu dapat dipercaya. Yang harus "
       "disimpan dihitung dari spesifikasi: parameter, gradien, dan keluaran sigmoid, yang merupakan masukan "
       "lapis berikutnya. Batch adalah milik pemanggil dan tidak dihitung di sisi mana pun."},
      "./twin report --only memory",
      measure,
      verdict,
      answer,
      pictures,
      figures};
}

}  // namespace twin::reports
