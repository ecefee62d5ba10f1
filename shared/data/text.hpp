// A text as a dataset: windows of bytes, each with the bytes that follow.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "shared/data/dataset.hpp"

namespace twin {

/// A character is one byte here, so that any text can be read: a letter outside ASCII is several of them in
/// UTF-8.
inline constexpr std::int64_t kByteValues = 256;

/// "a", "space", "newline", "0xe2".
std::vector<std::string> byte_names();

/// The text in windows of `length` bytes that follow each other without a gap: inputs N×length, targets
/// N×length, the same one byte later. The first nine tenths are for training, the rest is the test; what is
/// left over at the end of each is not used. Throws DataError, naming `path`, for a text of less than ten
/// windows.
Dataset text_dataset(std::string name, std::string_view text, std::int64_t length,
                     const std::filesystem::path& path);

/// The whole file, unpacked where it is gzipped. Throws as GzipReader does.
std::string read_text(const std::filesystem::path& path);

}  // namespace twin
