// What does a program with either side cost to build, to carry along and to start?
#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <set>
#include <tuple>

#include "reports/questions/question.hpp"
#include "reports/runs/build_costs.hpp"
#include "reports/runs/line_counts.hpp"
#include "shared/errors.hpp"
#include "shared/statistics.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace build_cost {

constexpr const char* kNetwork = "xor";  // of bench/startup
constexpr double kMega = 1e6, kMilli = 1e-3;

Json measure(const Measuring& measuring) {
  const BusyThreads busy;
  Units units;
  try {
    units = units_of(source_tree(), kNetwork);
  } catch (const MachineError& error) {
    return not_measured(translatable("the source tree or g++ is missing ({})"),
                        std::string_view(error.what()));
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
  const std::string median = rounded(spread.median / unit, language);
  if (!several) return median;
  const std::string all = fmt::format("{} ({}…{})", median, rounded(spread.lower / unit, language),
                                      rounded(spread.upper / unit, language));
  return spread.spread() <= kNoisySpread ? all : say(language, "{}, noisy", all);
}

/// One thing that a program costs.
struct Cost {
  std::string name;      // "executable and libraries"
  std::string unit;      // "MB"; empty: a count
  std::string cells[2];  // by hand, autograd: "–" where it was not measured
  std::optional<double> values[2];
  bool noisy = false;  // on either side

  std::optional<double> ratio() const {
    if (!values[0] || !values[1] || !(*values[0] > 0)) return {};
    return *values[1] / *values[0];
  }
};

/// What is read off a part of a side, where that was measured.
template <typename Read>
Cost cost_of(const Json& json, const char* part, std::string name, std::string unit, const Read& read) {
  Cost cost{std::move(name), std::move(unit), {"–", "–"}, {}};
  for (std::size_t side = 0; side < std::size(kSides); ++side)
    if (const Json& measured = part_of(json, kSides[side], part); was_measured(measured))
      std::tie(cost.cells[side], cost.values[side]) = read(measured, cost.noisy);
  return cost;
}

std::vector<Cost> costs(const Json& json, Language language) {
  using Measured = std::pair<std::string, std::optional<double>>;
  const auto spread = [&](const char* field, double unit) {
    return [language, field, unit](const Json& part, bool& noisy) -> Measured {
      const Json& samples = part.at(field);
      const Quartiles s = spread_of(samples);
      noisy = noisy || (samples.size() > 1 && s.spread() > kNoisySpread);
      return {spread_cell(s, unit, samples.size() > 1, language), s.median / unit};
    };
  };
  const auto megabytes = [language](double bytes) -> Measured {
    return {rounded(bytes / kMega, language), bytes / kMega};
  };
  return {cost_of(json, "compile", say(language, "compile time"), "s", spread("seconds", 1)),
          cost_of(json, "size", say(language, "program"), "MB",
                  [&](const Json& size, bool&) { return megabytes(size.at("executable")); }),
          cost_of(json, "size", say(language, "libraries"), "",
                  [](const Json& size, bool&) -> Measured {
                    const std::size_t count = size.at("libraries").size();
                    return {std::to_string(count), static_cast<double>(count)};
                  }),
          cost_of(json, "size", say(language, "program + libraries"), "MB",
                  [&](const Json& size, bool&) { return megabytes(loaded_bytes(size)); }),
          cost_of(json, "startup", say(language, "start to end"), "ms", spread("seconds", kMilli)),
          cost_of(json, "startup", say(language, "peak memory"), "MB", spread("peak_bytes", kMega))};
}

std::string named(const Cost& cost) {
  return cost.unit.empty() ? cost.name : fmt::format("{}, {}", cost.name, cost.unit);
}

std::string cost_table(const Json& json, Language language) {
  Table table({say(language, "cost"), ">" + say(language, "by hand"),
               ">" + say(language, "LibTorch with autograd"), ">" + say(language, "LibTorch / by hand")});
  for (const Cost& cost : costs(json, language))
    table.add(
        {named(cost), cost.cells[0], cost.cells[1], cost.ratio() ? rounded(*cost.ratio(), language) : "–"});
  return table.markdown();
}

std::string libraries_sentence(const Json& json, Language language) {
  if (!measured_on_both(json, "size")) return "";
  const Json &manual = part_of(json, "manual", "size"), &autograd = part_of(json, "autograd", "size");
  const auto largest = [&](const Json& size) {
    const Json& libraries = size.at("libraries");
    return libraries.empty() ? std::string("–")
                             : fmt::format("`{}` ({} MB)", libraries[0].at("name").get<std::string>(),
                                           rounded(libraries[0].at("bytes").get<double>() / kMega, language));
  };
  return say(language,
             "The largest library by hand is {}, with LibTorch {}. {} libraries are loaded by the "
             "hand-written program alone, {} by the one with LibTorch alone. What LibTorch brings along "
             "depends on who built it; here it is {}.",
             largest(manual), largest(autograd), libraries_only(manual, autograd),
             libraries_only(autograd, manual), json.at("backends").at("autograd").get<std::string>());
}

std::string reasons(const Json& json, Language language) {
  const std::pair<const char*, std::string> parts[] = {{"compile", say(language, "compile time")},
                                                       {"size", say(language, "size")},
                                                       {"startup", say(language, "start")}};
  std::string text;
  for (const auto& [part, name] : parts)
    for (const char* side : kSides)
      if (const Json& measured = part_of(json, side, part); !was_measured(measured))
        text +=
            say(language, "- {} ({}) was not measured here: {}", name, side, reason_of(measured, language)) +
            "\n";
  return text.empty() ? text : "\n" + text;
}

// "LibTorch 1.13.0" of what it says of itself.
std::string library_of(const Json& json) {
  const std::string name = json.at("backends").at("autograd");
  return name.substr(0, name.find(" over "));
}

// A clock that was disturbed says nothing at the head of a section.
bool started_quietly(const Json& json) {
  return measured_on_both(json, "startup") &&
         std::all_of(std::begin(kSides), std::end(kSides), [&](const char* side) {
           return spread_of(part_of(json, side, "startup").at("seconds")).spread() <= kNoisySpread;
         });
}

std::string verdict(const Json& json, Language language) {
  const std::string with = library_of(json);
  std::string text;
  if (measured_on_both(json, "size")) {
    const auto megabytes = [&](const char* side) {
      return rounded(loaded_bytes(part_of(json, side, "size")) / kMega, language);
    };
    text = say(language,
               "A program that takes one training step of XOR weighs {} MB by hand with all its libraries, "
               "and {} MB "
               "with {}.",
               megabytes("manual"), megabytes("autograd"), with);
  }
  if (started_quietly(json)) {
    const auto milliseconds = [&](const char* side) {
      return rounded(spread_of(part_of(json, side, "startup").at("seconds")).median / kMilli, language);
    };
    text += (text.empty() ? "" : " ") +
            say(language, "From its start to its end such a program takes {} ms by hand and {} ms with {}.",
                milliseconds("manual"), milliseconds("autograd"), with);
  }
  return text.empty() ? say(language,
                            "What a program with either side weighs and how soon it starts could not be "
                            "measured here.")
                      : text;
}

std::string answer(const Json& json, Language language) {
  return say(language,
             "Medians, with the quartiles where there are several runs. Compile time is that of the "
             "processor, "
             "for the units that XOR needs. The libraries are all that the system loads for the program, "
             "also those that both sides load. MB are millions of bytes.") +
         "\n\n" + cost_table(json, language) + reasons(json, language) + "\n" +
         libraries_sentence(json, language) + "\n";
}

// A row for each cost, its colour by the ratio: the quantities have no axis in common.
std::vector<Picture> pictures(const Json& json, Language language) {
  Plot plot;
  plot.title = say(language, "What a program costs");
  HeatMap map;
  map.columns = {say(language, "by hand"), "LibTorch"};
  map.logarithmic = true;
  map.middle = 1;
  for (const Cost& cost : costs(json, language)) {
    if (cost.noisy || !cost.ratio() || !(*cost.ratio() > 0)) continue;
    map.rows.push_back(named(cost));
    map.values.insert(map.values.end(), {1, *cost.ratio()});
    map.texts.push_back(rounded(*cost.values[0], language));
    map.texts.push_back(
        fmt::format("{} ({} ×)", rounded(*cost.values[1], language), rounded(*cost.ratio(), language, 2)));
  }
  if (map.rows.empty()) return {};
  plot.map = std::move(map);
  return {{"build-cost", std::move(plot)}};
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> result;
  for (const Cost& cost : costs(json, Language::english))
    for (std::size_t side = 0; side < std::size(kSides); ++side)
      if (cost.values[side])
        result.push_back({fmt::format("{}, {}", cost.name, kSides[side]), *cost.values[side],
                          cost.unit.empty() ? "1" : cost.unit, Figure::Better::lower});
  return result;
}

// A program with LibTorch weighs and starts like this: for whom that matters, it is a reason to stay.
FirstWords first_words(const Json& json, Language language) {
  FirstWords words;
  if (!measured_on_both(json, "size")) return words;
  const double manual = loaded_bytes(part_of(json, "manual", "size")),
               autograd = loaded_bytes(part_of(json, "autograd", "size"));
  if (!(manual > 0) || !(autograd > 0)) return words;
  constexpr double kWorthAWord = 2;
  const std::string with = library_of(json);
  if (autograd >= kWorthAWord * manual)
    words.stay_when.push_back(
        say(language,
            "Stay when the program must be small: with all its libraries it weighs {} MB by "
            "hand and {} MB with {}.",
            rounded(manual / kMega, language), rounded(autograd / kMega, language), with));
  else if (manual >= kWorthAWord * autograd)
    words.move_when.push_back(
        say(language,
            "Move when the program must be small: with all its libraries it weighs {} MB with "
            "{} and {} MB by hand.",
            rounded(autograd / kMega, language), with, rounded(manual / kMega, language)));
  return words;
}

}  // namespace build_cost

Question build_cost_question() {
  using namespace build_cost;
  return {
      "build-cost",
      translatable("What does a program with either side cost to build and to start?"),
      translatable(
          "One source (`bench/startup/main.cpp`: build XOR, take one training step) is linked once to the "
          "hand-written side alone and once to the autograd side alone. The units of each side that XOR "
          "is built from are compiled again, each with its own command. The libraries are those that ldd "
          "lists. Both programs are run in turns."),
      "./twin report --only build-cost",
      measure,
      verdict,
      answer,
      pictures,
      figures,
      first_words};
}

}  // namespace twin::reports
