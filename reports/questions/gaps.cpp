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
  options.dtypes.assign(std::begin(kDTypes), std::end(kDTypes));
  options.steps = measuring.quick ? 1 : 3;
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

std::string verdict(const Json& json, Language language) {
  const Text text =
      count(json, "failed") == 0
          ? Text{"The hand-written gradients are right: {} of {} checks passed, {} failed; the gradient that differs most from autograd's reaches {:.2g} of its bound in float64 and {:.2g} in float32.",
                 "Gradien tulisan tangan benar: {} dari {} pemeriksaan lolos, {} gagal; gradien yang paling berbeda dari autograd mencapai {:.2g} dari batasnya dalam float64 dan {:.2g} dalam float32."}
          : Text{"The hand-written gradients are NOT right: only {} of {} checks passed, {} failed; the gradient that differs most from autograd's reaches {:.2g} of its bound in float64 and {:.2g} in float32.",
                 "Gradien tulisan tangan TIDAK benar: hanya {} dari {} pemeriksaan yang lolos, {} gagal; gradien yang paling berbeda dari autograd mencapai {:.2g} dari batasnya dalam float64 dan {:.2g} dalam float32."};
  return fmt::format(
      fmt::runtime(text.in(language)), count(json, "passed"),
      count(json, "passed") + count(json, "failed") + count(json, "unchecked") + count(json, "kinks"),
      count(json, "failed"), nearest_of_all(json, "float64").share, nearest_of_all(json, "float32").share);
}

// In the order of the measurement.
std::vector<std::string> networks_of(const Json& json) {
  std::vector<std::string> names;
  for (const Json& name : json.at("options").at("networks")) names.push_back(name);
  for (const Json& depth : json.at("depths")) names.push_back(deep_name(depth));
  return names;
}

std::string networks_table(const Json& json, bool english) {
  Table table(english ? std::vector<std::string>{"network", "precision", ">gap / bound", "where",
                                                 ">gap / forward-error bound", ">gap in roundings"}
                      : std::vector<std::string>{"jaringan", "presisi", ">selisih / batas", "di mana",
                                                 ">selisih / batas galat maju", ">selisih dalam pembulatan"});
  for (const std::string& network : networks_of(json))
    for (const DType dtype : kDTypes) {
      const Nearest gap = nearest(json, network, to_string(dtype));
      table.add({network, std::string(to_string(dtype)), fmt::format("{:.2g}", gap.share), gap.tensor,
                 fmt::format("{:.2g}", gap.derived), fmt::format("{:.2g}", gap.roundings)});
    }
  return table.markdown();
}

std::string depth_text(const Json& json, Language language) {
  const std::string shallow = deep_name(json.at("depths").front()),
                    deep = deep_name(json.at("depths").back());
  const Text text{
      "From a depth of {} to {} layers the largest gap in float64 goes from {:.2g} to {:.2g} roundings "
      "(u·max|gradient|), and from {:.2g} to {:.2g} of its bound; in float32 from {:.2g} to {:.2g} "
      "roundings, and from {:.2g} to {:.2g} of its bound.",
      "Dari {} lapis sampai {} lapis, selisih terbesar dalam float64 berubah dari {:.2g} menjadi {:.2g} "
      "pembulatan (u·max|gradien|), dan dari {:.2g} menjadi {:.2g} dari batasnya; dalam float32 dari {:.2g} "
      "menjadi {:.2g} pembulatan, dan dari {:.2g} menjadi {:.2g} dari batasnya."};
  const Nearest a = nearest(json, shallow, "float64"), b = nearest(json, deep, "float64"),
                c = nearest(json, shallow, "float32"), d = nearest(json, deep, "float32");
  return fmt::format(fmt::runtime(text.in(language)), json.at("depths").front().get<int>(),
                     json.at("depths").back().get<int>(), a.roundings, b.roundings, a.share, b.share,
                     c.roundings, d.roundings, c.share, d.share);
}

std::string answer(const Json& json, Language language) {
  const Text text{
      "{} checks passed, {} failed, {} could not certify anything. The largest gap of any gradient, by its "
      "weights, its biases or the inputs, in each network:\n\n{}\n{}\n\nThe bound that decides is that of "
      "the numeric policy: in float64 {} (it grows where terms cancel), in float32, where both are held "
      "against float64, four times autograd's own distance from it and a few roundings more. Beside it "
      "stands the bound that forward-error analysis derives for each element, which holds whatever the order "
      "of the sums. A gap of 1 or more would be a failure. A bound that is a thousand times too loose hides "
      "mistakes: these are the shares by which to judge it.\n",
      "{} pemeriksaan lolos, {} gagal, {} tidak dapat memastikan apa pun. Selisih terbesar dari semua "
      "gradien, terhadap bobot, bias, atau masukan, pada setiap jaringan:\n\n{}\n{}\n\nBatas yang menentukan "
      "adalah batas kebijakan numerik: dalam float64 {} (melonggar bila suku-suku saling meniadakan), dalam "
      "float32, dengan keduanya dibandingkan terhadap float64, empat kali jarak autograd sendiri darinya "
      "ditambah beberapa pembulatan. Di sampingnya ada batas yang diturunkan analisis galat maju untuk "
      "setiap elemen, yang berlaku apa pun urutan penjumlahannya. Selisih 1 atau lebih berarti gagal. Batas "
      "yang seribu kali terlalu longgar menyembunyikan kesalahan: dengan bagian-bagian inilah batas itu "
      "dinilai.\n"};
  return fmt::format(fmt::runtime(text.in(language)), count(json, "passed"), count(json, "failed"),
                     count(json, "unchecked"), networks_table(json, language == Language::english),
                     depth_text(json, language),
                     fmt::format("{:g}·u·max|{}|", tolerance::kGateRoundings,
                                 language == Language::english ? "gradient" : "gradien"));
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const bool english = language == Language::english;
  const std::string y_label = english ? "largest gap / bound" : "selisih terbesar / batas";
  Plot by_depth, by_layer;
  by_depth.title =
      english ? "The largest gradient gap against depth" : "Selisih gradien terbesar terhadap kedalaman";
  by_depth.x_label = english ? "dense layers" : "jumlah lapis dense";
  const std::string deepest = deep_name(json.at("depths").back());
  by_layer.title =
      fmt::format(fmt::runtime(english ? "The same in each layer of the deepest ({} layers)"
                                       : "Hal yang sama di setiap lapis dari yang terdalam ({} lapis)"),
                  json.at("depths").back().get<int>());
  by_layer.x_label = english ? "layer, from the input" : "lapis, dari masukan";
  for (Plot* plot : {&by_depth, &by_layer}) {
    plot->y_label = y_label;
    plot->log_y = plot->points = true;
  }
  by_depth.log_x = true;
  for (const DType dtype : kDTypes) {
    const std::string name(to_string(dtype));
    Curve share{name, {}, {}},
        derived{name + (english ? ", forward-error bound" : ", batas galat maju"), {}, {}},
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
      {"checks that failed", static_cast<double>(count(json, "failed")), "1", Figure::Better::lower}};
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
      {"How large is the largest gradient gap, per layer, precision and depth, in units of its bound?",
       "Seberapa besar selisih gradien terbesar, per lapis, presisi dan kedalaman, dalam satuan batasnya?"},
      {"Every gradient of the hand-written networks of the catalogue is held against autograd's and, in "
       "float64, against finite differences of the loss, which share no formula with either; then sigmoid "
       "networks of growing depth, 32 wide, with random weights, inputs and labels, from several seeds.",
       "Setiap gradien jaringan tulisan tangan dalam katalog dibandingkan dengan gradien autograd dan, dalam "
       "float64, dengan beda hingga dari loss, yang tidak berbagi rumus dengan keduanya; lalu jaringan "
       "sigmoid yang makin dalam, selebar 32, dengan bobot, masukan dan label acak, dari beberapa benih."},
      "./twin report --only gaps",
      measure,
      verdict,
      answer,
      pictures,
      figures};
}

}  // namespace twin::reports
