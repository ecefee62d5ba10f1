#include "reports/questions/learning.hpp"

#include <fmt/format.h>

#include "reports/backends.hpp"
#include "shared/catalogue.hpp"

namespace twin::reports {
namespace {

Curve curve(const Json& training, std::string title, const char* field) {
  Curve result{std::move(title), {}, {}};
  for (const Json& epoch : training.at("epochs")) {
    result.x.push_back(epoch.at("epoch"));
    result.y.push_back(epoch.at(field));
  }
  return result;
}

}  // namespace

Json measure_training(const Measuring& measuring, std::string_view network, DType dtype,
                      std::int64_t epochs) {
  const BusyThreads busy;
  TrainingOptions options;
  options.backends = backends();
  options.dtype = dtype;
  options.epochs = epochs;
  options.data = measuring.data;
  const CatalogueEntry entry = configured(find_network(network), options);
  const Dataset dataset = dataset_for(entry, options.data);
  const TrainingResult result = run_training(
      entry, dataset, options, [](const EpochResult&, double) {}, measuring.on_progress);
  Json json = json_header("train", options_json(entry, options), measuring.threads, busy);
  json.update(result_json(result, options));
  return json;
}

std::vector<Picture> training_pictures(const Json& training, Language language) {
  const bool english = language == Language::english;
  const std::string network = training.at("options").at("network");
  const std::string dtype = training.at("options").at("dtype");
  const bool long_run = training.at("epochs").size() > 100;
  const bool few = training.at("epochs").size() < 30;
  const std::string epoch = english ? "epoch" : "epoch (putaran)";
  return {
      {network + "-loss",
       {fmt::format(fmt::runtime(english ? "Loss of both twins, {} ({})" : "Loss kedua kembaran, {} ({})"),
                    network, dtype),
        epoch,
        "loss",
        long_run,
        long_run,
        few,
        {curve(training, english ? "by hand" : "tulisan tangan", "loss_manual"),
         curve(training, "autograd", "loss_autograd")}}},
      {network + "-gap",
       {fmt::format(
            fmt::runtime(english ? "Gap between the weights, {} ({})" : "Selisih antara bobot, {} ({})"),
            network, dtype),
        epoch,
        english ? "largest relative gap" : "selisih relatif terbesar",
        long_run,
        true,
        few,
        {curve(training, english ? "largest gap of any weight" : "selisih terbesar dari semua bobot",
               "max_rel_weight_gap")}}}};
}

double last_of(const Json& training, const char* field) { return training.at("epochs").back().at(field); }

}  // namespace twin::reports
