// How large is the largest gradient gap, per layer, dtype and depth, in units of its bound?
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <limits>
#include <utility>

#include "reports/backends.hpp"
#include "reports/questions/question.hpp"
#include "reports/runs/checking.hpp"
#include "shared/compare/tolerances.hpp"
#include "shared/networks/mlp.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace gaps {

constexpr DType kDTypes[] = {DType::float64, DType::float32};
constexpr std::int64_t kFeatures = 24, kWidth = 32, kClasses = 10, kRows = 16;

std::string deep_name(int depth) { return fmt::format("mlp-depth-{}", depth); }

// So many dense layers of 32 outputs (the last of 10), a sigmoid between each two; loss and optimiser are
// those of fashion-mlp.
NetworkSpec deep_spec(int depth) {
  std::vector<std::int64_t> widths(static_cast<std::size_t>(depth) + 1, kWidth);
  widths.front() = kFeatures;
  widths.back() = kClasses;
  const NetworkSpec& like = find_network("fashion-mlp").spec;
  return mlp(widths, like.loss, like.optimizer, UniformInitialiser{.bound = 0.5});
}

// Gradients and one step, of all seeds together.
NetworkCheck check_depth(int depth, DType dtype, Seed seeds, int threads) {
  const NetworkSpec spec = deep_spec(depth);
  NetworkCheck check{deep_name(depth), dtype, {}};
  for (Seed seed = 1; seed <= seeds; ++seed)
    for (CheckRow& row : check_equivalence(twins(), spec, initial_parameters(spec, DType::float64, seed),
                                           {random_batch(spec, kRows, DType::float64, seed)},
                                           {.dtype = dtype,
                                           .steps = 1,
                                           .finite_differences = false,
                                           .repeats = threads == 1,
                                           .seed = seed}))
      check.rows.push_back(std::move(row));
  return check;
}

Json measure(const Measuring& measuring) {
  const BusyThreads busy;
  const std::vector<int> depths =
      measuring.quick ? std::vector<int>{1, 2, 4, 8} : std::vector<int>{1, 2, 4, 8, 16};
  const Seed seeds = measuring.quick ? 3 : 20;
  CheckingOptions options;
  options.named.networks = catalogue();
  std::erase_if(options.named.networks, [](const CatalogueEntry& entry) { return is_large(entry.spec); });
  options.dtypes.assign(std::begin(kDTypes), std::end(kDTypes));
  options.steps = measuring.quick ? 1 : 3;
  if (measuring.quick) options.flops /= 10;
  options.threads = measuring.threads;
  options.data = measuring.data;
  const auto deep = static_cast<std::int64_t>(depths.size() * options.dtypes.size());
  std::int64_t done = 0, total = deep;
  std::vector<NetworkCheck> checks =
      run_checking(options, [&](std::int64_t networks, std::int64_t of_networks) {
        done = networks + 1;
        total = of_networks + deep;
        if (measuring.on_progress) measuring.on_progress(networks, total);
      });

  Json layers = Json::object();  // of each depth, from the input on
  for (const int depth : depths) {
    for (const LayerSpec& layer : deep_spec(depth).layers)
      if (!parameters_of(std::vector{layer}).empty()) layers[deep_name(depth)].push_back(layer.name);
    for (const DType dtype : kDTypes) {
      if (measuring.on_progress) measuring.on_progress(done++, total);
      checks.push_back(check_depth(depth, dtype, seeds, measuring.threads));
    }
  }
  Json asked = options_json(options);
  asked["seeds"] = seeds;
  Json json = json_header("gaps", std::move(asked), measuring.threads, busy);
  json["depths"] = depths;
  json["layers"] = std::move(layers);
  json.update(result_json(checks, options.device));
  json.erase("checks");  // thousands of rows, which "tightness" sums up
  return json;
}

int count(const Json& json, const char* what) { return json.at(what).get<int>(); }

/// The gap that comes nearest to its bound.
struct Nearest {
  std::string tensor;
  double share = 0;      // of the bound that decides
  double derived = 0;    // the largest share of the bound from forward-error analysis
  double roundings = 0;  // the largest gap in units of u·max|a|
};

// JSON has no infinity, and writes null for it.
double number(const Json& value) {
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::infinity();
}

Nearest nearest(const Json& json, const std::function<bool(const Json& row)>& holds) {
  Nearest result;
  for (const Json& row : json.at("tightness")) {
    const std::string quantity = row.at("quantity");
    if (row.at("oracle") != "autograd" || (quantity != "gradient" && quantity != "input_gradient") ||
        !holds(row))
      continue;
    const double share = number(row.at("largest_share"));
    if (result.tensor.empty() || share > result.share) {
      result.share = share;
      result.tensor = row.at("tensor");
    }
    const double u = unit_roundoff(row.at("dtype") == "float32" ? DType::float32 : DType::float64);
    result.derived = std::max(result.derived, number(row.at("largest_derived_share")));
    result.roundings = std::max(result.roundings, number(row.at("largest_rel")) / u);
  }
  return result;
}

Nearest nearest(const Json& json, const std::string& network, std::string_view dtype) {
  return nearest(json,
                 [&](const Json& row) { return row.at("network") == network && row.at("dtype") == dtype; });
}

Nearest nearest_of_all(const Json& json, std::string_view dtype) {
  return nearest(json, [&](const Json& row) { return row.at("dtype") == dtype; });
}

Nearest nearest_in_layer(const Json& json, const std::string& network, std::string_view dtype,
                         const std::string& layer) {
  return nearest(json, [&](const Json& row) {
    return row.at("network") == network && row.at("dtype") == dtype &&
           row.at("tensor").get<std::string>().starts_with(layer + ".");
  });
}

int checks_of(const Json& json) {
  return count(json, "passed") + count(json, "failed") + count(json, "unchecked") + count(json, "kinks");
}

std::string verdict(const Json& json, Language language) {
  const int all = checks_of(json), failed = count(json, "failed"), unchecked = count(json, "unchecked"),
            kinks = count(json, "kinks");
  if (all == 0) return say(language, "Nothing was checked.");
  const std::string rest = say(
      language,
      "{} of {} checks passed, {} failed, {} were inconclusive (their bound is too wide to certify anything) "
      "and {} stood at a kink, such as ReLU's at 0, where there is no derivative. The largest gap to "
      "autograd's "
      "gradient is {} of its bound in float64 and {} in float32.",
      count(json, "passed"), all, failed, unchecked, kinks,
      rounded(nearest_of_all(json, "float64").share, language, 2),
      rounded(nearest_of_all(json, "float32").share, language, 2));
  return (failed > 0 ? say(language, "The hand-written gradients are NOT right.")
          : unchecked + kinks > 0
              ? say(language, "No hand-written gradient is wrong, as far as the checks can tell.")
              : say(language, "The hand-written gradients are right.")) +
         " " + rest;
}

// In the order of the measurement.
std::vector<std::string> networks_of(const Json& json) {
  std::vector<std::string> names;
  for (const Json& name : json.at("options").at("networks")) names.push_back(name);
  for (const Json& depth : json.at("depths")) names.push_back(deep_name(depth));
  return names;
}

std::string networks_table(const Json& json, Language language) {
  Table table({say(language, "network"), say(language, "precision"), ">" + say(language, "gap / bound"),
               ">" + say(language, "gap / forward-error bound"), ">" + say(language, "gap in roundings"),
               say(language, "where")});
  for (const std::string& network : networks_of(json))
    for (const DType dtype : kDTypes) {
      const Nearest gap = nearest(json, network, to_string(dtype));
      table.add({network, std::string(to_string(dtype)), rounded(gap.share, language, 2),
                 rounded(gap.derived, language, 2), rounded(gap.roundings, language, 2), gap.tensor});
    }
  return table.markdown();
}

std::string depth_text(const Json& json, Language language) {
  const std::string shallow = deep_name(json.at("depths").front()),
                    deep = deep_name(json.at("depths").back());
  std::string text =
      say(language, "From a depth of {} to one of {} dense layers, the largest gap changes like this.",
          json.at("depths").front().get<int>(), json.at("depths").back().get<int>());
  for (const DType dtype : kDTypes) {
    const Nearest a = nearest(json, shallow, to_string(dtype)), b = nearest(json, deep, to_string(dtype));
    text += " " + say(language,
                      "In {}: from {} to {} roundings (u·max|gradient|), and from {} to {} of the bound.",
                      to_string(dtype), rounded(a.roundings, language, 2), rounded(b.roundings, language, 2),
                      rounded(a.share, language, 2), rounded(b.share, language, 2));
  }
  return text;
}

std::string answer(const Json& json, Language language) {
  return say(language,
             "The largest gap of any gradient, by its weights, its biases or the inputs, in each network:") +
         "\n\n" + networks_table(json, language) + "\n" + depth_text(json, language) + "\n\n" +
         say(language,
             "A gap is held against a bound: as much as rounding may explain. In float64 the bound is "
             "{:Lg}·u·max|gradient|, and wider where terms cancel; u is half the distance from 1 to the next "
             "number. In float32 both sides are held against float64: the hand-written gradient may be four "
             "times as far from it as autograd's, and a few roundings more. Beside it stands the bound that "
             "forward-error analysis derives for each element, which holds for any order of the sums. A gap "
             "of 1 or more would be a failure. A bound that is a thousand times too wide would hide "
             "mistakes: "
             "these shares show whether it is.",
             tolerance::kGateRoundings) +
         "\n";
}

std::vector<Picture> pictures(const Json& json, Language language) {
  Plot by_depth, by_layer;
  by_depth.title = say(language, "The largest gradient gap against depth");
  by_depth.x_label = say(language, "dense layers");
  const std::string deepest = deep_name(json.at("depths").back());
  by_layer.title =
      say(language, "The largest gradient gap in each of {} layers", json.at("depths").back().get<int>());
  by_layer.x_label = say(language, "layer, from the input");
  for (Plot* plot : {&by_depth, &by_layer}) {
    plot->y_label = say(language, "largest gap / bound");
    plot->log_y = plot->points = true;
  }
  by_depth.log_x = true;
  for (const DType dtype : kDTypes) {
    const std::string name(to_string(dtype));
    Curve share{name, {}, {}}, derived{say(language, "{}, forward-error bound", name), {}, {}},
        layers{name, {}, {}};
    for (const Json& depth : json.at("depths")) {
      const Nearest gap = nearest(json, deep_name(depth), name);
      for (Curve* curve : {&share, &derived}) curve->x.push_back(depth);
      share.y.push_back(gap.share);
      derived.y.push_back(gap.derived);
    }
    for (const Json& layer : json.at("layers").at(deepest)) {
      layers.x.push_back(static_cast<double>(layers.x.size() + 1));
      layers.y.push_back(nearest_in_layer(json, deepest, name, layer).share);
    }
    by_depth.curves.push_back(std::move(share));
    by_depth.curves.push_back(std::move(derived));
    by_layer.curves.push_back(std::move(layers));
  }
  return {{"gaps-depth", std::move(by_depth)}, {"gaps-layers", std::move(by_layer)}};
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> all{
      {"checks that failed", static_cast<double>(count(json, "failed")), "1", Figure::Better::lower},
      {"checks that were inconclusive", static_cast<double>(count(json, "unchecked")), "1",
       Figure::Better::lower}};
  for (const std::string& network : networks_of(json))
    for (const DType dtype : kDTypes)
      all.push_back({fmt::format("gap / bound: {}, {}", network, to_string(dtype)),
                     nearest(json, network, to_string(dtype)).share, "1", Figure::Better::lower});
  return all;
}

}  // namespace gaps

Question gaps_question() {
  using namespace gaps;
  return {
      "gaps",
      translatable("How far are hand-written gradients from autograd's, in units of what rounding explains?"),
      translatable(
          "Every gradient of the smaller hand-written networks of the catalogue is held against autograd's "
          "and, "
          "in float64, against finite differences of the loss, which share no formula with either. Then "
          "the same for sigmoid networks of growing depth, 32 wide, with random weights, inputs and "
          "labels, from several seeds."),
      "./twin report --only gaps",
      measure,
      verdict,
      answer,
      pictures,
      figures,
      nullptr,
      /*appendix=*/true};
}

}  // namespace twin::reports
