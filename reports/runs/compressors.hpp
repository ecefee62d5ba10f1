// What general-purpose compressors make of a text: the mark that a network of characters is measured by.
#pragma once

#include <string>
#include <vector>

#include "shared/data/dataset.hpp"

namespace twin::reports {

struct CompressorBits {
  std::string name;  // "gzip"
  double bits;       // of a byte of the test text
};

/// gzip and xz at their highest levels. A byte of the test text takes what the whole text takes
/// beyond the training text alone, so that a compressor has seen the training text as a network has. Empty
/// unless the inputs of the dataset are bytes of a text (shared/data/text.hpp).
std::vector<CompressorBits> compressor_bits(const Dataset& dataset);

}  // namespace twin::reports
