// A training that can be taken up again: everything that its next step depends on, in one file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "shared/network.hpp"
#include "shared/train/trainer.hpp"

namespace twin {

/// At the end of an epoch. (Shuffles and masks are functions of the seed, which is among the settings, and of
/// the numbers of epochs and steps: there is no other random state.)
struct Checkpoint {
  std::string settings;  // what is trained, and how: a training with others is not this one
  std::vector<std::string> trainees;
  std::vector<NetworkState> states;  // of each trainee
  std::vector<EpochResult> epochs;   // all until now
  std::vector<double> gaps;          // after each epoch, of two trainees' weights; otherwise empty
};

/// A safetensors file, to be written with AtomicFile: "manual/parameters/hidden.weight", with settings,
/// epochs and a checksum of the tensors among the metadata.
std::string checkpoint_bytes(const Checkpoint& checkpoint);

/// Throws DataError when the file is missing, damaged, or no checkpoint.
Checkpoint read_checkpoint(const std::filesystem::path& path);

}  // namespace twin
