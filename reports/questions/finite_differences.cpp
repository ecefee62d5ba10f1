// What would finite differences cost instead of backpropagation?
#include <algorithm>
#include <chrono>
#include <cmath>
#include <fmt/format.h>

#include "bench/train_step.hpp"
#include "reports/backends.hpp"
#include "reports/questions/question.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace finite_differences {

constexpr std::int64_t kBatch = 32;
constexpr DType kDType = DType::float64;  // in float32 a difference of losses is mostly rounding
constexpr Seed kSeed = 1;

using Clock = std::chrono::steady_clock;

double microseconds(Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

/// One twin at one width.
struct Side {
  const Backend* backend;
  std::unique_ptr<Network> network;
  double backpropagation_us = 0, loss_us = 0, differences_us = 0;
  double gap = -1;  // of the two gradients, over the largest derivative; below 0: never run
};

// The median time of one call, the sides taking turns so that a slow moment hits both.
void time_calls(std::vector<Side>& sides, double seconds, double Side::*result,
                const std::function<void(Network&)>& call) {
  constexpr std::size_t kRounds = 7;
  std::vector<std::vector<double>> rounds(sides.size());
  std::vector<int> calls(sides.size(), 1);
  const auto round = [&](std::size_t i) {
    const Clock::time_point start = Clock::now();
    for (int k = 0; k < calls[i]; ++k) call(*sides[i].network);
    return microseconds(Clock::now() - start);
  };
  const double wanted_us = 1e6 * seconds / kRounds;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    round(i);  // the first call makes room for everything
    for (double us = round(i); us < wanted_us / 2; us = round(i))
      calls[i] = std::max(calls[i] + 1, static_cast<int>(calls[i] * std::min(10.0, wanted_us / us)));
  }
  for (std::size_t k = 0; k < kRounds; ++k)
    for (std::size_t i = 0; i < sides.size(); ++i) rounds[i].push_back(round(i) / calls[i]);
  for (std::size_t i = 0; i < sides.size(); ++i) {
    std::nth_element(rounds[i].begin(), rounds[i].begin() + kRounds / 2, rounds[i].end());
    sides[i].*result = rounds[i][kRounds / 2];
  }
}

// Every derivative by two losses. The clock runs for the losses alone: by hand, a parameter is changed in
// place.
void run_differences(Side& side, const NamedTensors& parameters, const Batch& batch) {
  const Gradients gradients = side.network->gradients(batch);
  NamedTensors point = parameters;
  Clock::duration time{};
  double largest = 0, furthest = 0;
  const auto loss_at = [&] {
    side.network->load_parameters(point);
    const Clock::time_point start = Clock::now();
    const double loss = side.network->loss(batch);
    time += Clock::now() - start;
    return loss;
  };
  for (Tensor& tensor : point) {
    const std::span<double> values = tensor.data<double>();
    const std::span<const double> expected = gradients.parameters.at(tensor.name()).data<double>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double value = values[i];
      // Balances the error of the formula, h², and that of the losses, u/h.
      const double step = std::cbrt(unit_roundoff(kDType)) * std::max(1.0, std::abs(value));
      values[i] = value + step;
      const double above = loss_at();
      values[i] = value - step;
      const double below = loss_at();
      values[i] = value;
      largest = std::max(largest, std::abs(expected[i]));
      furthest = std::max(furthest, std::abs((above - below) / (2 * step) - expected[i]));
    }
  }
  side.network->load_parameters(parameters);
  side.differences_us = microseconds(time);
  side.gap = furthest / largest;
}

Json measure(const Measuring& measuring) {
  const BusyThreads busy;
  const std::vector<bench::Subject> subjects =
      bench::width_grid(measuring.quick ? std::vector<std::int64_t>{2, 8, 32, 128, 512}
                                        : std::vector<std::int64_t>{2, 4, 8, 16, 32, 64, 128, 256, 512, 1024},
                        {kBatch});
  const std::int64_t most_run = measuring.quick ? 4000 : 15000;
  const double seconds = measuring.quick ? 0.1 : 0.5;
  Json points = Json::array();
  for (const bench::Subject& subject : subjects) {
    measuring.on_progress(static_cast<std::int64_t>(points.size()),
                          static_cast<std::int64_t>(subjects.size()));
    const NamedTensors parameters = initial_parameters(subject.spec, kDType, kSeed);
    const OwnedBatch batch = subject.random_batch(kDType, kSeed);
    const std::int64_t count = parameter_count(subject.spec);
    std::vector<Side> sides;
    for (const Backend* backend : backends()) {
      sides.push_back({backend, backend->build(subject.spec, kDType, Device::cpu)});
      sides.back().network->load_parameters(parameters);
    }
    time_calls(sides, seconds, &Side::backpropagation_us,
               [&](Network& network) { network.gradients(batch.view()); });
    time_calls(sides, seconds, &Side::loss_us, [&](Network& network) { network.loss(batch.view()); });
    const bool run = count <= most_run;
    Json point{{"width", input_features(subject.spec)}, {"parameters", count}, {"run", run}};
    for (Side& side : sides) {
      if (run)
        run_differences(side, parameters, batch.view());
      else
        side.differences_us = 2 * static_cast<double>(count) * side.loss_us;
      Json& json = point[std::string(side.backend->name())];
      json = {{"backpropagation_us", side.backpropagation_us},
              {"loss_us", side.loss_us},
              {"differences_us", side.differences_us}};
      if (run) json["largest_gap"] = side.gap;
    }
    points.push_back(std::move(point));
  }
  Json json = json_header("finite-differences", {{"quick", measuring.quick}, {"batch", kBatch}},
                          measuring.threads, busy);
  json["points"] = std::move(points);
  return json;
}

// ---- Out of the JSON

double backpropagation(const Json& point, const char* side) {
  return point.at(side).at("backpropagation_us");
}
double differences(const Json& point, const char* side) { return point.at(side).at("differences_us"); }
double ratio(const Json& point, const char* side) {
  return differences(point, side) / backpropagation(point, side);
}

std::string duration(double us, Language language) {
  struct Unit {
    double us;
    Text text;
  };
  constexpr Unit kUnits[] = {{86400e6, translatable("{} days")}, {3600e6, translatable("{} h")},
                             {60e6, translatable("{} min")},     {1e6, translatable("{} s")},
                             {1e3, translatable("{} ms")},       {1, translatable("{} µs")}};
  const auto* unit = std::find_if(std::begin(kUnits), std::end(kUnits) - 1,
                                  [&](const Unit& candidate) { return us >= candidate.us; });
  return say(language, unit->text, rounded(us / unit->us, language));
}

const Json& largest(const Json& json) { return json.at("points").back(); }

std::string verdict(const Json& json, Language language) {
  const Json& point = largest(json);
  return say(
      language,
      "By hand, backpropagation has the gradient of {} parameters in {}. Central differences would take {}, "
      "{} times as long (batch {}, float64).",
      point.at("parameters").get<std::int64_t>(), duration(backpropagation(point, "manual"), language),
      duration(differences(point, "manual"), language), rounded(ratio(point, "manual"), language), kBatch);
}

std::string answer(const Json& json, Language language) {
  Table table({say(language, ">width"), say(language, ">parameters"),
               say(language, ">backpropagation by hand"), say(language, ">backpropagation, autograd"),
               say(language, ">differences by hand"), say(language, ">differences, autograd"),
               say(language, ">factor by hand"), say(language, ">factor, autograd"),
               say(language, "differences were")});
  double gap = 0;
  std::int64_t most_run = 0;
  for (const Json& point : json.at("points")) {
    const bool run = point.at("run");
    const auto count = point.at("parameters").get<std::int64_t>();
    table.add({std::to_string(point.at("width").get<std::int64_t>()), std::to_string(count),
               duration(backpropagation(point, "manual"), language),
               duration(backpropagation(point, "autograd"), language),
               duration(differences(point, "manual"), language),
               duration(differences(point, "autograd"), language), rounded(ratio(point, "manual"), language),
               rounded(ratio(point, "autograd"), language),
               run ? say(language, "run") : say(language, "computed")});
    if (!run) continue;
    most_run = count;
    for (const char* side : {"manual", "autograd"})
      gap = std::max(gap, point.at(side).at("largest_gap").get<double>());
  }
  const Json& point = largest(json);
  const auto losses = [&](const char* side) {
    return rounded(backpropagation(point, side) / point.at(side).at("loss_us").get<double>(), language);
  };
  const Json& smallest = json.at("points").front();
  return say(language,
             "Backpropagation computes the whole gradient at once. With {} parameters it takes as long as {} "
             "losses "
             "by hand and {} with autograd. Central differences take two losses for each parameter: by hand "
             "{} "
             "times backpropagation with {} parameters, and {} times with {}.\n\n",
             point.at("parameters").get<std::int64_t>(), losses("manual"), losses("autograd"),
             rounded(ratio(smallest, "manual"), language), smallest.at("parameters").get<std::int64_t>(),
             rounded(ratio(point, "manual"), language), point.at("parameters").get<std::int64_t>()) +
         table.markdown() +
         say(language,
             "\nUp to {} parameters all differences were run. There the two gradients differ by at most "
             "{:.1Le} of "
             "the largest derivative. Beyond, the time is computed: two losses times the number of "
             "parameters. "
             "`./twin check` uses differences for a few derivatives of each tensor.",
             most_run, gap);
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const auto curve = [&](std::string title, const char* side, const auto& time) {
    Curve result{std::move(title), {}, {}};
    for (const Json& point : json.at("points")) {
      result.x.push_back(point.at("width"));
      result.y.push_back(time(point, side) / 1e6);
    }
    return result;
  };
  return {{"finite-differences",
           {say(language, "Time of one gradient (three layers, batch {}, float64)", kBatch),
            say(language, "width of each layer"),
            say(language, "seconds"),
            true,
            true,
            true,
            {curve(say(language, "differences, autograd"), "autograd", differences),
             curve(say(language, "differences by hand"), "manual", differences),
             curve(say(language, "backpropagation, autograd"), "autograd", backpropagation),
             curve(say(language, "backpropagation by hand"), "manual", backpropagation)}}}};
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> all;
  for (const Json& point : json.at("points"))
    for (const char* side : {"manual", "autograd"})
      all.push_back({fmt::format("{}, differences / backpropagation, {} parameters", side,
                                 point.at("parameters").get<std::int64_t>()),
                     ratio(point, side), "1", Figure::Better::neither});
  return all;
}

}  // namespace finite_differences

Question finite_differences_question() {
  using namespace finite_differences;
  return {
      "finite-differences",
      translatable("What would finite differences cost instead of backpropagation?"),
      translatable(
          "Networks of three equally wide dense layers, a sigmoid after each; batch 32, float64. "
          "Backpropagation is the call that hands out every gradient, that of the inputs included: it takes "
          "longer than the training step in float32 that other questions time. Central differences are two "
          "losses for each parameter. A loss is a forward pass that records nothing. To change a parameter "
          "costs nothing here. Medians of seven rounds in which both sides take turns."),
      "./twin report --only finite-differences",
      measure,
      verdict,
      answer,
      pictures,
      figures,
      nullptr,
      /*appendix=*/true};
}

}  // namespace twin::reports
