// The datasets of the catalogue.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "shared/tensors/tensor.hpp"

namespace twin {

/// One part of a dataset. A stored input v stands for scale·v + shift, so that images stay bytes in memory, a
/// stored target v for target_scale·v; an integer (int64) stands for itself.
struct Split {
  Tensor inputs;   // N×…, uint8 or float64; int64 where a network takes indices
  Tensor targets;  // N×… (uint8 or float64), or labels (int64)
  double scale = 1;
  double shift = 0;
  double target_scale = 1;

  std::int64_t size() const { return inputs.shape().at(0); }
  std::int64_t features() const { return inputs.shape().at(1); }
};

struct Dataset {
  std::string name;
  Split train;
  Split test;
  std::vector<std::string> classes;  // empty when the targets are no labels
};

struct DatasetOptions {
  std::filesystem::path folder;  // of the files; empty for the place of Debian's package
};

/// "or", "and", "xor" (the truth tables: four samples, training and test alike), "fashion-mnist",
/// "fashion-pixels" (the same pictures, whose targets are their own pixels in [0, 1]), "jargon": The Jargon
/// File (Raymond et al. 2003, version 4.4.7) in windows of kTextWindow bytes, and "jargon-words": its words,
/// each with those beside it (shared/data/words.hpp).
std::vector<std::string> dataset_names();

/// Throws UsageError for an unknown name, DataError when its files are missing or damaged, when images and
/// labels differ in number, or when a label is no class.
Dataset load_dataset(std::string_view name, const DatasetOptions& options = {});

/// Whether a file of this dataset is in the folder. False for the truth tables, which need none.
bool is_in(std::string_view dataset, const std::filesystem::path& folder);

/// Bytes of a sample of a text.
inline constexpr std::int64_t kTextWindow = 64;

/// Where Debian's packages dataset-fashion-mnist and jargon-text put their files.
std::filesystem::path default_fashion_mnist_folder();
std::filesystem::path default_jargon_folder();

}  // namespace twin
