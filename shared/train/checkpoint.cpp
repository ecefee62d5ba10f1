#include "shared/train/checkpoint.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <zlib.h>

#include "shared/errors.hpp"
#include "shared/formats/safetensors.hpp"

namespace twin {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "twingrad.checkpoint/1";
constexpr std::string_view kRemedy = "give a file that twin train --checkpoint wrote, or train anew";

struct Part {
  std::string_view name;
  NamedTensors NetworkState::*tensors;
};
constexpr Part kParts[] = {{"parameters", &NetworkState::parameters},
                           {"buffers", &NetworkState::buffers},
                           {"optimizer", &NetworkState::optimizer}};

// A safetensors file has none of its own. Of names and values, in their order in the file.
std::string checksum(const NamedTensors& tensors) {
  uLong crc = crc32(0, nullptr, 0);
  for (const Tensor& tensor : tensors) {
    NamedTensors alone;
    alone.add(tensor);
    const std::string bytes = safetensors_bytes(alone);
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  }
  return fmt::format("{:08x}", crc);
}

json json_of(const EpochResult& epoch) {
  return {{"epoch", epoch.epoch},       {"steps", epoch.steps}, {"loss", epoch.loss},
          {"accuracy", epoch.accuracy}, {"bits", epoch.bits},   {"squared_error", epoch.squared_error},
          {"seconds", epoch.seconds}};
}

EpochResult epoch_of(const json& json) {
  const auto values = [&](const char* key) { return json.at(key).get<std::vector<double>>(); };
  return {json.at("epoch"), json.at("steps"),        values("loss"),   values("accuracy"),
          values("bits"),   values("squared_error"), values("seconds")};
}

}  // namespace

std::string checkpoint_bytes(const Checkpoint& checkpoint) {
  NamedTensors tensors;
  json progress{{"trainees", checkpoint.trainees},
                {"steps_done", json::array()},
                {"epochs", json::array()},
                {"gaps", checkpoint.gaps}};
  for (std::size_t i = 0; i < checkpoint.states.size(); ++i) {
    const NetworkState& state = checkpoint.states[i];
    progress["steps_done"].push_back(state.steps_done);
    for (const Part& part : kParts)
      for (const Tensor& tensor : state.*part.tensors)
        tensors.add(
            tensor.renamed(fmt::format("{}/{}/{}", checkpoint.trainees[i], part.name, tensor.name())));
  }
  for (const EpochResult& epoch : checkpoint.epochs) progress["epochs"].push_back(json_of(epoch));
  return safetensors_bytes(tensors, {{"format", kFormat},
                                     {"settings", checkpoint.settings},
                                     {"progress", progress.dump()},
                                     {"checksum", checksum(tensors)}});
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& fault) {
    throw DataError(fault, path.string(), std::string(kRemedy));
  };
  const WithMetadata file = read_safetensors_with_metadata(path);
  const auto text = [&](const char* key) {
    const auto found = file.metadata.find(key);
    if (found == file.metadata.end()) refuse(fmt::format("is no checkpoint: it has no {}", key));
    return found->second;
  };
  if (const std::string format = text("format"); format != kFormat)
    refuse(fmt::format("is no checkpoint: its format is {}, expected {}", format, kFormat));
  if (text("checksum") != checksum(file.tensors)) refuse("damaged: the checksum of its tensors is another");

  Checkpoint checkpoint;
  checkpoint.settings = text("settings");
  try {
    const json progress = json::parse(text("progress"));
    progress.at("trainees").get_to(checkpoint.trainees);
    progress.at("gaps").get_to(checkpoint.gaps);
    for (const json& epoch : progress.at("epochs")) checkpoint.epochs.push_back(epoch_of(epoch));
    for (std::size_t i = 0; i < checkpoint.trainees.size(); ++i)
      checkpoint.states.push_back({{}, {}, {}, progress.at("steps_done").at(i)});
  } catch (const json::exception&) {
    refuse("damaged: its progress cannot be read");
  }
  if (checkpoint.epochs.empty()) refuse("damaged: it stands before the first epoch");
  std::size_t taken = 0;
  for (std::size_t i = 0; i < checkpoint.trainees.size(); ++i)
    for (const Part& part : kParts) {
      const std::string prefix = fmt::format("{}/{}/", checkpoint.trainees[i], part.name);
      for (const Tensor& tensor : file.tensors)
        if (tensor.name().starts_with(prefix)) {
          (checkpoint.states[i].*part.tensors).add(tensor.renamed(tensor.name().substr(prefix.size())));
          ++taken;
        }
    }
  if (taken != file.tensors.size()) refuse("damaged: it holds tensors of no trainee");
  return checkpoint;
}

}  // namespace twin
