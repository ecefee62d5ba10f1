// When do the twins' trajectories drift apart, and why?
#include "reports/runs/drift.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <optional>
#include <utility>
#include <vector>

#include "reports/questions/drift_reasons.hpp"
#include "reports/questions/question.hpp"
#include "reports/runs/training.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace drift {

struct Subject {
  const char* network;
  DType dtype;
  std::int64_t quick_epochs;  // otherwise the catalogue's
};
constexpr Subject kSubjects[] = {{"xor", DType::float64, 2000}, {"fashion-mlp", DType::float32, 1}};
constexpr const char* kGaps[] = {"twins", "nearby", "locked"};
constexpr double kRates[] = {0.5, 8, 16, 32};  // of xor, beside its own

Json measure(const Measuring& measuring) {
  const BusyThreads busy;
  struct Run {
    CatalogueEntry entry;
    DType dtype;
    Dataset dataset;
  };
  std::vector<Run> runs;
  const auto add = [&](const Subject& subject, std::optional<double> lr) {
    TrainingOptions options;
    if (measuring.quick) options.epochs = subject.quick_epochs;
    options.lr = lr;
    const CatalogueEntry entry = configured(find_network(subject.network), options);
    runs.push_back({entry, subject.dtype, dataset_for(entry, measuring.data)});
  };
  for (const Subject& subject : kSubjects) add(subject, {});
  for (const double rate : kRates) add(kSubjects[0], rate);

  Json drifts = Json::array();
  for (const Run& run : runs) {
    constexpr std::int64_t kParts = 1000;  // of the progress, for each run
    Json drift{{"network", run.entry.name},
               {"dtype", to_string(run.dtype)},
               {"lr", learning_rate(run.entry.spec.optimizer)}};
    drift.update(
        json_of(run_drift(run.entry, run.dataset, run.dtype, [&](std::int64_t done, std::int64_t total) {
          if (measuring.on_progress)
            measuring.on_progress(std::ssize(drifts) * kParts + done * kParts / total,
                                  std::ssize(runs) * kParts);
        })));
    const std::int64_t rows = run.entry.batch_size > 0 ? run.entry.batch_size : run.dataset.train.size();
    for (std::size_t i = 0; i < 2; ++i) drift["stems"].push_back(stem_of(run.entry.spec.layers.at(i)));
    drift["layers"] = Json::array();
    for (const RoundingGap& gap : gaps_of_layers(run.entry.spec, rows, run.dtype, run.entry.seed))
      drift["layers"].push_back(json_of(gap));
    drifts.push_back(std::move(drift));
  }
  Json json = json_header("drift", {{"quick", measuring.quick}}, measuring.threads, busy);
  json["runs"] = std::move(drifts);
  return json;
}

const Json& run_of(const Json& json, std::size_t subject) { return json.at("runs").at(subject); }

double last_gap(const Json& run, const char* gap) { return run.at("points").back().at(gap); }

// By a percentage point, on the test samples.
bool learn_alike(const Json& run) {
  constexpr double kAlike = 0.01;
  const Json& end = run.at("epochs").back();
  return std::abs(end.at("accuracy_manual").get<double>() - end.at("accuracy_autograd").get<double>()) <=
         kAlike;
}

std::string percent(double share, Language language) { return say(language, "{:.2Lf} %", 100 * share); }

// "2.1e-15"
std::string gap_text(double gap, Language language) { return say(language, "{:.2Lg}", gap); }

std::string verdict(const Json& json, Language language) {
  const Json &xor_run = run_of(json, 0), &fashion = run_of(json, 1);
  const Json &xor_end = xor_run.at("epochs").back(), &end = fashion.at("epochs").back();
  const std::string head = learn_alike(xor_run) && learn_alike(fashion)
                               ? say(language, "Both twins learn the same.")
                               : say(language, "The twins do NOT learn the same.");
  return head + " " +
         say(language,
             "After {} steps on XOR in float64 their weights differ by {}; they answer {:.0Lf} % and {:.0Lf} "
             "% of "
             "the truth table rightly. After {} epochs of Fashion-MNIST in float32 they differ by {}; {} and "
             "{} of "
             "the test pictures are right.",
             xor_end.at("steps").get<std::int64_t>(), gap_text(last_gap(xor_run, "twins"), language),
             100 * xor_end.at("accuracy_manual").get<double>(),
             100 * xor_end.at("accuracy_autograd").get<double>(), fashion.at("epochs").size(),
             gap_text(last_gap(fashion, "twins"), language), percent(end.at("accuracy_manual"), language),
             percent(end.at("accuracy_autograd"), language));
}

// The points at 1, 10, 100, …, and the last.
std::string gaps_table(const Json& run, Language language) {
  Table table({say(language, ">steps"), say(language, ">by hand to autograd"),
               say(language, ">autograd one ULP away"),
               say(language, ">by hand, set equal before the step")});
  std::int64_t next = 1;
  for (const Json& point : run.at("points")) {
    const auto steps = point.at("steps").get<std::int64_t>();
    if (steps < next && &point != &run.at("points").back()) continue;
    while (next <= steps) next *= 10;
    std::vector<Cell> row{std::to_string(steps)};
    for (const char* gap : kGaps) row.emplace_back(gap_text(point.at(gap), language));
    table.add(std::move(row));
  }
  return table.markdown();
}

// Of a limit that may never be passed.
std::string step_text(const Json& value, Language language) {
  return value.is_number() ? std::to_string(value.get<std::int64_t>()) : say(language, "never");
}

std::string passes_table(const Json& json, Language language) {
  std::vector<std::string> headers{say(language, "steps until it exceeds")};
  for (const Json& limit : run_of(json, 0).at("passes"))
    headers.push_back(">" + say(language, "{:Lg}", limit.at("limit").get<double>()));
  Table table(headers);
  for (std::size_t s = 0; s < std::size(kSubjects); ++s)
    for (const auto& [gap, name] : {std::pair{"twins", say(language, "by hand to autograd")},
                                    {"nearby", say(language, "autograd one ULP away")}}) {
      const Json& run = run_of(json, s);
      std::vector<Cell> row{fmt::format("{}, {}: {}", run.at("network").get<std::string>(),
                                        run.at("dtype").get<std::string>(), name)};
      for (const Json& limit : run.at("passes")) row.emplace_back(step_text(limit.at(gap), language));
      table.add(std::move(row));
    }
  return table.markdown();
}

std::string ends_table(const Json& json, Language language) {
  Table table({say(language, "network"), say(language, ">steps"), say(language, ">loss by hand"),
               say(language, ">loss, autograd"), say(language, ">right by hand"),
               say(language, ">right, autograd")});
  for (std::size_t s = 0; s < std::size(kSubjects); ++s) {
    const Json &run = run_of(json, s), &end = run.at("epochs").back();
    table.add({run.at("network").get<std::string>(), std::to_string(end.at("steps").get<std::int64_t>()),
               rounded(end.at("loss_manual").get<double>(), language, 5),
               rounded(end.at("loss_autograd").get<double>(), language, 5),
               percent(end.at("accuracy_manual"), language), percent(end.at("accuracy_autograd"), language)});
  }
  return table.markdown();
}

// The runs of xor, the slowest first.
std::vector<Json> by_rate(const Json& json) {
  std::vector<Json> runs;
  for (const Json& run : json.at("runs"))
    if (run.at("network") == kSubjects[0].network) runs.push_back(run);
  std::sort(runs.begin(), runs.end(), [](const Json& a, const Json& b) { return a.at("lr") < b.at("lr"); });
  return runs;
}

double largest(const Json& run, const char* gap) {
  double result = 0;
  for (const Json& point : run.at("points")) result = std::max(result, point.at(gap).get<double>());
  return result;
}

std::string rates_table(const Json& json, Language language) {
  std::vector<std::string> headers{say(language, ">learning rate"), say(language, ">largest gap"),
                                   say(language, ">one ULP away"),
                                   say(language, ">set equal before each step")};
  for (const Json& limit : json.at("runs").at(0).at("passes"))
    headers.push_back(say(language, ">{:Lg} at step", limit.at("limit").get<double>()));
  Table table(headers);
  for (const Json& run : by_rate(json)) {
    std::vector<Cell> row{rounded(run.at("lr").get<double>(), language)};
    for (const char* gap : kGaps) row.emplace_back(gap_text(largest(run, gap), language));
    for (const Json& limit : run.at("passes")) row.emplace_back(step_text(limit.at("twins"), language));
    table.add(std::move(row));
  }
  return table.markdown();
}

// How many times further manual is from autograd than autograd from its neighbour, at most.
double ratio_to_the_yardstick(const Json& run) {
  double ratio = 0;
  for (const Json& point : run.at("points"))
    if (point.at("nearby").get<double>() > 0)
      ratio = std::max(ratio, point.at("twins").get<double>() / point.at("nearby").get<double>());
  return ratio;
}

// From the end of the first epoch to that of the last; empty for a single epoch.
std::string growth(const Json& run, Language language) {
  const Json& epochs = run.at("epochs");
  if (epochs.size() < 2) return "";
  const auto factor = [&](const char* gap) {
    return std::pow(epochs.back().at(gap).get<double>() / epochs.front().at(gap).get<double>(),
                    1 / static_cast<double>(epochs.size() - 1));
  };
  return " " + say(language,
                   "From one epoch to the next the gap of {} grows by a factor of {:.2Lf}, that of the "
                   "neighbour by "
                   "{:.2Lf}.",
                   run.at("network").get<std::string>(), factor("twins"), factor("nearby"));
}

// A logarithmic axis has no place for them.
std::string zeros(const Json& run, Language language) {
  std::vector<std::size_t> count;
  for (const char* gap : kGaps)
    count.push_back(static_cast<std::size_t>(
        std::count_if(run.at("points").begin(), run.at("points").end(),
                      [&](const Json& point) { return point.at(gap).get<double>() == 0; })));
  if (std::all_of(count.begin(), count.end(), [](std::size_t n) { return n == 0; })) return "";
  return " " + say(language,
                   "A gap of exactly 0 is not in the picture, whose axis is logarithmic: of {} points that "
                   "is {} by "
                   "hand to autograd, {} one ULP away, {} set equal before the step.",
                   run.at("points").size(), count[0], count[1], count[2]);
}

std::string run_section(const Json& run, Language language) {
  return say(language, "**{}, {}.** The largest relative gap of any weight:\n\n",
             run.at("network").get<std::string>(), run.at("dtype").get<std::string>()) +
         gaps_table(run, language) +
         say(language,
             "\nThe code by hand is at most {:.2Lg} times as far from autograd as the autograd twin that "
             "started "
             "one ULP away. Set equal before each step, the twins are never more than {:.2Lg} apart after "
             "it; left "
             "free, up to {:.2Lg}.",
             ratio_to_the_yardstick(run), largest(run, "locked"), largest(run, "twins")) +
         growth(run, language) + zeros(run, language) + "\n\n" + drift_reasons(run, language) + "\n\n";
}

std::string rates_text(const Json& json, Language language) {
  const std::vector<Json> runs = by_rate(json);
  const auto by_gap = [](const Json& a, const Json& b) { return largest(a, "twins") < largest(b, "twins"); };
  const Json& most = *std::max_element(runs.begin(), runs.end(), by_gap);
  const Json& least = *std::min_element(runs.begin(), runs.end(), by_gap);
  return say(language,
             "A training step passes a gap on, smaller or larger; how much depends on the learning rate. On "
             "XOR the "
             "gap becomes largest at rate {:Lg} ({:.2Lg}) and stays smallest at rate {:Lg} ({:.2Lg}):\n\n",
             most.at("lr").get<double>(), largest(most, "twins"), least.at("lr").get<double>(),
             largest(least, "twins")) +
         rates_table(json, language);
}

std::string answer(const Json& json, Language language) {
  std::string text = say(language,
                         "An ULP is the distance from a number to the next that the format can hold. Two "
                         "programs that add the "
                         "same terms in another order may differ by a few. Where both twins end:\n\n") +
                     ends_table(json, language) +
                     say(language, "\nWhen the gap between their weights exceeds a limit:\n\n") +
                     passes_table(json, language) + "\n";
  for (std::size_t s = 0; s < std::size(kSubjects); ++s) text += run_section(run_of(json, s), language);
  return text + rates_text(json, language);
}

Curve curve_of(const Json& run, const char* gap, std::string title) {
  Curve curve{std::move(title), {}, {}};
  for (const Json& point : run.at("points")) {
    curve.x.push_back(point.at("steps"));
    curve.y.push_back(point.at(gap));
  }
  return curve;
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const auto plot = [&](std::string title) {
    Plot result;
    result.title = std::move(title);
    result.x_label = say(language, "training steps");
    result.y_label = say(language, "largest relative gap of any weight");
    result.log_x = result.log_y = true;
    return result;
  };
  std::vector<Picture> all;
  for (std::size_t s = 0; s < std::size(kSubjects); ++s) {
    const Json& run = run_of(json, s);
    const std::string network = run.at("network");
    Plot drift =
        plot(say(language, "How the twins drift apart: {}, {}", network, run.at("dtype").get<std::string>()));
    drift.curves = {curve_of(run, "twins", say(language, "by hand to autograd")),
                    curve_of(run, "nearby", say(language, "autograd one ULP away")),
                    curve_of(run, "locked", say(language, "by hand, set equal before each step"))};
    all.push_back({"drift-" + network, std::move(drift)});
  }
  Plot rates = plot(say(language, "The gap on XOR at several learning rates"));
  for (const Json& run : by_rate(json))
    rates.curves.push_back(curve_of(run, "twins", say(language, "rate {:Lg}", run.at("lr").get<double>())));
  all.push_back({"drift-rates", std::move(rates)});
  return all;
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> all;
  for (std::size_t s = 0; s < std::size(kSubjects); ++s) {
    const Json &run = run_of(json, s), &end = run.at("epochs").back();
    const std::string network = run.at("network");
    all.push_back({network + ": gap at the end", last_gap(run, "twins"), "1", Figure::Better::lower});
    all.push_back({network + ": right, manual", 100 * end.at("accuracy_manual").get<double>(), "%",
                   Figure::Better::higher});
    all.push_back({network + ": right, autograd", 100 * end.at("accuracy_autograd").get<double>(), "%",
                   Figure::Better::higher});
  }
  return all;
}

}  // namespace drift

Question drift_question() {
  using namespace drift;
  return {
      "drift",
      translatable("When do the twins' trajectories drift apart, and why?"),
      translatable(
          "The 2-4-1 network on XOR in float64 and the 784-256-128-10 network on Fashion-MNIST in float32. "
          "Both "
          "twins train freely from the same weights on the same batches. Beside them trains an autograd twin "
          "whose every weight starts one unit in the last place (ULP) away: the yardstick. And a twin by "
          "hand "
          "is set equal to autograd before each measured step."),
      "./twin report --only drift",
      measure,
      verdict,
      answer,
      pictures,
      figures,
      nullptr,
      /*appendix=*/true};
}

}  // namespace twin::reports
