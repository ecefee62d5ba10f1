// What does each side cost to build, to carry along and to start?
#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "reports/questions/question.hpp"
#include "reports/runs/build_costs.hpp"
#include "reports/runs/line_counts.hpp"
#include "shared/errors.hpp"
#include "shared/statistics.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace build_cost {

constexpr const char* kNetwork = "xor";  // of bench/startup
constexpr double kNoisy = 0.1;           // of the median
constexpr double kMega = 1e6, kMilli = 1e-3;

Json measure(const Measuring& measuring) {
  const BusyThreads busy;
  Units units;
  try {
    units = units_of(source_tree(), kNetwork);
  } catch (const MachineError& error) {
    return not_measured({error.what(), fmt::format("pohon sumber atau g++ tidak ada ({})", error.what())});
  }
  Json sides = measure_build_costs(build_folder(), units, measuring.quick, measuring.on_progress);
  Json json = json_header("build-cost", {{"quick", measuring.quick}}, measuring.threads, busy);
  json["sides"] = std::move(sides);
  return json;
}

// Precondition: not empty.
Quartiles spread_of(const Json& samples) { return quartiles(samples.get<std::vector<double>>()); }

const Json& part_of(const Json& json, const char* side, const char* part) {
  return json.at("sides").at(side).at(part);
}

bool measured_on_both(const Json& json, const char* part) {
  return std::all_of(std::begin(kSides), std::end(kSides),
                     [&](const char* side) { return was_measured(part_of(json, side, part)); });
}

double loaded_bytes(const Json& size) {
  double sum = size.at("executable");
  for (const Json& library : size.at("libraries")) sum += library.at("bytes").get<double>();
  return sum;
}

// Libraries of one side that the other does without.
std::size_t libraries_only(const Json& size, const Json& other) {
  std::set<std::string> names;
  for (const Json& library : size.at("libraries")) names.insert(library.at("name"));
  for (const Json& library : other.at("libraries")) names.erase(library.at("name"));
  return names.size();
}

std::string spread_cell(const Quartiles& spread, double unit, bool several, Language language) {
  if (!several) return rounded(spread.median / unit);
  return fmt::format("{} ({}…{}){}", rounded(spread.median / unit), rounded(spread.lower / unit),
                     rounded(spread.upper / unit),
                     spread.spread() <= kNoisy       ? ""
                     : language == Language::english ? ", noisy"
                                                     : ", berderau");
}

// A row of the table: what stands in the cell of a side, and the number behind it, if that can be compared.
struct Measured {
  std::string cell;
  double value;
};

class CostTable {
 public:
  CostTable(const Json& json, Language language)
      : json_(json),
        language_(language),
        table_(language == Language::english
                   ? std::vector<std::string>{"", ">by hand", ">autograd", ">autograd / by hand"}
                   : std::vector<std::string>{"", ">tulisan tangan", ">autograd", ">autograd / tangan"}) {}

  template <typename Measure>
  void add(const Text& name, const char* part, const Measure& measure) {
    std::vector<Cell> row{std::string(name.in(language_))};
    std::vector<double> values;
    for (const char* side : kSides) {
      const Json& json = part_of(json_, side, part);
      if (!was_measured(json)) {
        row.emplace_back("–");
        continue;
      }
      const Measured measured = measure(json);
      row.emplace_back(measured.cell);
      values.push_back(measured.value);
    }
    row.emplace_back(values.size() == 2 && values[0] > 0 ? rounded(values[1] / values[0]) : "–");
    table_.add(std::move(row));
  }

  std::string markdown() const { return table_.markdown(); }

 private:
  const Json& json_;
  Language language_;
  Table table_;
};

std::string cost_table(const Json& json, Language language) {
  CostTable table(json, language);
  const auto spread = [&](const Json& samples, double unit) -> Measured {
    const Quartiles s = spread_of(samples);
    return {spread_cell(s, unit, samples.size() > 1, language), s.median};
  };
  table.add({"compile what XOR needs of it, processor s", "mengompilasi yang diperlukan XOR, detik prosesor"},
            "compile", [&](const Json& compile) { return spread(compile.at("seconds"), 1); });
  table.add({"executable, MB", "berkas program, MB"}, "size", [](const Json& size) -> Measured {
    const double bytes = size.at("executable");
    return {rounded(bytes / kMega), bytes};
  });
  table.add({"shared libraries", "pustaka bersama"}, "size", [](const Json& size) -> Measured {
    return {std::to_string(size.at("libraries").size()), static_cast<double>(size.at("libraries").size())};
  });
  table.add({"executable and libraries, MB", "berkas program dan pustaka, MB"}, "size",
            [](const Json& size) -> Measured {
              return {rounded(loaded_bytes(size) / kMega), loaded_bytes(size)};
            });
  table.add({"start, one step, end, ms", "mulai, satu langkah, selesai, ms"}, "startup",
            [&](const Json& startup) { return spread(startup.at("seconds"), kMilli); });
  table.add({"peak memory of it, MB", "puncak memorinya, MB"}, "startup",
            [&](const Json& startup) { return spread(startup.at("peak_bytes"), kMega); });
  return table.markdown();
}

std::string libraries_sentence(const Json& json, Language language) {
  if (!measured_on_both(json, "size")) return "";
  const Json &manual = part_of(json, "manual", "size"), &autograd = part_of(json, "autograd", "size");
  const auto largest = [](const Json& size) {
    const Json& libraries = size.at("libraries");
    return libraries.empty() ? std::string("–")
                             : fmt::format("`{}` ({:.3g} MB)", libraries[0].at("name").get<std::string>(),
                                           libraries[0].at("bytes").get<double>() / kMega);
  };
  const Text text{
      "By hand the largest library is {}, with autograd {}; {} of the libraries are loaded by the "
      "hand-written program alone, {} by the one with autograd alone. What LibTorch brings along depends on "
      "who built it; here it is {}.",
      "Dengan tangan, pustaka terbesar adalah {}, dengan autograd {}; {} pustaka hanya dimuat oleh program "
      "tulisan tangan, {} hanya oleh program autograd. Apa yang dibawa LibTorch bergantung pada siapa yang "
      "membangunnya; di sini {}."};
  return fmt::format(fmt::runtime(text.in(language)), largest(manual), largest(autograd),
                     libraries_only(manual, autograd), libraries_only(autograd, manual),
                     json.at("backends").at("autograd").get<std::string>());
}

std::string reasons(const Json& json, Language language) {
  const std::pair<const char*, Text> parts[] = {{"compile", {"compile time", "waktu kompilasi"}},
                                                {"size", {"size", "ukuran"}},
                                                {"startup", {"start", "waktu mulai"}}};
  std::string text;
  for (const auto& [part, name] : parts)
    for (const char* side : kSides)
      if (const Json& measured = part_of(json, side, part); !was_measured(measured))
        text += fmt::format("- {} ({}): {}: {}\n", name.in(language), side,
                            language == Language::english ? "not measured here" : "tidak diukur di sini",
                            reason_of(measured, language));
  return text.empty() ? text : "\n" + text;
}

std::string verdict(const Json& json, Language language) {
  if (!measured_on_both(json, "size") || !measured_on_both(json, "startup"))
    return std::string(
        Text{"What a program with either side weighs and how soon it starts was not measured in full here.",
             "Ukuran program dengan masing-masing sisi dan waktu mulainya tidak terukur lengkap di sini."}
            .in(language));
  const Text text{
      "A program that takes one training step of XOR by hand weighs {} MB with all its libraries and is done "
      "in {} ms; with autograd it weighs {} MB and is done in {} ms.",
      "Program yang menjalankan satu langkah pelatihan XOR dengan tangan berukuran {} MB bersama semua "
      "pustakanya dan selesai dalam {} ms; dengan autograd ukurannya {} MB dan selesai dalam {} ms."};
  const auto megabytes = [&](const char* side) {
    return rounded(loaded_bytes(part_of(json, side, "size")) / kMega);
  };
  const auto milliseconds = [&](const char* side) {
    return rounded(spread_of(part_of(json, side, "startup").at("seconds")).median / kMilli);
  };
  return fmt::format(fmt::runtime(text.in(language)), megabytes("manual"), milliseconds("manual"),
                     megabytes("autograd"), milliseconds("autograd"));
}

std::string answer(const Json& json, Language language) {
  const Text text{
      "Medians, with the quartiles where there are several runs. The libraries are all that the system loads "
      "for the program, those that both sides share among them; MB are millions of bytes.\n\n{}{}\n{}\n",
      "Median, dengan kuartil bila ada beberapa pengukuran. Pustaka adalah semua yang dimuat sistem untuk "
      "program itu, termasuk yang dipakai kedua sisi; MB berarti jutaan byte.\n\n{}{}\n{}\n"};
  return fmt::format(fmt::runtime(text.in(language)), cost_table(json, language), reasons(json, language),
                     libraries_sentence(json, language));
}

// The costs of one side that were measured, each as one number.
std::vector<Figure> costs(const Json& json, const char* side, Language language) {
  std::vector<Figure> result;
  const auto add = [&](const Text& name, double value, const char* unit) {
    result.push_back({std::string(name.in(language)), value, unit, Figure::Better::lower});
  };
  if (const Json& compile = part_of(json, side, "compile"); was_measured(compile))
    add({"compile time", "waktu kompilasi"}, spread_of(compile.at("seconds")).median, "s");
  if (const Json& size = part_of(json, side, "size"); was_measured(size)) {
    add({"libraries", "pustaka"}, static_cast<double>(size.at("libraries").size()), "1");
    add({"size", "ukuran"}, loaded_bytes(size) / kMega, "MB");
  }
  if (const Json& startup = part_of(json, side, "startup"); was_measured(startup)) {
    add({"start-up", "waktu mulai"}, spread_of(startup.at("seconds")).median / kMilli, "ms");
    add({"peak memory", "memori"}, spread_of(startup.at("peak_bytes")).median / kMega, "MB");
  }
  return result;
}

std::vector<Picture> pictures(const Json& json, Language language) {
  Plot plot;
  plot.title = language == Language::english ? "What autograd costs to build and to start, by hand = 1"
                                             : "Biaya membangun dan memulai autograd, tulisan tangan = 1";
  plot.y_label = language == Language::english ? "autograd / by hand" : "autograd / tangan";
  const std::vector<Figure> autograd = costs(json, "autograd", language);
  Curve curve;
  for (const Figure& manual : costs(json, "manual", language)) {
    const auto same = std::find_if(autograd.begin(), autograd.end(),
                                   [&](const Figure& figure) { return figure.name == manual.name; });
    if (same == autograd.end() || !(manual.value > 0)) continue;
    plot.categories.push_back(manual.name);
    curve.y.push_back(same->value / manual.value);
  }
  if (plot.categories.empty()) return {};
  plot.curves.push_back(std::move(curve));
  return {{"build-cost", std::move(plot)}};
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> result;
  for (const char* side : kSides)
    for (Figure& cost : costs(json, side, Language::english)) {
      cost.name += fmt::format(", {}", side);
      result.push_back(std::move(cost));
    }
  return result;
}

}  // namespace build_cost

Question build_cost_question() {
  using namespace build_cost;
  return {
      "build-cost",
      {"What does each side cost to build and to start?", "Berapa biaya membangun dan memulai setiap sisi?"},
      {"One source (`bench/startup/main.cpp`: build XOR, take one training step) is linked once to the "
       "hand-written side alone and once to the autograd side alone. The units of each side that XOR is "
       "built "
       "from are compiled again, each with its own command, the libraries are those that ldd lists, and both "
       "programs are run in turns.",
       "Satu sumber (`bench/startup/main.cpp`: membangun XOR, menjalankan satu langkah pelatihan) ditautkan "
       "sekali hanya dengan sisi tulisan tangan dan sekali hanya dengan sisi autograd. Unit-unit setiap sisi "
       "yang membentuk XOR dikompilasi lagi, masing-masing dengan perintahnya sendiri, pustakanya adalah "
       "yang "
       "disebut ldd, dan kedua program dijalankan bergantian."},
      "./twin report --only build-cost",
      measure,
      verdict,
      answer,
      pictures,
      figures};
}

}  // namespace twin::reports
