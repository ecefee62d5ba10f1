#include "reports/commands/command.hpp"

#include <fmt/format.h>

#include "shared/errors.hpp"

namespace twin::reports {
namespace {

DType parse_dtype(const std::string& name) {
  if (name == "float32") return DType::float32;
  if (name == "float64") return DType::float64;
  throw UsageError(fmt::format("unknown dtype {}", name), {}, "choose from float32, float64");
}

}  // namespace

Device parse_device(const std::string& name) {
  if (name == "cpu") return Device::cpu;
  if (name == "cuda") return Device::cuda;
  throw UsageError(fmt::format("unknown device {}", name), {}, "choose from cpu, cuda");
}

void add_threads(CLI::App& command, CommonOptions& options) {
  command.add_option("--threads", options.threads, "Threads of Eigen, BLAS and LibTorch alike")
      ->option_text("N [1]");
}

void add_json(CLI::App& command, CommonOptions& options) {
  command.add_option("--json", options.json, "Write the results as JSON too")->option_text("FILE");
}

void add_data(CLI::App& command, CommonOptions& options) {
  command
      .add_option("--data", options.data.folder,
                  "Folder of the data: Fashion-MNIST's idx files, or jargon.txt.gz")
      ->option_text("DIR");
}

void add_libtorch(CLI::App& command, std::filesystem::path& folder) {
  command
      .add_option("--libtorch", folder,
                  "A second LibTorch as a side of its own: an unpacked zip, or a wheel's torch/share/cmake")
      ->option_text("DIR");
}

void add_device(CLI::App& command, Device& device) {
  command
      .add_option_function<std::string>(
          "--device", [&device](const std::string& name) { device = parse_device(name); },
          "Where the autograd twin computes")
      ->option_text("cpu|cuda [cpu]");
}

void add_dtype(CLI::App& command, DType& dtype) {
  command
      .add_option_function<std::string>(
          "--dtype", [&dtype](const std::string& name) { dtype = parse_dtype(name); },
          "Precision of both twins")
      ->option_text(fmt::format("float32|float64 [{}]", to_string(dtype)));
}

void add_dtypes(CLI::App& command, std::vector<DType>& dtypes) {
  command
      .add_option_function<std::vector<std::string>>(
          "--dtype",
          [&dtypes](const std::vector<std::string>& names) {
            for (const std::string& name : names) dtypes.push_back(parse_dtype(name));
          },
          "Precision of both twins")
      ->delimiter(',')
      ->option_text("float32|float64 [both]");
}

}  // namespace twin::reports
