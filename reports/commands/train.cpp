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

// Error: the mean squared difference between outputs and targets, where these are numbers.
void print_header(const std::vector<const Backend*>& sides, bool has_accuracy) {
  std::string line = fmt::format("{:>7}", "epoch");
  for (const Backend* side : sides) line += fmt::format("  {:>13}", fmt::format("loss {}", side->name()));
  for (const Backend* side : sides)
    line += fmt::format("  {:>17}", fmt::format("{} {}", has_accuracy ? "accuracy" : "error", side->name()));
  if (sides.size() == 2) line += fmt::format("  {:>10}", "weight gap");
  fmt::print("{}\n", coloured(line, Colour::strong));
}

void print_epoch(const EpochResult& epoch, double gap) {
  std::string line = fmt::format("{:>7}", epoch.epoch);
  for (const double loss : epoch.loss) line += fmt::format("  {:>13.6g}", loss);
  for (std::size_t i = 0; i < epoch.loss.size(); ++i)
    line += !epoch.accuracy.empty()        ? fmt::format("  {:>15.2f} %", 100 * epoch.accuracy[i])
            : !epoch.squared_error.empty() ? fmt::format("  {:>17.4g}", epoch.squared_error[i])
                                           : fmt::format("  {:>17}", "–");
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
  if (!options.training.checkpoint.empty()) {
    AtomicFile{options.training.checkpoint};  // a place that cannot be written shows before the work
    // A race decides which library multiplies, and could end otherwise when the training is taken up again.
    setenv("TWINGRAD_PRODUCTS", "blas", 0);
  }

  const BusyThreads busy;
  Progress progress(fmt::format("training {}", entry.name));
  bool header = false, trained = false;
  const TrainingResult result = run_training(
      entry, dataset, options.training,
      [&](const EpochResult& epoch, double gap) {
        trained = true;
        if (!shown(epoch, entry.epochs)) return;
        progress.wipe();
        if (!header) print_header(options.training.backends, has_accuracy(dataset.test));
        header = true;
        print_epoch(epoch, gap);
      },
      [&](std::int64_t done, std::int64_t total) { progress.show(done, total); });
  progress.wipe();
  if (!trained) fmt::print("{}: all was done already\n", entry.name);

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
  if (!result.compressors.empty()) {
    std::string line = "bits of a character of the test text:";
    for (std::size_t i = 0; i < last.bits.size(); ++i)
      line += fmt::format(" {} {:.3f},", options.training.backends[i]->name(), last.bits[i]);
    for (const CompressorBits& compressor : result.compressors)
      line += fmt::format(" {} {:.3f},", compressor.name, compressor.bits);
    line.pop_back();
    fmt::print("{}\n", line);
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
  CLI::Option* checkpoint =
      command
          ->add_option("--checkpoint", training.checkpoint,
                       "Write all that is needed to go on after each epoch, and the best state beside it")
          ->option_text("FILE");
  command
      ->add_option("--checkpoint-every", training.checkpoint_every, "Epochs from one checkpoint to the next")
      ->option_text("N [1]")
      ->needs(checkpoint);
  command->add_flag("--resume", training.resume, "Go on from the checkpoint")->needs(checkpoint);
  add_seed(*command, training.seed, "Seed of weights, shuffles and masks");
  add_data(*command, *options);
  add_threads(*command, *options);
  add_json(*command, *options);
  command->callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace twin::reports
