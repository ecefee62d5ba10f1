#include "shared/data/words.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <unordered_map>

#include "shared/errors.hpp"
#include "shared/seeds/random.hpp"

namespace twin {
namespace {

bool is_ascii_letter(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

char lower_case(char letter) { return letter < 'a' ? static_cast<char>(letter - 'A' + 'a') : letter; }

// Bytes of the apostrophe that `text` begins with; 0 where it begins with none.
std::size_t apostrophe_length(std::string_view text) {
  for (const std::string_view apostrophe : {"'", "\u2019"})
    if (text.starts_with(apostrophe)) return apostrophe.size();
  return 0;
}

std::unordered_map<std::string, std::int64_t> counted(std::span<const std::string> words) {
  std::unordered_map<std::string, std::int64_t> counts;
  for (const std::string& word : words) ++counts[word];
  return counts;
}

// The dataset is the same for every seed of a training.
constexpr Seed kKeptWords = 1;

struct Vocabulary {
  std::unordered_map<std::string, std::int64_t> indices;
  std::vector<double> kept;  // how probably each word is; 1 and more is always
};

Vocabulary known_words(std::span<const std::string> words, std::span<const std::string> classes,
                       double frequent) {
  const std::unordered_map<std::string, std::int64_t> counts = counted(words);
  double all = 0;
  for (const std::string& word : classes) all += static_cast<double>(counts.at(word));
  Vocabulary known;
  for (const std::string& word : classes) {
    known.indices.emplace(word, std::ssize(known.kept));
    known.kept.push_back(std::sqrt(frequent * all / static_cast<double>(counts.at(word))));
  }
  return known;
}

// Part number 0 is for training, 1 is the test: each has a stream of its own.
Split pairs(std::span<const std::string> words, const Vocabulary& known, std::int64_t window,
            std::uint32_t part) {
  const RandomStream stream(kKeptWords, Purpose::choices, part);
  std::vector<std::int64_t> kept;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (const auto found = known.indices.find(words[i]); found != known.indices.end())
      if (stream.uniform(i) < known.kept[static_cast<std::size_t>(found->second)])
        kept.push_back(found->second);

  std::vector<std::int64_t> inputs, targets;
  const std::int64_t count = std::ssize(kept);
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int64_t j = std::max<std::int64_t>(0, i - window); j <= std::min(count - 1, i + window); ++j) {
      if (j == i) continue;
      inputs.push_back(kept[static_cast<std::size_t>(i)]);
      targets.push_back(kept[static_cast<std::size_t>(j)]);
    }
  const Shape shape{std::ssize(inputs), 1};
  return {Tensor("inputs", shape, std::move(inputs)), Tensor("targets", shape, std::move(targets))};
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  while (!text.empty()) {
    const std::size_t apostrophe = word.empty() ? 0 : apostrophe_length(text);
    std::size_t read = 1;
    if (is_ascii_letter(text[0])) {
      word += lower_case(text[0]);
    } else if (apostrophe > 0 && apostrophe < text.size() && is_ascii_letter(text[apostrophe])) {
      word += '\'';
      read = apostrophe;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
    text.remove_prefix(read);
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::vector<std::string> vocabulary_of(std::span<const std::string> words, std::int64_t size) {
  const std::unordered_map<std::string, std::int64_t> counts = counted(words);
  std::vector<std::pair<std::int64_t, std::string>> ranked;  // the fewer the count, the later
  for (const auto& [word, count] : counts) ranked.emplace_back(-count, word);
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> vocabulary;
  for (const auto& [count, word] :
       std::span(ranked).first(std::min(ranked.size(), static_cast<std::size_t>(size))))
    vocabulary.push_back(word);
  return vocabulary;
}

Dataset word_pairs(std::string name, std::string_view text, const std::filesystem::path& path,
                   const WordPairOptions& options) {
  const std::vector<std::string> words = words_of(text);
  const auto training = std::span(words).first(words.size() / 10 * 9);
  const auto rest = std::span(words).subspan(training.size());
  std::vector<std::string> classes = vocabulary_of(training, options.vocabulary);
  const Vocabulary known = known_words(training, classes, options.frequent);
  Split train = pairs(training, known, options.window, 0), test = pairs(rest, known, options.window, 1);
  if (train.size() == 0 || test.size() == 0)
    throw DataError(fmt::format("{} words, too few for pairs of neighbours", words.size()), path.string(),
                    "give a longer text");
  return {std::move(name), std::move(train), std::move(test), std::move(classes)};
}

}  // namespace twin
