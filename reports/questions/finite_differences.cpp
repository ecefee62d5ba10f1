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
    Text name;
  };
  constexpr Unit kUnits[] = {{86400e6, {"days", "hari"}}, {3600e6, {"h", "jam"}}, {60e6, {"min", "menit"}},
                             {1e6, {"s", "s"}},           {1e3, {"ms", "ms"}},    {1, {"µs", "µs"}}};
  const auto* unit = std::find_if(std::begin(kUnits), std::end(kUnits) - 1,
                                  [&](const Unit& candidate) { return us >= candidate.us; });
  return fmt::format("{} {}", rounded(us / unit->us), unit->name.in(language));
}

const Json& largest(const Json& json) { return json.at("points").back(); }

std::string verdict(const Json& json, Language language) {
  const Json& point = largest(json);
  const Text text{
      "A gradient of {} parameters takes the hand-written backpropagation {}; central differences would take "
      "{}, {} times as long.",
      "Gradien dari {} parameter memakan {} dengan backpropagation tulisan tangan; beda hingga terpusat akan "
      "memakan {}, {} kali lebih lama."};
  return fmt::format(fmt::runtime(text.in(language)), point.at("parameters").get<std::int64_t>(),
                     duration(backpropagation(point, "manual"), language),
                     duration(differences(point, "manual"), language), rounded(ratio(point, "manual")));
}

std::string answer(const Json& json, Language language) {
  const bool english = language == Language::english;
  Table table(english ? std::vector<std::string>{">parameters", ">backprop, manual", ">backprop, autograd",
                                                 ">differences, manual", ">differences, autograd",
                                                 ">ratio, manual", ">ratio, autograd", "differences were"}
                      : std::vector<std::string>{">parameter", ">backprop, manual", ">backprop, autograd",
                                                 ">beda hingga, manual", ">beda hingga, autograd",
                                                 ">rasio, manual", ">rasio, autograd", "beda hingga"});
  double gap = 0;
  std::int64_t most_run = 0;
  for (const Json& point : json.at("points")) {
    const bool run = point.at("run");
    const auto count = point.at("parameters").get<std::int64_t>();
    table.add({std::to_string(count), duration(backpropagation(point, "manual"), language),
               duration(backpropagation(point, "autograd"), language),
               duration(differences(point, "manual"), language),
               duration(differences(point, "autograd"), language), rounded(ratio(point, "manual")),
               rounded(ratio(point, "autograd")),
               run ? (english ? "run" : "dijalankan") : (english ? "computed" : "dihitung")});
    if (!run) continue;
    most_run = count;
    for (const char* side : {"manual", "autograd"})
      gap = std::max(gap, point.at(side).at("largest_gap").get<double>());
  }
  const Json& point = largest(json);
  const auto losses = [&](const char* side) {
    return backpropagation(point, side) / point.at(side).at("loss_us").get<double>();
  };
  const Text text{
      "Backpropagation has the whole gradient at once: with {} parameters it takes as long as {:.3g} losses "
      "by hand and {:.3g} with autograd. Central differences take two losses for each parameter: by hand "
      "that is {} times backpropagation with {} parameters, and {} times with {}. Up to {} parameters all of "
      "them were run, and the two gradients were within {:.1e} of the largest derivative; beyond, the time "
      "is computed as two losses times the number of parameters. `./twin check` uses differences for a few "
      "derivatives of each tensor.\n\n{}",
      "Backpropagation memperoleh seluruh gradien sekaligus: dengan {} parameter, waktunya setara {:.3g} "
      "loss pada tulisan tangan dan {:.3g} dengan autograd. Beda hingga terpusat memerlukan dua loss untuk "
      "setiap parameter: pada tulisan tangan itu {} kali backpropagation dengan {} parameter, dan {} kali "
      "dengan {}. Sampai {} parameter semuanya benar-benar dijalankan, dan selisih kedua gradien paling "
      "banyak {:.1e} dari turunan terbesar; di atas itu, waktunya dihitung sebagai dua loss dikalikan "
      "banyaknya parameter. `./twin check` memakai beda hingga untuk beberapa turunan dari setiap "
      "tensor.\n\n{}"};
  const Json& smallest = json.at("points").front();
  const auto count = point.at("parameters").get<std::int64_t>();
  return fmt::format(fmt::runtime(text.in(language)), count, losses("manual"), losses("autograd"),
                     rounded(ratio(smallest, "manual")), smallest.at("parameters").get<std::int64_t>(),
                     rounded(ratio(point, "manual")), count, most_run, gap, table.markdown());
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const bool english = language == Language::english;
  const auto curve = [&](const Text& title, const char* side, const auto& time) {
    Curve result{std::string(title.in(language)), {}, {}};
    for (const Json& point : json.at("points")) {
      result.x.push_back(point.at("parameters"));
      result.y.push_back(time(point, side) / 1e6);
    }
    return result;
  };
  return {
      {"finite-differences",
       {fmt::format(fmt::runtime(english ? "One gradient against the number of parameters (batch {}, float64)"
                                         : "Satu gradien terhadap banyaknya parameter (batch {}, float64)"),
                    kBatch),
        english ? "parameters" : "parameter",
        english ? "seconds" : "detik",
        true,
        true,
        true,
        {curve({"differences, autograd", "beda hingga, autograd"}, "autograd", differences),
         curve({"differences, by hand", "beda hingga, tulisan tangan"}, "manual", differences),
         curve({"backpropagation, autograd", "backpropagation, autograd"}, "autograd", backpropagation),
         curve({"backpropagation, by hand", "backpropagation, tulisan tangan"}, "manual",
               backpropagation)}}}};
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
  return {"finite-differences",
          {"What would finite differences cost instead of backpropagation?",
           "Berapa biaya beda hingga sebagai pengganti backpropagation?"},
          {"Networks of three equally wide dense layers, a sigmoid after each. Backpropagation is timed as "
           "the call that returns "
           "every gradient, central differences as two losses for each parameter, one loss being a forward "
           "pass that records nothing; changing a parameter costs nothing here, as it would by hand. Medians "
           "of seven rounds in which both sides take turns.",
           "Jaringan dengan tiga lapis dense yang sama lebar, masing-masing diikuti sigmoid. Backpropagation "
           "diukur sebagai pemanggilan "
           "yang mengembalikan semua gradien, beda hingga terpusat sebagai dua loss untuk setiap parameter; "
           "satu loss ialah satu forward yang tidak merekam apa pun, dan mengubah parameter tidak dihitung, "
           "seperti pada tulisan tangan. Median dari tujuh putaran dengan kedua sisi bergiliran."},
          "./twin report --only finite-differences",
          measure,
          verdict,
          answer,
          pictures,
          figures};
}

}  // namespace twin::reports
