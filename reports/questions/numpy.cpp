// What does moving from NumPy to PyTorch in Python cost or bring, on the tutorial's own programs?
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <optional>

#include "reports/questions/question.hpp"
#include "reports/runs/whole_trainings.hpp"
#include "shared/statistics.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace numpy {

struct Name {
  const char* side;
  Text text;
};
// In the order of the report.
constexpr Name kNames[] = {{"numpy", "NumPy"},
                           {"pytorch", "PyTorch"},
                           {"manual", translatable("C++ by hand")},
                           {"autograd", translatable("LibTorch (C++)")}};

std::string name_of(std::string_view side, Language language) {
  for (const Name& name : kNames)
    if (name.side == side) return say(language, name.text);
  return std::string(side);
}

const Json& side_of(const Json& training, std::string_view side) {
  const Json& sides = training.at("sides");
  const auto found =
      std::find_if(sides.begin(), sides.end(), [&](const Json& each) { return each.at("side") == side; });
  return found == sides.end() ? sides.at(sides.size()) : *found;
}

// Seconds of a whole training; none where the side was not measured, or failed.
std::optional<Quartiles> seconds_of(const Json& training, std::string_view side) {
  const Json& row = side_of(training, side);
  if (row.contains("fault") || row.contains("not_measured") || row.at("seconds").empty()) return {};
  const double scale = training.at("whole_steps").get<double>() / training.at("steps").get<double>();
  Quartiles q = quartiles(row.at("seconds").get<std::vector<double>>());
  for (double* value : {&q.min, &q.lower, &q.median, &q.upper, &q.max}) *value *= scale;
  return q;
}

// NumPy against PyTorch on one network.
struct Duel {
  double numpy, pytorch;  // seconds of a whole training
  enum class Winner { numpy, pytorch, neither } winner;
  double factor() const { return std::max(numpy, pytorch) / std::min(numpy, pytorch); }
};

// None where one of them is missing or its times are noisy.
std::optional<Duel> duel_of(const Json& training) {
  const auto n = seconds_of(training, "numpy"), p = seconds_of(training, "pytorch");
  if (!n || !p || n->spread() > kNoisySpread || p->spread() > kNoisySpread) return {};
  const bool apart = n->upper < p->lower || p->upper < n->lower;
  return Duel{n->median, p->median,
              !apart                  ? Duel::Winner::neither
              : n->median < p->median ? Duel::Winner::numpy
                                      : Duel::Winner::pytorch};
}

std::string network_of(const Json& training, Language language) {
  const std::string network = training.at("network");
  return say(language, "{} (batch {}, {} epochs, {} steps)",
             network == "xor"           ? "XOR"
             : network == "fashion-mlp" ? say(language, "Fashion-MNIST's MLP 784-256-128-10")
                                        : network,
             training.at("batch").get<std::int64_t>(), training.at("epochs").get<std::int64_t>(),
             training.at("whole_steps").get<std::int64_t>());
}

// "NumPy 1.24.2"
std::string version_of(const Json& training, const char* side, Language language) {
  return fmt::format("{} {}", name_of(side, language),
                     side_of(training, side).at("version").get<std::string>());
}

std::string threads(const Json& json, Language language) {
  return threads_in_words(json.at("threads").at("requested").get<int>(), language);
}

std::string duration(double seconds, Language language) {
  return say(language, "{} s", rounded(seconds, language));
}

std::string duel_text(const Json& training, const Duel& duel, Language language) {
  const std::string numpy = version_of(training, "numpy", language),
                    pytorch = version_of(training, "pytorch", language),
                    where = network_of(training, language);
  const bool by_numpy = duel.winner == Duel::Winner::numpy;
  if (duel.winner == Duel::Winner::neither)
    return say(language, "On {}, {} ({}) and {} ({}) take as long.", where, numpy,
               duration(duel.numpy, language), pytorch, duration(duel.pytorch, language));
  return say(language, "On {}, {} is {} times as fast: {} against {} with {}.", where,
             by_numpy ? numpy : pytorch, rounded(duel.factor(), language, 2),
             duration(by_numpy ? duel.numpy : duel.pytorch, language),
             duration(by_numpy ? duel.pytorch : duel.numpy, language), by_numpy ? pytorch : numpy);
}

std::string verdict(const Json& json, Language language) {
  std::string text;
  for (const Json& training : json.at("trainings"))
    if (const auto duel = duel_of(training))
      text += (text.empty() ? "" : " ") + duel_text(training, *duel, language);
  if (text.empty())
    return say(language,
               "NumPy and PyTorch cannot be compared in this run: one is missing, or the times are noisy.");
  return text;
}

std::string why_missing(const Json& row, Language language) {
  return row.contains("fault") ? row.at("fault").get<std::string>() : reason_of(row, language);
}

std::string table_of(const Json& training, Language language) {
  Table table({say(language, "program"), say(language, ">whole training, s"), say(language, ">quartiles"),
               say(language, ">µs per step"), say(language, ">against NumPy"), say(language, ">last loss")});
  const auto numpy = seconds_of(training, "numpy");
  std::string missing;
  for (const Name& name : kNames) {
    const Json& row = side_of(training, name.side);
    const auto seconds = seconds_of(training, name.side);
    if (!seconds) {
      missing += say(language, "\n{} was not measured: {}.\n", name_of(name.side, language),
                     why_missing(row, language));
      continue;
    }
    table.add({name_of(name.side, language), rounded(seconds->median, language),
               fmt::format("{} … {}{}", rounded(seconds->lower, language), rounded(seconds->upper, language),
                           seconds->spread() > kNoisySpread ? " ~" : ""),
               rounded(1e6 * seconds->median / training.at("whole_steps").get<double>(), language),
               numpy ? say(language, "{} ×", rounded(seconds->median / numpy->median, language)) : "–",
               rounded(row.at("last_loss").get<double>(), language, 4)});
  }
  return table.markdown() + missing;
}

std::string imports(const Json& json, Language language) {
  std::string text;
  for (const char* side : {"numpy", "pytorch"}) {
    std::vector<double> seconds;
    for (const Json& training : json.at("trainings"))
      if (seconds_of(training, side))
        for (const Json& each : side_of(training, side).at("import_seconds")) seconds.push_back(each);
    if (!seconds.empty())
      text += say(language, "\n- `import {}`: {} (median of {})",
                  std::string_view(side) == "numpy" ? "numpy" : "torch",
                  duration(quartiles(seconds).median, language), seconds.size());
  }
  if (text.empty()) return {};
  return say(language,
             "\nThe import of the library comes once before any training, and is in none of these times:\n") +
         text + "\n";
}

std::string answer(const Json& json, Language language) {
  std::string text;
  for (const Json& training : json.at("trainings")) {
    const auto steps = training.at("steps").get<std::int64_t>(),
               all = training.at("whole_steps").get<std::int64_t>();
    text += say(language, "**{}.** ", network_of(training, language));
    text += steps == all
                ? say(language, "The whole training was run.")
                : say(language, "{} steps were run; the times are scaled to the {} steps of the training.",
                      steps, all);
    text += "\n\n" + table_of(training, language) + "\n";
  }
  if (text.empty()) return say(language, "No training was run.");
  return text + imports(json, language) +
         say(language,
             "\nEach step of a Python program calls a few dozen routines, and each call costs about the "
             "same, "
             "whatever the size of the arrays. On a small network these calls are most of the time, and "
             "PyTorch "
             "does more in each of them than NumPy. On a large one the products are, and there the better "
             "kernels win. A time with ~ is noisy.\n");
}

// Seconds differ too much from network to network for one axis: the colour is the time over NumPy's.
std::vector<Picture> pictures(const Json& json, Language language) {
  Plot plot{say(language, "Seconds of a whole training; in brackets: times as long as NumPy"), "", ""};
  plot.map.emplace();
  HeatMap& map = *plot.map;
  map.logarithmic = true;
  map.middle = 1;
  for (const Json& training : json.at("trainings")) map.columns.push_back(training.at("network"));
  for (const Name& name : kNames) {
    map.rows.push_back(name_of(name.side, language));
    for (const Json& training : json.at("trainings")) {
      const auto seconds = seconds_of(training, name.side), numpy = seconds_of(training, "numpy");
      map.values.push_back(seconds && numpy ? seconds->median / numpy->median : NAN);
      map.texts.push_back(!seconds ? "–"
                          : !numpy ? duration(seconds->median, language)
                                   : say(language, "{} s ({} ×){}", rounded(seconds->median, language),
                                         rounded(seconds->median / numpy->median, language, 2),
                                         seconds->spread() > kNoisySpread ? " ~" : ""));
    }
  }
  if (map.columns.empty()) return {};
  return {{"numpy", std::move(plot)}};
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> all;
  for (const Json& training : json.at("trainings"))
    for (const Name& name : kNames)
      if (const auto seconds = seconds_of(training, name.side))
        all.push_back({fmt::format("{}, {}", training.at("network").get<std::string>(), name.side),
                       seconds->median, "s", Figure::Better::lower});
  return all;
}

FirstWords first_words(const Json& json, Language language) {
  using Verdict = FirstWords::Claim::Verdict;
  FirstWords words;
  std::string because;
  int wins_of_numpy = 0, wins_of_pytorch = 0, duels = 0;
  double largest = 0;
  for (const Json& training : json.at("trainings")) {
    const auto duel = duel_of(training);
    if (!duel) continue;
    ++duels;
    const std::string text = duel_text(training, *duel, language);
    because += (because.empty() ? "" : " ") + text;
    if (duel->winner == Duel::Winner::neither) continue;
    const bool by_numpy = duel->winner == Duel::Winner::numpy;
    (by_numpy ? wins_of_numpy : wins_of_pytorch) += 1;
    const std::string conditions = say(language, "Python, {}, float32", threads(json, language));
    (by_numpy ? words.stay_when : words.move_when)
        .push_back(by_numpy
                       ? say(language, "**Your code is in NumPy, and the network is this small.** {} ({})",
                             text, conditions)
                       : say(language,
                             "**Your code is in NumPy, and the network is this large or larger.** {} ({})",
                             text, conditions));
    if (duel->factor() <= largest) continue;
    largest = duel->factor();
    words.numbers = {{say(language, "{} ×", rounded(largest, language, 2)),
                      by_numpy ? say(language, "how many times as fast as PyTorch NumPy trains {} ({})",
                                     network_of(training, language), conditions)
                               : say(language, "how many times as fast as NumPy PyTorch trains {} ({})",
                                     network_of(training, language), conditions)}};
  }
  if (duels > 0)
    words.claims.push_back({say(language, "Code written by hand in NumPy is inefficient."),
                            wins_of_pytorch == duels ? Verdict::holds
                            : wins_of_pytorch > 0    ? Verdict::holds_in_part
                                                     : Verdict::does_not_hold,
                            because});
  return words;
}

Json measure(const Measuring& measuring) { return run_whole_trainings(measuring); }

}  // namespace numpy

Question numpy_question() {
  using namespace numpy;
  return {
      "numpy",
      translatable(
          "What does moving from NumPy to PyTorch in Python cost or bring, on the tutorial's own programs?"),
      translatable(
          "The same network trained from the same weights on the same batches by four programs in turns: "
          "NumPy "
          "and PyTorch in Python (`bench/peers`), and the twins in C++; float32. The clock starts after five "
          "steps, in which the libraries make room. The losses of these steps must be those of the twins to "
          "rounding, the last one within 1 %."),
      "./twin report --only numpy",
      measure,
      verdict,
      answer,
      pictures,
      figures,
      first_words};
}

}  // namespace twin::reports
