// twin diff: gradients that somebody else computed, in two files.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>

#include "reports/backends.hpp"
#include "reports/commands/command.hpp"
#include "reports/json.hpp"
#include "shared/compare/compare.hpp"
#include "shared/errors.hpp"
#include "shared/formats/tensor_file.hpp"
#include "shared/terminal/style.hpp"

namespace twin::reports {
namespace {

struct DiffArguments : CommonOptions {
  std::filesystem::path actual, expected, parameters, previous;
  double roundings = tolerance::kGateRoundings;
  std::optional<std::int64_t> batch;
};

void expect_usable(const DiffArguments& options) {
  if (!std::isfinite(options.roundings) || options.roundings <= 0)
    throw UsageError(fmt::format("--roundings is {}", options.roundings), {}, "give a number above 0");
  if (options.batch && *options.batch < 1)
    throw UsageError(fmt::format("--batch is {}", *options.batch), {}, "give 1 or more");
}

// compare() finds what does not fit together; what is wrong with one file alone is said with its path.
void expect_gradients(const NamedTensors& tensors, const std::filesystem::path& path) {
  if (tensors.size() == 0) throw DataError("there are no tensors in the file", path.string());
  for (const Tensor& tensor : tensors) {
    if (tensor.dtype() != DType::float32 && tensor.dtype() != DType::float64)
      throw ShapeError(fmt::format("{} holds {}", tensor.name(), to_string(tensor.dtype())), path.string(),
                       "leave out what is no gradient, or save it as float64");
    if (tensor.size() == 0)
      throw ShapeError(fmt::format("{} is empty ({})", tensor.name(), to_string(tensor.shape())),
                       path.string(), "leave it out of both files");
  }
}

// Weights or earlier gradients that belong to no gradient would explain nothing, and nobody would notice.
void expect_companions(const NamedTensors& tensors, const std::filesystem::path& path,
                       const NamedTensors& gradients) {
  if (path.empty()) return;
  for (const Tensor& gradient : gradients) {
    const std::string& name = gradient.name();
    if (!tensors.contains(name))
      throw ShapeError(fmt::format("there is no {} in the file", name), path.string(),
                       "save its tensors under the names of the gradients");
    if (tensors.at(name).shape() != gradient.shape())
      throw ShapeError(fmt::format("{} is {}, and its gradient {}", name, to_string(tensors.at(name).shape()),
                                   to_string(gradient.shape())),
                       path.string());
  }
}

// An array alone is named after its file, which says nothing about what it is.
NamedTensors renamed(const NamedTensors& tensors, const std::string& name) {
  NamedTensors result;
  result.add(tensors.begin()->renamed(name));
  return result;
}

struct GradientFiles {
  NamedTensors actual, expected;
  CompareOptions options;
};

GradientFiles read_files(const DiffArguments& options) {
  GradientFiles files{read_tensors(options.actual), read_tensors(options.expected), {}};
  expect_gradients(files.actual, options.actual);
  expect_gradients(files.expected, options.expected);
  if (!options.parameters.empty()) files.options.parameters = read_tensors(options.parameters);
  if (!options.previous.empty()) files.options.previous = read_tensors(options.previous);
  const auto is_alone = [](const std::filesystem::path& path) {
    return format_of(path) == TensorFormat::npy;
  };
  if (is_alone(options.actual) && is_alone(options.expected)) {
    const std::string name = files.expected.begin()->name();
    files.actual = renamed(files.actual, name);
    for (const auto& [path, tensors] : {std::pair(options.parameters, &files.options.parameters),
                                        std::pair(options.previous, &files.options.previous)})
      if (!path.empty() && is_alone(path)) *tensors = renamed(*tensors, name);
  }

  expect_companions(files.options.parameters, options.parameters, files.expected);
  expect_companions(files.options.previous, options.previous, files.expected);

  const bool same_name = options.actual.filename() == options.expected.filename();
  files.options.actual = (same_name ? options.actual : options.actual.filename()).string();
  files.options.expected = (same_name ? options.expected : options.expected.filename()).string();
  files.options.roundings = options.roundings;
  files.options.batch_size = options.batch.value_or(0);
  return files;
}

std::string closing_line(const Comparison& comparison, const CompareOptions& options) {
  const auto differ =
      std::count_if(comparison.rows.begin(), comparison.rows.end(), std::mem_fn(&CheckRow::failed));
  const std::string sides = fmt::format("{} and {}", options.actual, options.expected);
  const std::size_t count = comparison.rows.size();
  if (differ == 0)
    return coloured(fmt::format("{} match in {} tensor{}, to {} roundings of the largest element", sides,
                                count, count == 1 ? "" : "s", options.roundings),
                    Colour::good);
  return coloured(fmt::format("{} differ in {} of {} tensor{}", sides, differ, count, count == 1 ? "" : "s"),
                  Colour::bad);
}

Json options_json(const DiffArguments& options) {
  const auto or_null = [](const std::filesystem::path& path) {
    return path.empty() ? Json() : Json(path.string());
  };
  return {{"actual", options.actual.string()},
          {"expected", options.expected.string()},
          {"batch", options.batch ? Json(*options.batch) : Json()},
          {"parameters", or_null(options.parameters)},
          {"previous", or_null(options.previous)},
          {"roundings", options.roundings}};
}

Json result_json(const Comparison& comparison, const NamedTensors& expected) {
  Json rows = Json::array(), findings = Json::array();
  for (const CheckRow& row : comparison.rows) {
    const Tensor& tensor = expected.at(row.tensor);
    Json json{{"tensor", row.tensor}, {"shape", tensor.shape()}, {"dtype", to_string(tensor.dtype())}};
    json.update(json_of(row));
    rows.push_back(std::move(json));
  }
  for (const Finding& finding : comparison.findings) findings.push_back(json_of(finding));
  return {{"rows", std::move(rows)}, {"findings", std::move(findings)}, {"match", comparison.match()}};
}

int run(const DiffArguments& options) {
  expect_usable(options);
  JsonOutput output(options.json);
  use_threads(options.threads, backends());
  const BusyThreads busy;
  const GradientFiles files = read_files(options);
  const Comparison comparison = compare(files.actual, files.expected, files.options);
  fmt::print("{}{}\n", comparison.text(), closing_line(comparison, files.options));

  Json json = json_header("diff", options_json(options), options.threads, busy);
  json.update(result_json(comparison, files.expected));
  output.write(json);
  return comparison.match() ? 0 : 1;
}

}  // namespace

void add_diff(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("diff", "Compare gradients in two files: safetensors, npz or npy");
  auto options = std::make_shared<DiffArguments>();
  command->add_option("A", options->actual, "The gradients to judge")->required()->option_text("FILE");
  command->add_option("B", options->expected, "The gradients to judge them by")
      ->required()
      ->option_text("FILE");
  command->add_option("--batch", options->batch, "Size of the batch, so that a factor can be named")
      ->option_text("N");
  command->add_option("--parameters", options->parameters, "The weights, under the names of their gradients")
      ->option_text("FILE");
  command->add_option("--previous", options->previous, "The gradients of the step before")
      ->option_text("FILE");
  command
      ->add_option("--roundings", options->roundings,
                   "How many roundings of the largest element right code may differ by")
      ->option_text(fmt::format("R [{}]", options->roundings));
  add_json(*command, *options);
  command->callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace twin::reports
