// twin train: a network learns, by hand and with autograd, on the same batches.
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/backends.hpp"
#include "reports/commands/command.hpp"
#include "reports/runs/training.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace {

struct TrainArguments : CommonOptions {
  std::string network, backend = "both";
  TrainingOptions training;
};

constexpr std::int64_t kRowsShown = 20;

bool shown(const EpochResult& epoch, std::int64_t epochs) {
  return epoch.epoch == 1 || epoch.epoch == epochs ||
         epoch.epoch % std::max<std::int64_t>(1, epochs / kRowsShown) == 0;
}

void print_header(const std::vector<const Backend*>& sides) {
  std::string line = fmt::format("{:>7}", "epoch");
  for (const Backend* side : sides) line += fmt::format("  {:>13}", fmt::format("loss {}", side->name()));
  for (const Backend* side : sides) line += fmt::format("  {:>17}", fmt::format("accuracy {}", side->name()));
  if (sides.size() == 2) line += fmt::format("  {:>10}", "weight gap");
  fmt::print("{}\n", coloured(line, Colour::strong));
}

void print_epoch(const EpochResult& epoch, double gap) {
  std::string line = fmt::format("{:>7}", epoch.epoch);
  for (const double loss : epoch.loss) line += fmt::format("  {:>13.6g}", loss);
  for (std::size_t i = 0; i < epoch.loss.size(); ++i)
    line += epoch.accuracy.empty() ? fmt::format("  {:>17}", "–")
                                   : fmt::format("  {:>15.2f} %", 100 * epoch.accuracy[i]);
  if (epoch.loss.size() == 2) line += fmt::format("  {:>10.2e}", gap);
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

int run(TrainArguments& options) {
  options.training.data = options.data;
  options.training.backends = choose_backends(options.backend);
  const CatalogueEntry entry = configured(find_network(options.network), options.training);
  JsonOutput output(options.json);
  use_threads(options.threads, backends());
  const Dataset dataset = dataset_for(entry, options.data);

  const BusyThreads busy;
  Progress progress(fmt::format("training {}", entry.name));
  bool header = false;
  const TrainingResult result = run_training(
      entry, dataset, options.training,
      [&](const EpochResult& epoch, double gap) {
        if (!shown(epoch, entry.epochs)) return;
        progress.wipe();
        if (!header) print_header(options.training.backends);
        header = true;
        print_epoch(epoch, gap);
      },
      [&](std::int64_t done, std::int64_t total) { progress.show(done, total); });
  progress.wipe();

  const EpochResult& last = result.epochs.back();
  if (!result.tensors.empty()) {
    Table table({"quantity", "tensor", "shape", ">largest gap", ">relative", ">at element"});
    for (const TensorGap& tensor : result.tensors)
      table.add({tensor.quantity, tensor.name, to_string(tensor.shape),
                 fmt::format("{:.3g}", tensor.gap.max_abs), fmt::format("{:.3g}", tensor.gap.max_rel()),
                 std::to_string(tensor.gap.index)});
    fmt::print("\n{}", table.terminal());
    fmt::print("\nlargest relative gap of any weight after {} steps: {:.3g}\n", last.steps,
               result.gaps.back());
  }
  for (std::size_t i = 0; i < options.training.backends.size(); ++i)
    fmt::print("{}: {:.2f} s in training steps, {:.3g} µs a step\n", options.training.backends[i]->name(),
               last.seconds[i], 1e6 * last.seconds[i] / static_cast<double>(last.steps));

  Json json = json_header("train", options_json(entry, options.training), options.threads, busy);
  json.update(result_json(result, options.training));
  output.write(json);
  return 0;
}

}  // namespace

void add_train(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("train", "Train a network with both twins, side by side");
  auto options = std::make_shared<TrainArguments>();
  TrainingOptions& training = options->training;
  command->add_option("network", options->network, "The network, as twin list names it")->required();
  command->add_option("--backend", options->backend, "Which twin")
      ->option_text("both|manual|autograd [both]");
  add_device(*command, training.device);
  add_dtype(*command, training.dtype);
  CLI::Option* epochs =
      command->add_option("--epochs", training.epochs, "Passes over the data")->option_text("N");
  command->add_option("--steps", training.steps, "Stop after N batches instead")
      ->option_text("N")
      ->excludes(epochs);
  command->add_option("--batch", training.batch_size, "Samples in a batch")->option_text("N");
  command
      ->add_option("--optimizer", training.optimizer,
                   "Another update rule than the network's own, with its own defaults")
      ->option_text(fmt::format("{}", fmt::join(kOptimStems, "|")));
  command->add_option("--lr", training.lr, "Learning rate")->option_text("X");
  command->add_option("--momentum", training.momentum, "Momentum, of an optimiser that has one")
      ->option_text("X");
  command->add_option("--initialiser", training.initialiser, "Other initial weights than the network's own")
      ->option_text(fmt::format("{}", fmt::join(kInitialisers, "|")));
  command->add_option("--eval-every", training.eval_every, "Epochs between two looks at the test samples")
      ->option_text("N [1]");
  command->add_option("--dataset", training.dataset, "Other data than the network's own")
      ->option_text("NAME");
  add_seed(*command, training.seed, "Seed of weights, shuffles and masks");
  add_data(*command, *options);
  add_threads(*command, *options);
  add_json(*command, *options);
  command->callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace twin::reports
