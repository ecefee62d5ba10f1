// A text as a dataset: windows of characters, each with the characters that follow.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "shared/data/dataset.hpp"

namespace twin {

/// The end of a line (0), and the printable characters of ASCII from the space (1) to the tilde (95).
inline constexpr std::int64_t kCharacters = 96;

/// -1 for a character that is none of them.
std::int64_t character_index(char character);
/// Precondition: 0 <= index < kCharacters.
char character_at(std::int64_t index);
/// "a", "space", "newline".
std::vector<std::string> character_names();

/// The text in windows of `length` characters that follow each other without a gap: inputs N×length, targets
/// N×length, the same one character later. The first nine tenths are for training, the rest is the test; what
/// is left over at the end of each is not used. Throws DataError, naming `path`, for a character that is none
/// of kCharacters and for a text of less than ten windows.
Dataset text_dataset(std::string name, std::string_view text, std::int64_t length,
                     const std::filesystem::path& path);

/// The whole file, unpacked where it is gzipped. Throws as GzipReader does.
std::string read_text(const std::filesystem::path& path);

}  // namespace twin
