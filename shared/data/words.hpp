// A text as a dataset of neighbouring words: what skip-gram learns from (Mikolov, Chen, Corrado, Dean 2013,
// "Efficient estimation of word representations in vector space", 3.2).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/data/dataset.hpp"

namespace twin {

/// The words in their order: letters of ASCII, made lower-case. An apostrophe between two of them is part of
/// the word, and is ' whether the text has ' or the curved one (U+2019). All else separates words.
std::vector<std::string> words_of(std::string_view text);

/// The `size` most frequent words, or all when there are fewer; the most frequent one first, those that are
/// equally frequent in the order of their bytes.
std::vector<std::string> vocabulary_of(std::span<const std::string> words, std::int64_t size);

/// Words that the dataset "jargon-words" knows.
inline constexpr std::int64_t kVocabulary = 2000;

struct WordPairOptions {
  std::int64_t vocabulary = kVocabulary;  // words at most
  std::int64_t window = 2;                // so many words before a word, and after it, are its neighbours
  /// A word that makes up the share f of the text is kept with probability sqrt(frequent / f), if that is
  /// below 1: else most pairs would have a "the" or an "of" in them (Mikolov, Sutskever, Chen, Corrado, Dean
  /// 2013, "Distributed representations of words and phrases and their compositionality", eq. 5).
  double frequent = 1e-3;
};

/// Pairs (word → neighbour), one for every neighbour of every word: inputs N×1 and targets N×1 are indices
/// into the vocabulary, which is `classes`. The first nine tenths of the words are for training, and the
/// vocabulary is theirs; the rest is the test. Words outside the vocabulary, and those not kept, are taken
/// out before neighbours are looked for. Which ones are kept is drawn, as a function of the text and the
/// options alone. Throws DataError, naming `path`, when a part has no pair.
Dataset word_pairs(std::string name, std::string_view text, const std::filesystem::path& path,
                   const WordPairOptions& options = {});

}  // namespace twin
