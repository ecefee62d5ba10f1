// When do the twins' trajectories drift apart, and why?
#include "reports/runs/drift.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>
#include <utility>
#include <vector>

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

std::string verdict(const Json& json, Language language) {
  const Json &xor_run = run_of(json, 0), &fashion = run_of(json, 1);
  const Json &xor_end = xor_run.at("epochs").back(), &end = fashion.at("epochs").back();
  const Text head =
      learn_alike(xor_run) && learn_alike(fashion)
          ? Text{"Both twins learn the same", "Kedua kembaran belajar hal yang sama"}
          : Text{"The twins do NOT learn the same", "Kedua kembaran TIDAK belajar hal yang sama"};
  const Text text{
      "{}: after {} steps on XOR in float64 their weights differ by {:.1e}, and they answer {:.0f} % and "
      "{:.0f} % of the truth table rightly; after epoch {} of Fashion-MNIST in float32 by {:.1e} (an "
      "autograd twin that starts one rounding away: {:.1e}), with {:.2f} % and {:.2f} % of the test pictures "
      "right.",
      "{}: setelah {} langkah pada XOR dalam float64 bobotnya berbeda {:.1e}, dan masing-masing menjawab "
      "benar {:.0f} % dan {:.0f} % tabel kebenaran; setelah epoch {} pada Fashion-MNIST dalam float32 "
      "berbeda {:.1e} (kembaran autograd yang mulai satu pembulatan di sampingnya: {:.1e}), dengan {:.2f} % "
      "dan {:.2f} % gambar uji dikenali dengan benar."};
  return fmt::format(
      fmt::runtime(text.in(language)), head.in(language), xor_end.at("steps").get<std::int64_t>(),
      last_gap(xor_run, "twins"), 100 * xor_end.at("accuracy_manual").get<double>(),
      100 * xor_end.at("accuracy_autograd").get<double>(), fashion.at("epochs").size(),
      last_gap(fashion, "twins"), last_gap(fashion, "nearby"), 100 * end.at("accuracy_manual").get<double>(),
      100 * end.at("accuracy_autograd").get<double>());
}

// The points at 1, 10, 100, …, and the last.
std::string gaps_table(const Json& run, bool english) {
  Table table(english
                  ? std::vector<std::string>{">steps", ">manual to autograd", ">autograd one ULP away",
                                             ">manual, set equal before the step"}
                  : std::vector<std::string>{">langkah", ">manual ke autograd", ">autograd berjarak satu ULP",
                                             ">manual, disamakan sebelum langkah"});
  std::int64_t next = 1;
  for (const Json& point : run.at("points")) {
    const auto steps = point.at("steps").get<std::int64_t>();
    if (steps < next && &point != &run.at("points").back()) continue;
    while (next <= steps) next *= 10;
    table.add({std::to_string(steps), fmt::format("{:.2g}", point.at("twins").get<double>()),
               fmt::format("{:.2g}", point.at("nearby").get<double>()),
               fmt::format("{:.2g}", point.at("locked").get<double>())});
  }
  return table.markdown();
}

// Of a limit that may never be passed.
std::string step_text(const Json& value, bool english) {
  if (value.is_number()) return std::to_string(value.get<std::int64_t>());
  return english ? "never" : "tidak pernah";
}

std::string passes_table(const Json& json, bool english) {
  std::vector<std::string> headers{english ? "steps until it exceeds" : "langkah sampai melewati"};
  const Json& limits = run_of(json, 0).at("passes");
  for (const Json& limit : limits) headers.push_back(fmt::format(">{:g}", limit.at("limit").get<double>()));
  Table table(headers);
  for (std::size_t s = 0; s < std::size(kSubjects); ++s)
    for (const auto& [gap, name] :
         {std::pair<const char*, Text>{"twins", {"manual to autograd", "manual ke autograd"}},
          {"nearby", {"autograd one ULP away", "autograd berjarak satu ULP"}}}) {
      const Json& run = run_of(json, s);
      std::vector<Cell> row{fmt::format("{}, {}: {}", run.at("network").get<std::string>(),
                                        run.at("dtype").get<std::string>(),
                                        name.in(english ? Language::english : Language::indonesian))};
      for (const Json& limit : run.at("passes")) row.emplace_back(step_text(limit.at(gap), english));
      table.add(std::move(row));
    }
  return table.markdown();
}

std::string ends_table(const Json& json, bool english) {
  Table table(english ? std::vector<std::string>{"network", ">steps", ">loss manual", ">loss autograd",
                                                 ">right, manual", ">right, autograd"}
                      : std::vector<std::string>{"jaringan", ">langkah", ">loss manual", ">loss autograd",
                                                 ">benar, manual", ">benar, autograd"});
  for (std::size_t s = 0; s < std::size(kSubjects); ++s) {
    const Json &run = run_of(json, s), &end = run.at("epochs").back();
    table.add({run.at("network").get<std::string>(), std::to_string(end.at("steps").get<std::int64_t>()),
               fmt::format("{:.5g}", end.at("loss_manual").get<double>()),
               fmt::format("{:.5g}", end.at("loss_autograd").get<double>()),
               fmt::format("{:.2f} %", 100 * end.at("accuracy_manual").get<double>()),
               fmt::format("{:.2f} %", 100 * end.at("accuracy_autograd").get<double>())});
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

std::string rates_table(const Json& json, bool english) {
  const Json& limits = json.at("runs").at(0).at("passes");
  std::vector<std::string> headers =
      english ? std::vector<std::string>{">learning rate", ">largest gap", ">one ULP away",
                                         ">set equal before each step"}
              : std::vector<std::string>{">laju belajar", ">selisih terbesar", ">berjarak satu ULP",
                                         ">disamakan sebelum langkah"};
  for (const Json& limit : limits)
    headers.push_back(fmt::format(fmt::runtime(english ? ">{:g} at step" : ">{:g} pada langkah"),
                                  limit.at("limit").get<double>()));
  Table table(headers);
  for (const Json& run : by_rate(json)) {
    std::vector<Cell> row{
        fmt::format("{:g}", run.at("lr").get<double>()), fmt::format("{:.2g}", largest(run, "twins")),
        fmt::format("{:.2g}", largest(run, "nearby")), fmt::format("{:.2g}", largest(run, "locked"))};
    for (const Json& limit : run.at("passes")) row.emplace_back(step_text(limit.at("twins"), english));
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

// Of a layer alone: "first", say.
std::int64_t differing(const Json& run, std::string_view layer) {
  for (const Json& gap : run.at("layers"))
    if (gap.at("quantity") == layer) return gap.at("differ");
  return 0;
}

std::string first_step_text(const Json& run, Language language) {
  const Json* first = nullptr;
  std::int64_t elements = 0, differ = 0;
  for (const Json& gap : run.at("first_step")) {
    if (!first && gap.at("differ") > 0) first = &gap;
    const std::string quantity = gap.at("quantity");
    const bool weight = !quantity.starts_with("d_") && quantity.find('.') != std::string::npos;
    if (!weight) continue;
    elements += gap.at("elements").get<std::int64_t>();
    differ += gap.at("differ").get<std::int64_t>();
  }
  const std::string network = run.at("network");
  if (!first) {
    const Text same{"In the first step of {}, from the same bits, the twins agree in every bit.",
                    "Pada langkah pertama {}, dari bit yang sama, kedua kembaran sama sampai bit terakhir."};
    return fmt::format(fmt::runtime(same.in(language)), network);
  }
  const Text text{
      "In the first step of {}, from the same bits, the first value in which the twins differ is `{}`: {} of "
      "{} elements, by {:.0f} ULP at most. After the step {} of {} weights differ.",
      "Pada langkah pertama {}, dari bit yang sama, nilai pertama yang berbeda pada kedua kembaran adalah "
      "`{}`: {} dari {} elemen, paling banyak {:.0f} ULP. Setelah langkah itu {} dari {} bobot berbeda."};
  return fmt::format(fmt::runtime(text.in(language)), network, first->at("quantity").get<std::string>(),
                     first->at("differ").get<std::int64_t>(), first->at("elements").get<std::int64_t>(),
                     first->at("max_ulp").get<double>(), differ, elements);
}

std::string stem_of_layer(const Json& run, std::size_t layer) { return run.at("stems").at(layer); }

std::string layers_table(const Json& run, Language language) {
  const bool english = language == Language::english;
  const std::pair<const char*, Text> names[] = {
      {"first", {"{0}, random numbers", "{0}, bilangan acak"}},
      {"first_no_bias", {"{0} with biases of 0", "{0} dengan bias 0"}},
      {"first_integers", {"{0} on small integers", "{0} pada bilangan bulat kecil"}},
      {"second", {"{1}, random numbers", "{1}, bilangan acak"}}};
  Table table(
      english ? std::vector<std::string>{"alone, from the same bits", ">outputs", ">differ", ">ULP at most"}
              : std::vector<std::string>{"tersendiri, dari bit yang sama", ">keluaran", ">berbeda",
                                         ">ULP paling banyak"});
  for (const auto& [layer, name] : names)
    for (const Json& gap : run.at("layers"))
      if (gap.at("quantity") == layer)
        table.add({fmt::format(fmt::runtime(name.in(language)), stem_of_layer(run, 0), stem_of_layer(run, 1)),
                   std::to_string(gap.at("elements").get<std::int64_t>()),
                   std::to_string(gap.at("differ").get<std::int64_t>()),
                   fmt::format("{:.0f}", gap.at("max_ulp").get<double>())});
  return table.markdown();
}

std::string why(const Json& run, Language language) {
  std::vector<std::string> reasons;
  const auto add = [&](bool holds, const Text& reason) {
    if (holds)
      reasons.push_back(
          fmt::format(fmt::runtime(reason.in(language)), stem_of_layer(run, 0), stem_of_layer(run, 1)));
  };
  const bool sums = differing(run, "first") > 0, product = differing(run, "first_no_bias") > 0,
             integers = differing(run, "first_integers") > 0, second = differing(run, "second") > 0;
  add(integers,
      {"Where sums are exact the twins differ all the same: rounding alone does not explain that.",
       "Juga pada jumlah yang eksak kedua kembaran berbeda: pembulatan saja tidak menjelaskannya."});
  add(sums && !integers,
      {"Small integers, whose sums are exact in any order, agree in every bit: `{0}` computes the same, and "
       "adds its terms in another order.",
       "Bilangan bulat kecil, yang jumlahnya eksak dalam urutan apa pun, sama sampai bit terakhir: `{0}` "
       "menghitung hal yang sama, hanya urutan penjumlahannya berbeda."});
  add(sums && !product && !integers,
      {"Without biases the products agree too: what differs is when the bias is added.",
       "Tanpa bias hasil kalinya pun sama: yang berbeda adalah kapan bias ditambahkan."});
  add(!sums && !product && !integers,
      {"The sums of `{0}` agree in every bit.", "Jumlah pada `{0}` sama sampai bit terakhir."});
  add(second, {"`{1}` is a different approximation on either side.",
               "`{1}` dihampiri dengan cara berbeda di kedua sisi."});
  add(sums || product,
      {"(Where a sum cancels to almost nothing, a small gap is many ULP.)",
       "(Bila suku-suku suatu jumlah hampir saling meniadakan, selisih kecil menjadi banyak ULP.)"});
  return fmt::format("{}\n\n{}\n{}", first_step_text(run, language), layers_table(run, language),
                     fmt::join(reasons, " "));
}

// From the end of the first epoch to that of the last; empty for a single epoch.
std::string growth(const Json& run, Language language) {
  const Json& epochs = run.at("epochs");
  if (epochs.size() < 2) return "";
  const auto factor = [&](const char* gap) {
    return std::pow(epochs.back().at(gap).get<double>() / epochs.front().at(gap).get<double>(),
                    1 / static_cast<double>(epochs.size() - 1));
  };
  const Text text{
      " From one epoch to the next the gap of {} grows by a factor of {:.2f}, that of the neighbour by "
      "{:.2f}.",
      " Dari satu epoch ke epoch berikutnya selisih {} dikalikan {:.2f}, selisih tetangganya {:.2f}."};
  return fmt::format(fmt::runtime(text.in(language)), run.at("network").get<std::string>(), factor("twins"),
                     factor("nearby"));
}

std::string run_section(const Json& run, Language language) {
  const Text text{
      "**{}, {}.** The largest relative gap of any weight:\n\n{}\nThe manual twin is at most {:.2g} times as "
      "far "
      "from autograd as the autograd twin that started one ULP away. Set equal before each step, the twins "
      "are never more than {:.2g} apart after it; left free, up to {:.2g}.{}\n\n{}\n\n",
      "**{}, {}.** Selisih relatif terbesar dari semua bobot:\n\n{}\nJarak kembaran manual dari autograd "
      "paling "
      "banyak {:.2g} kali jarak kembaran autograd yang mulai berjarak satu ULP. Bila disamakan sebelum "
      "setiap langkah, sesudahnya selisih tidak pernah lebih dari {:.2g}; bila dibiarkan bebas, sampai "
      "{:.2g}.{}\n\n{}\n\n"};
  return fmt::format(fmt::runtime(text.in(language)), run.at("network").get<std::string>(),
                     run.at("dtype").get<std::string>(), gaps_table(run, language == Language::english),
                     ratio_to_the_yardstick(run), largest(run, "locked"), largest(run, "twins"),
                     growth(run, language), why(run, language));
}

std::string rates_text(const Json& json, Language language) {
  const std::vector<Json> runs = by_rate(json);
  const auto by_gap = [](const Json& a, const Json& b) { return largest(a, "twins") < largest(b, "twins"); };
  const Json& most = *std::max_element(runs.begin(), runs.end(), by_gap);
  const Json& least = *std::min_element(runs.begin(), runs.end(), by_gap);
  const Text text{
      "A training step passes a gap on, smaller or larger; how much depends on the learning rate. On XOR it "
      "becomes largest at rate {:g} ({:.2g}) and stays smallest at rate {:g} ({:.2g}):\n\n{}",
      "Satu langkah pelatihan meneruskan selisih, lebih kecil atau lebih besar; seberapa banyak bergantung "
      "pada laju belajar. Pada XOR selisih menjadi paling besar pada laju {:g} ({:.2g}) dan paling kecil "
      "pada laju {:g} ({:.2g}):\n\n{}"};
  return fmt::format(fmt::runtime(text.in(language)), most.at("lr").get<double>(), largest(most, "twins"),
                     least.at("lr").get<double>(), largest(least, "twins"),
                     rates_table(json, language == Language::english));
}

std::string answer(const Json& json, Language language) {
  const bool english = language == Language::english;
  const Text head{
      "Where both twins end:\n\n{}\nWhen the gap between their weights exceeds a limit:\n\n{}\n",
      "Di mana kedua kembaran berakhir:\n\n{}\nKapan selisih bobotnya melewati suatu batas:\n\n{}\n"};
  std::string text =
      fmt::format(fmt::runtime(head.in(language)), ends_table(json, english), passes_table(json, english));
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
  const bool english = language == Language::english;
  const auto plot = [&](std::string title) {
    Plot result;
    result.title = std::move(title);
    result.x_label = english ? "training steps" : "langkah pelatihan";
    result.y_label =
        english ? "largest relative gap of any weight" : "selisih relatif terbesar dari semua bobot";
    result.log_x = result.log_y = true;
    return result;
  };
  std::vector<Picture> all;
  for (std::size_t s = 0; s < std::size(kSubjects); ++s) {
    const Json& run = run_of(json, s);
    const std::string network = run.at("network");
    Plot drift = plot(fmt::format(fmt::runtime(english ? "How the twins drift apart: {}, {}"
                                                       : "Bagaimana kedua kembaran menjauh: {}, {}"),
                                  network, run.at("dtype").get<std::string>()));
    drift.curves = {curve_of(run, "twins", english ? "manual to autograd" : "manual ke autograd"),
                    curve_of(run, "nearby", english ? "autograd one ULP away" : "autograd berjarak satu ULP"),
                    curve_of(run, "locked",
                             english ? "manual, set equal before each step"
                                     : "manual, disamakan sebelum setiap langkah")};
    all.push_back({"drift-" + network, std::move(drift)});
  }
  Plot rates = plot(english ? "The gap on XOR at several learning rates"
                            : "Selisih pada XOR dengan beberapa laju belajar");
  for (const Json& run : by_rate(json))
    rates.curves.push_back(
        curve_of(run, "twins",
                 fmt::format(fmt::runtime(english ? "rate {:g}" : "laju {:g}"), run.at("lr").get<double>())));
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
      {"When do the twins' trajectories drift apart, and why?",
       "Kapan lintasan kedua kembaran menjauh, dan mengapa?"},
      {"The 2-4-1 network on XOR in float64 and the 784-256-128-10 network on the pictures of Fashion-MNIST "
       "in float32: both twins train freely from the same weights on the same batches. Beside them trains an "
       "autograd twin whose every weight starts one unit in the last place (ULP) away, the honest yardstick, "
       "and a hand-written twin that is set equal to autograd before each measured step.",
       "Jaringan 2-4-1 pada XOR dalam float64 dan jaringan 784-256-128-10 pada gambar Fashion-MNIST dalam "
       "float32: kedua kembaran berlatih bebas dari bobot yang sama dengan batch yang sama. Di samping "
       "mereka berlatih kembaran autograd yang setiap bobotnya mulai satu satuan pada tempat terakhir (ULP) "
       "di sebelahnya, sebagai tolok ukur yang jujur, dan kembaran tulisan tangan yang disamakan dengan "
       "autograd sebelum setiap langkah yang diukur."},
      "./twin report --only drift",
      measure,
      verdict,
      answer,
      pictures,
      figures};
}

}  // namespace twin::reports
