// What happens in one training step on each side, and what does each part cost?
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "reports/questions/question.hpp"
#include "reports/questions/steps_lesson.hpp"
#include "reports/runs/benching.hpp"
#include "reports/runs/lesson.hpp"
#include "reports/runs/step_parts.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace steps {

// Below it the clock cannot tell, and a ratio to it says nothing.
constexpr double kClockUs = 0.05;
// Nearer to 1 than this a ratio is none.
constexpr double kAlike = 0.05;

// In the columns of the tables.
constexpr const char* kHeaders[] = {"zero_grad", "forward", "loss", "backward", "update"};

std::string side_words(std::string_view side, Language language) {
  if (side == "manual") return say(language, "by hand");
  if (side == "control") return say(language, "LibTorch, autograd off");
  return say(language, "LibTorch with autograd");
}

double whole(const Json& row) { return row.at("us"); }
double part(const Json& row, const char* name) { return row.at("parts_us").at(name); }
double sum_of_parts(const Json& row) {
  double sum = part(row, kRest);
  for (const char* name : kPartNames) sum += part(row, name);
  return sum;
}
bool noisy(const Json& row) {
  return row.at("us_upper").get<double>() - row.at("us_lower").get<double>() > kNoisySpread * whole(row);
}

std::int64_t batch_of(const Json& json, const std::string& subject) {
  return parts_row(json, subject, "manual").at("batch");
}

// "XOR (4 samples)", "width 64 (batch 32)".
std::string network(const Json& json, const std::string& subject, Language language) {
  const std::int64_t batch = batch_of(json, subject);
  return subject == "xor" ? say(language, "XOR ({} samples)", batch)
                          : say(language, "three layers of width {} (batch {})", width_of(subject), batch);
}

// "LibTorch 1.13.1": what its description begins with.
std::string framework(const Json& json) {
  const std::string description = json.at("backends").at("autograd");
  return description.substr(0, description.find(" over "));
}

std::string threads(const Json& json, Language language) {
  return threads_in_words(json.at("threads").at("requested").get<int>(), language);
}

// A step with autograd in four shares, that add up to it. A share that the noise makes negative is shown as
// it is: it says how much the others are worth.
struct Shares {
  double arithmetic, dispatch, graph, optimiser, all;
};

Shares shares_of(const Json& json, const std::string& subject) {
  const auto outside_the_graph = [](const Json& row) { return part(row, "zero_grad") + part(row, "update"); };
  const Json &manual = parts_row(json, subject, "manual"), &control = parts_row(json, subject, "control"),
             &autograd = parts_row(json, subject, "autograd");
  const double optimiser = outside_the_graph(autograd) - outside_the_graph(control);
  return {whole(manual), whole(control) - whole(manual), whole(autograd) - whole(control) - optimiser,
          optimiser, whole(autograd)};
}

double ratio_to_hand(const Json& json, const std::string& subject) {
  return whole(parts_row(json, subject, "autograd")) / whole(parts_row(json, subject, "manual"));
}

// The smallest network whose times can be trusted.
const std::string* smallest(const std::vector<std::string>& subjects, const Json& json) {
  for (const std::string& subject : subjects)
    if (!noisy(parts_row(json, subject, "manual")) && !noisy(parts_row(json, subject, "autograd")))
      return &subject;
  return nullptr;
}

std::string comparison(double ratio, Language language) {
  if (std::abs(ratio - 1) <= kAlike) return say(language, "both take as long");
  return ratio > 1 ? say(language, "LibTorch takes {} times as long", rounded(ratio, language))
                   : say(language, "LibTorch takes {} of the time", rounded(ratio, language, 2));
}

std::string verdict(const Json& json, Language language) {
  const std::vector<std::string> subjects = parts_subjects(json);
  if (subjects.empty()) return say(language, "No step was measured.");
  const std::string* subject = smallest(subjects, json);
  if (!subject)
    return say(language, "Both sides take the same five steps. What they cost was too noisy to be told.");
  const Shares s = shares_of(json, *subject);
  return say(language,
             "Both sides take the same five steps; for {} they take {} µs by hand and {} µs with {} ({}, "
             "float32): {}.",
             network(json, *subject, language), rounded(s.arithmetic, language), rounded(s.all, language),
             framework(json), threads(json, language), comparison(s.all / s.arithmetic, language));
}

// ---- What it costs

std::string costs(const Json& json, Language language) {
  std::vector<std::string> headers{say(language, "network"), say(language, "side")};
  for (const char* header : kHeaders) headers.push_back(fmt::format(">`{}`", header));
  headers.push_back(say(language, ">clean-up"));
  headers.push_back(say(language, ">whole step"));
  Table table(headers);
  double least = INFINITY, most = 0;
  for (const std::string& subject : parts_subjects(json))
    for (const char* side : {"manual", "autograd"}) {
      const Json& row = parts_row(json, subject, side);
      std::vector<Cell> cells{subject_words(subject, language), side_words(side, language)};
      for (const char* name : kPartNames) cells.emplace_back(rounded(part(row, name), language));
      cells.emplace_back(rounded(part(row, kRest), language));
      cells.emplace_back(rounded(whole(row), language) + (noisy(row) ? " ~" : ""));
      table.add(std::move(cells));
      if (noisy(row)) continue;
      least = std::min(least, sum_of_parts(row) / whole(row));
      most = std::max(most, sum_of_parts(row) / whole(row));
    }
  std::string text = say(
      language,
      "### What each step costs\n\n"
      "Times in µs on {} in float32, for {} and by hand. Clean-up is what follows the last of the five "
      "steps: "
      "LibTorch frees the graph and the tensors of this step. The code by hand keeps its memory for the next "
      "step. The parts are timed with a clock inside the step, the whole step without one. A time with ~ is "
      "noisy.",
      threads(json, language), framework(json));
  if (most > 0)
    text += " " +
            say(language,
                "Where the times are not noisy, the parts and the clean-up make {:.0Lf} to {:.0Lf} % of the "
                "whole step: looking at the clock disturbs a step of less than a microsecond.",
                100 * least, 100 * most);
  return text + "\n\n" + table.markdown();
}

std::string why(const Json& json, Language language) {
  const std::vector<std::string> subjects = parts_subjects(json);
  const std::string* told = smallest(subjects, json);
  if (!told) return {};
  const std::string &small = *told, &large = subjects.back();
  const Shares s = shares_of(json, small), l = shares_of(json, large);
  std::string text;
  if (s.all > (1 + kAlike) * s.arithmetic)
    text = say(
        language,
        "**Why is the framework slower on {}?** The arithmetic of a step takes {} µs; with LibTorch the "
        "step takes {} µs. The difference is management. For each operation LibTorch finds the routine "
        "that fits its tensors and makes a tensor for the result: this is dispatch, {} µs. It records "
        "the operation in the graph and walks the graph backwards: {} µs. Its optimiser takes {} µs. "
        "This work is done for each operation, whatever the number of values in it. For {} it is {} of "
        "{} µs.",
        network(json, small, language), rounded(s.arithmetic, language), rounded(s.all, language),
        rounded(s.dispatch, language), rounded(s.graph, language), rounded(s.optimiser, language),
        network(json, large, language), rounded(l.all - l.arithmetic, language), rounded(l.all, language));
  else
    text = say(language,
               "**The framework is not slower on {}:** a step takes {} µs by hand and {} µs with LibTorch, "
               "dispatch, graph and optimiser included.",
               network(json, small, language), rounded(s.arithmetic, language), rounded(s.all, language));
  return text + " " +
         say(language,
             "**What it gives instead:** the graph holds every derivative. Whoever changes the network "
             "changes "
             "the forward pass alone, and no formula of the backward pass can be wrong.\n\n");
}

std::string where_it_goes(const Json& json, Language language) {
  Table table({say(language, "network"), say(language, ">arithmetic"), say(language, ">dispatch"),
               say(language, ">graph"), say(language, ">optimiser"), say(language, ">whole step"),
               say(language, ">arithmetic's share")});
  for (const std::string& subject : parts_subjects(json)) {
    const Shares s = shares_of(json, subject);
    table.add({subject_words(subject, language), rounded(s.arithmetic, language),
               rounded(s.dispatch, language), rounded(s.graph, language), rounded(s.optimiser, language),
               rounded(s.all, language), say(language, "{:.1Lf} %", 100 * s.arithmetic / s.all)});
  }
  return "\n" + why(json, language) +
         say(language,
             "The µs of a step with autograd. Arithmetic is the whole step by hand. Dispatch is what the "
             "same "
             "formulas take longer on LibTorch's tensors with autograd off. Optimiser is what `zero_grad()` "
             "and "
             "`step()` take longer than the same update without them. The graph is the rest: recording, "
             "walking "
             "and freeing it. A negative number means that LibTorch does this part faster than the code by "
             "hand, or noise.\n\n") +
         table.markdown();
}

double backward_over_forward(const Json& row) {
  return part(row, "forward") > kClockUs ? part(row, "backward") / part(row, "forward") : NAN;
}

std::string backward(const Json& json, Language language) {
  Table table({say(language, "network"), ">" + side_words("manual", language),
               say(language, ">by hand, without sigmoids"), ">" + side_words("control", language),
               ">" + side_words("autograd", language)});
  const auto cell = [&](const Json& row) {
    const double ratio = backward_over_forward(row);
    return std::isnan(ratio) ? std::string("–") : say(language, "{:.2Lf}", ratio);
  };
  std::string measured;
  for (const std::string& subject : parts_subjects(json)) {
    const Json* bare = bare_row(json, subject);
    const Json& by_hand = parts_row(json, subject, "manual");
    table.add({subject_words(subject, language), cell(by_hand), bare ? cell(*bare) : "–",
               cell(parts_row(json, subject, "control")), cell(parts_row(json, subject, "autograd"))});
    if (bare && !noisy(by_hand) && !noisy(*bare))
      measured =
          say(language,
              " By hand at {} it is {}, and without the sigmoids, measured as a network of its own, {}.",
              subject_words(subject, language), cell(by_hand), cell(*bare));
  }
  return say(language,
             "\n### How much longer backward is than forward\n\n"
             "Backward needs two products where forward needs one: for the weights and for the input. The "
             "first "
             "layer's input needs no gradient, so three layers have five products backward and three "
             "forward: "
             "5/3 = {:.2Lf}. That counts products alone. A sigmoid costs an exponential forward and only a "
             "product backward, which lowers the factor.{} The derivative of the loss counts as loss by "
             "hand, "
             "and as backward with autograd.\n\n",
             5.0 / 3, measured) +
         table.markdown();
}

std::string answer(const Json& json, Language language) {
  std::string text = lesson_text(json.at("lesson"), language);
  if (parts_subjects(json).empty()) return text;
  return text + "\n" + costs(json, language) + where_it_goes(json, language) + backward(json, language);
}

// ---- Pictures

// Bars of a few µs beside some of thousands cannot be seen: here each part is held against the same by hand.
Picture ratios(const Json& json, Language language) {
  Plot plot{say(language, "LibTorch with autograd: how many times as long as by hand"), "", ""};
  plot.map.emplace();
  HeatMap& map = *plot.map;
  map.logarithmic = true;
  map.middle = 1;
  for (const std::string& subject : parts_subjects(json))
    map.columns.push_back(subject_words(subject, language));
  const auto add = [&](std::string name, const auto& time) {
    map.rows.push_back(std::move(name));
    for (const std::string& subject : parts_subjects(json)) {
      const double by_hand = time(parts_row(json, subject, "manual")),
                   by_framework = time(parts_row(json, subject, "autograd"));
      const bool told = by_hand > kClockUs;
      map.values.push_back(told ? by_framework / by_hand : NAN);
      map.texts.push_back(told ? say(language, "{} ×", rounded(by_framework / by_hand, language, 2))
                               : say(language, "+{} µs", rounded(by_framework - by_hand, language, 2)));
    }
  };
  for (std::size_t i = 0; i < kStepParts; ++i)
    add(kHeaders[i], [&](const Json& row) { return part(row, kPartNames[i]); });
  add(say(language, "whole step"), whole);
  return {"steps-ratios", std::move(plot)};
}

Picture shares(const Json& json, Language language) {
  Plot plot{say(language, "Where the time of a step with autograd goes"), "",
            say(language, "share of the step, %")};
  Curve arithmetic{say(language, "arithmetic"), {}, {}}, dispatch{say(language, "dispatch"), {}, {}},
      graph{say(language, "graph"), {}, {}}, optimiser{say(language, "optimiser"), {}, {}};
  for (const std::string& subject : parts_subjects(json)) {
    const Shares s = shares_of(json, subject);
    plot.categories.push_back(subject_words(subject, language));
    // A bar cannot be negative: the table has what is.
    const auto percent = [&](double value) { return std::max(0.0, 100 * value / s.all); };
    arithmetic.y.push_back(percent(std::min(s.arithmetic, s.all)));
    dispatch.y.push_back(percent(s.dispatch));
    graph.y.push_back(percent(s.graph));
    optimiser.y.push_back(percent(s.optimiser));
  }
  plot.curves = {arithmetic, dispatch, graph, optimiser};
  plot.stacked = true;
  return {"steps-shares", std::move(plot)};
}

std::vector<Picture> pictures(const Json& json, Language language) {
  std::vector<Picture> all{lesson_picture(json.at("lesson"), language)};
  if (parts_subjects(json).empty()) return all;
  all.push_back(ratios(json, language));
  all.push_back(shares(json, language));
  return all;
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> all;
  for (const std::string& subject : parts_subjects(json)) {
    for (const char* side : {"manual", "autograd"}) {
      const Json& row = parts_row(json, subject, side);
      for (const char* name : kPartNames)
        all.push_back(
            {fmt::format("{}, {}, {}", subject, side, name), part(row, name), "µs", Figure::Better::lower});
    }
    const Shares s = shares_of(json, subject);
    all.push_back({subject + ", dispatch", s.dispatch, "µs", Figure::Better::lower});
    all.push_back({subject + ", graph", s.graph, "µs", Figure::Better::lower});
  }
  return all;
}

FirstWords first_words(const Json& json, Language language) {
  FirstWords words;
  const std::vector<std::string> subjects = parts_subjects(json);
  const std::string* subject = smallest(subjects, json);
  if (!subject) return words;
  const double ratio = ratio_to_hand(json, *subject);
  const Shares s = shares_of(json, *subject);
  const std::string where = network(json, *subject, language), who = framework(json),
                    how = threads(json, language);
  if (ratio > 1 + kAlike) {
    words.stay_when.push_back(say(
        language,
        "**The network is small.** A training step of {} takes {} µs by hand and {} µs with {} and autograd "
        "({}, float32).",
        where, rounded(s.arithmetic, language), rounded(s.all, language), who, how));
    words.numbers.push_back({say(language, "{} ×", rounded(ratio, language)),
                             say(language,
                                 "how many times as long as by hand a training step of {} takes with {} and "
                                 "autograd ({}, float32)",
                                 where, who, how)});
  } else if (ratio < 1 - kAlike) {
    words.move_when.push_back(say(language,
                                  "Even the smallest network is faster: a training step of {} takes {} µs by "
                                  "hand and {} µs with {} and "
                                  "autograd ({}, float32).",
                                  where, rounded(s.arithmetic, language), rounded(s.all, language), who,
                                  how));
  }
  return words;
}

Json measure(const Measuring& measuring) {
  Json json = run_step_parts(measuring);
  json["lesson"] = xor_lesson(TWINGRAD_SOURCE_DIR);
  return json;
}

}  // namespace steps

Question steps_question() {
  using namespace steps;
  return {"steps",
          translatable("What happens in one training step on each side, and what does each part cost?"),
          translatable(
              "The code is cut out of the sources. The values are those of one step of both sides from the "
              "same weights. The times are medians over rounds in which the sides take turns in one "
              "process: by hand, on LibTorch's tensors with autograd off, and with autograd; float32, batch "
              "32 (XOR: its four samples)."),
          "./twin report --only steps",
          measure,
          verdict,
          answer,
          pictures,
          figures,
          first_words};
}

}  // namespace twin::reports
