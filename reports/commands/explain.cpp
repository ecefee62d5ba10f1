// twin explain: one training step with every intermediate value, manual beside autograd.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "reports/backends.hpp"
#include "reports/commands/command.hpp"
#include "reports/named.hpp"
#include "reports/runs/traced_step.hpp"
#include "reports/runs/training.hpp"
#include "shared/data/batches.hpp"
#include "shared/errors.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace {

struct ExplainArguments : CommonOptions {
  std::string name;
  TrainingOptions training;
  std::int64_t steps_before = 0;
};

constexpr std::int64_t kRows = 6, kColumns = 5;

// A tensor as text, a line for each row; long ones are cut with an ellipsis.
std::vector<std::string> lines_of(const Tensor& tensor) {
  const std::vector<double> values = tensor.to_doubles();
  const std::int64_t columns = tensor.shape().empty() ? 1 : tensor.shape().back();
  const std::int64_t rows = tensor.size() / columns;
  std::vector<std::string> lines;
  for (std::int64_t r = 0; r < std::min(rows, kRows); ++r) {
    std::string line;
    for (std::int64_t c = 0; c < std::min(columns, kColumns); ++c)
      line += fmt::format("{:>12.6g}", values[static_cast<std::size_t>(r * columns + c)]);
    if (columns > kColumns) line += " …";
    lines.push_back(std::move(line));
  }
  if (rows > kRows) lines.push_back(fmt::format("{:>12}", "…"));
  return lines;
}

// Both list the same quantities in the same order.
void print_traces(const Trace& manual, const Trace& autograd) {
  constexpr int kLeft = 68;
  const auto padding = [](const std::string& left) {
    return std::string(kLeft - std::min<std::size_t>(kLeft, display_width(left)), ' ');
  };
  std::string step;
  for (std::size_t i = 0; i < manual.size(); ++i) {
    const std::string here = manual[i].step + "|" + autograd[i].step;
    if (here != step) {
      const std::string left = fmt::format("manual: {}", manual[i].step);
      fmt::print("\n{}\n",
                 coloured(fmt::format("{:<{}}autograd: {}", left, kLeft, autograd[i].step), Colour::strong));
    }
    step = here;
    const Difference gap = difference(manual[i].value, autograd[i].value);
    const std::string left = fmt::format("  {} ({})   {}", manual[i].quantity(),
                                         to_string(manual[i].value.shape()), manual[i].formula);
    fmt::print("{}{}{}   gap {:.2g}\n", left, padding(left), autograd[i].formula, gap.max_abs);
    const std::vector<std::string> a = lines_of(manual[i].value), b = lines_of(autograd[i].value);
    for (std::size_t l = 0; l < a.size(); ++l) {
      const std::string row = "  " + a[l];
      fmt::print("{}{}{}\n", row, padding(row), b[l]);
    }
  }
}

// Where does a gradient come from? It is the mean of one gradient per sample; where these cancel, nothing
// moves.
struct Samples {
  Table table;
  double largest_sample = 0;  // entry of any sample's gradient
  double largest_mean = 0;    // entry of their mean
};

Samples sample_contributions(Network& network, const OwnedBatch& batch, const Split& split, DType dtype) {
  const Gradients mean = network.gradients(batch.view());
  std::vector<std::string> headers{"sample", ">target", ">output"};
  for (const Tensor& tensor : mean.parameters)
    for (std::int64_t i = 0; i < tensor.size(); ++i)
      headers.push_back(fmt::format(">d_{}[{}]", tensor.name(), i));
  Samples result{Table(headers)};
  const auto row_of = [&](std::vector<Cell> row, const Gradients& gradients, double& largest) {
    for (const Tensor& tensor : gradients.parameters) {
      for (const double value : tensor.to_doubles()) {
        row.emplace_back(fmt::format("{:.3g}", value));
        largest = std::max(largest, std::abs(value));
      }
    }
    result.table.add(std::move(row));
  };
  for (std::int64_t n = 0; n < split.size(); ++n) {
    const OwnedBatch one = slice(split, dtype, n, 1);
    std::string inputs;
    for (const double x : one.inputs.to_doubles())
      inputs += fmt::format("{}{:g}", inputs.empty() ? "" : " ", x);
    row_of({inputs, fmt::format("{:g}", one.targets.to_doubles()[0]),
            fmt::format("{:.3g}", network.predict(one.inputs.view()).to_doubles()[0])},
           network.gradients(one.view()), result.largest_sample);
  }
  row_of({"mean", "", ""}, mean, result.largest_mean);
  return result;
}

struct Step {
  TracedStep values;
  std::optional<Samples> samples = {};
};

Step explain_network(const CatalogueEntry& entry, ExplainArguments& options) {
  TrainingOptions& training = options.training;
  const Dataset dataset = dataset_for(entry, options.data);
  std::vector<std::unique_ptr<Network>> networks;
  if (options.steps_before > 0) {
    Progress progress(fmt::format("training {}", entry.name));
    training.steps = options.steps_before;
    TrainingResult result = run_training(
        entry, dataset, training, [](const EpochResult&, double) {},
        [&](std::int64_t done, std::int64_t total) { progress.show(done, total); });
    networks = std::move(result.networks);
  } else {
    networks = build_networks(entry, training);
  }
  const Scores before = scores(*networks[0], dataset.test, training.dtype);

  const BatchStream stream(dataset.train, training.dtype, entry.batch_size, entry.seed);
  const OwnedBatch batch = slice(dataset.train, training.dtype, 0, stream.batch_size());
  fmt::print("{}: {}, on {}, after {} steps; {}\n", entry.name, entry.title, dataset.name,
             options.steps_before,
             before.accuracy ? fmt::format("accuracy {:.1f} %", 100 * *before.accuracy)
                             : fmt::format("mean squared error {:.3g}", *before.squared_error));

  constexpr std::int64_t kFewSamples = 8, kFewParameters = 12;
  std::optional<Samples> samples;
  if (dataset.train.size() <= kFewSamples && parameter_count(entry.spec) <= kFewParameters)
    samples = sample_contributions(*networks[0], batch, dataset.train, training.dtype);

  Step step{traced_step(networks, batch.view())};
  print_traces(step.values.manual, step.values.autograd);

  if (samples) {
    step.samples = samples;
    fmt::print("\n{}\n{}",
               coloured("What each sample asks of the weights (gradient of its own loss)", Colour::strong),
               samples->table.terminal());
    if (samples->largest_mean < 1e-3 * samples->largest_sample && before.accuracy < 1)
      fmt::print(
          "\nThe samples still ask for changes of up to {:.2g}, but these cancel: their mean is below {:.2g} "
          "everywhere.\n"
          "The network stands still at an accuracy of {:.0f} %: no single straight line separates these "
          "classes.\n",
          samples->largest_sample, samples->largest_mean, 100 * *before.accuracy);
  }
  return step;
}

// `entry` is made of the example.
Step explain_example(const CatalogueEntry& entry, const Example& example, const ExplainArguments& options) {
  const DType dtype = options.training.dtype;
  const std::vector<std::unique_ptr<Network>> networks = build_networks(entry, options.training);
  const NamedTensors initial = initial_parameters(example, dtype, entry.seed);
  for (const std::unique_ptr<Network>& network : networks) network->load_parameters(initial);
  const auto batch = [&](std::int64_t index) {
    return random_batch(example, dtype, entry.seed, static_cast<std::uint32_t>(index));
  };
  Progress progress(fmt::format("training {}", entry.name));
  for (std::int64_t step = 0; step < options.steps_before; ++step) {
    const OwnedBatch before = batch(step);
    for (const std::unique_ptr<Network>& network : networks) network->train_step(before.view());
    progress.show(step + 1, options.steps_before);
  }
  progress.wipe();
  fmt::print("{} ({}), on {}, after {} steps\n", entry.name, entry.title, entry.dataset,
             options.steps_before);
  Step step{traced_step(networks, batch(options.steps_before).view())};
  print_traces(step.values.manual, step.values.autograd);
  return step;
}

CatalogueEntry entry_of(const Stem& stem, const Example& example) {
  return {.name = name_of(stem, example),
          .title = stem.kind,
          .spec = example.spec,
          .dataset = example.draw == Draw::integers ? "random integers" : "random numbers",
          .epochs = 1,
          .batch_size = example.input.at(0),
          .seed = 1};
}

int run(ExplainArguments& options) {
  if (options.steps_before < 0)
    throw UsageError(fmt::format("--steps is {}", options.steps_before), {}, "give 0 or more");
  TrainingOptions& training = options.training;
  training.data = options.data;
  training.backends = backends();
  const Named named = find_named({options.name});
  const Stem* stem = named.stems.empty() ? nullptr : &named.stems.front();
  for (const auto& [option, given] : {std::pair("--batch", training.batch_size.has_value()),
                                      std::pair("--dataset", !training.dataset.empty())})
    if (stem && given)
      throw UsageError(fmt::format("{} is not for {}", option, options.name), {},
                       "leave it out: an example of a stem brings its own numbers");
  const CatalogueEntry entry =
      configured(stem ? entry_of(*stem, stem->examples.front()) : named.networks.front(), training);
  JsonOutput output(options.json);
  use_threads(options.threads, backends());

  const BusyThreads busy;
  Step step;
  if (stem) {
    Example example = stem->examples.front();
    example.spec = entry.spec;
    step = explain_example(entry, example, options);
  } else {
    step = explain_network(entry, options);
  }
  Json json = json_header("explain", options_json(entry, training), options.threads, busy);
  json["manual"] = json_of(step.values.manual);
  json["autograd"] = json_of(step.values.autograd);
  if (step.samples)
    json["gradients"] = {{"largest_of_a_sample", step.samples->largest_sample},
                         {"largest_of_the_mean", step.samples->largest_mean}};
  output.write(json);
  return 0;
}

}  // namespace

void add_explain(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand(
      "explain", "One training step with every intermediate value, manual beside autograd");
  auto options = std::make_shared<ExplainArguments>();
  options->training.dtype = DType::float64;
  command
      ->add_option(
          "name", options->name,
          "A network, as twin list names it; or a layer, a loss, an optimiser, a schedule or a clipping, by "
          "its first example or another one (conv2d/strided)")
      ->required();
  command->add_option("--steps", options->steps_before, "Train N steps first")->option_text("N [0]");
  command->add_option("--dataset", options->training.dataset, "Other data than the network's own")
      ->option_text("NAME");
  command->add_option("--batch", options->training.batch_size, "Samples in the batch")->option_text("N");
  command->add_option("--lr", options->training.lr, "Learning rate")->option_text("X");
  add_seed(*command, options->training.seed, "Seed of the weights");
  add_dtype(*command, options->training.dtype);
  add_device(*command, options->training.device);
  add_data(*command, *options);
  add_threads(*command, *options);
  add_json(*command, *options);
  command->callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace twin::reports
