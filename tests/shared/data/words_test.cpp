#include "shared/data/words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/idx_files.hpp"

namespace twin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// "hack→foo", one for each sample.
std::vector<std::string> spelt_pairs(const Split& split, const std::vector<std::string>& classes) {
  std::vector<std::string> spelt;
  const auto word = [&](const Tensor& tensor, std::size_t i) {
    return classes.at(static_cast<std::size_t>(tensor.data<std::int64_t>()[i]));
  };
  for (std::size_t i = 0; i < static_cast<std::size_t>(split.size()); ++i)
    spelt.push_back(fmt::format("{}→{}", word(split.inputs, i), word(split.targets, i)));
  return spelt;
}

WordPairOptions keeping_all(std::int64_t vocabulary, std::int64_t window) {
  return {.vocabulary = vocabulary, .window = window, .frequent = 1};
}

TEST(WordsOf, AreLowerCaseRunsOfLetters) {
  EXPECT_THAT(words_of("The PDP-10, foo_bar\nand\tx86zZ"),
              ElementsAre("the", "pdp", "foo", "bar", "and", "x", "zz"));
  EXPECT_THAT(words_of("[A@Z`a{z}"), ElementsAre("a", "z", "a", "z"));
  EXPECT_THAT(words_of(""), IsEmpty());
  EXPECT_THAT(words_of("4.4.7 \n"), IsEmpty());
}

TEST(WordsOf, KeepsAnApostropheBetweenLetters) {
  EXPECT_THAT(words_of("don't 'quoted' hackers' rock'n'roll a''b '"),
              ElementsAre("don't", "quoted", "hackers", "rock'n'roll", "a", "b"));
  EXPECT_THAT(words_of("it's 5'x o'5"), ElementsAre("it's", "x", "o"));
}

TEST(WordsOf, TakesACurvedApostropheForAStraightOne) {
  EXPECT_THAT(words_of("don\u2019t \u2018quoted\u2019 hackers\u2019"),
              ElementsAre("don't", "quoted", "hackers"));
}

TEST(WordsOf, LettersOutsideAsciiSeparate) {
  EXPECT_THAT(words_of("na\u00efve caf\u00e9 \xff"), ElementsAre("na", "ve", "caf"));
}

TEST(VocabularyOf, IsInTheOrderOfFrequencyThenOfBytes) {
  const std::vector<std::string> words = words_of("foo bar quux bar it's its foo bar");
  EXPECT_THAT(vocabulary_of(words, 10), ElementsAre("bar", "foo", "it's", "its", "quux"));
  EXPECT_THAT(vocabulary_of(words, 3), ElementsAre("bar", "foo", "it's"));
  EXPECT_THAT(vocabulary_of({}, 3), IsEmpty());
}

// Twenty words: eighteen for training, two for the test.
TEST(WordPairs, PairEachWordWithItsNeighbours) {
  const std::string text = "alpha beta gamma alpha" + repeated(" alpha", 14) + " beta alpha";
  const Dataset dataset = word_pairs("tiny", text, "tiny.txt", keeping_all(3, 2));
  EXPECT_THAT(dataset.classes, ElementsAre("alpha", "beta", "gamma"));
  const std::vector<std::string> pairs = spelt_pairs(dataset.train, dataset.classes);
  // Two pairs for each of the eighteen words but the first and last, one for these; and as many at
  // distance 2.
  EXPECT_EQ(pairs.size(), 2U * 17 + 2U * 16);
  EXPECT_THAT(std::vector(pairs.begin(), pairs.begin() + 9),
              ElementsAre("alpha→beta", "alpha→gamma", "beta→alpha", "beta→gamma", "beta→alpha",
                          "gamma→alpha", "gamma→beta", "gamma→alpha", "gamma→alpha"));
  EXPECT_THAT(spelt_pairs(dataset.test, dataset.classes), ElementsAre("beta→alpha", "alpha→beta"));
  EXPECT_EQ(dataset.train.inputs.shape(), (Shape{66, 1}));
  EXPECT_EQ(dataset.test.targets.shape(), (Shape{2, 1}));
  EXPECT_EQ(dataset.test.targets.dtype(), DType::int64);
}

TEST(WordPairs, TakeRareWordsOutBeforeTheyLookForNeighbours) {
  const std::string text =
      "alpha gamma beta alpha beta alpha beta delta alpha beta alpha beta alpha beta alpha beta alpha beta "
      "alpha beta alpha beta alpha beta alpha beta alpha beta alpha gamma";
  const Dataset dataset = word_pairs("tiny", text, "tiny.txt", keeping_all(2, 1));
  EXPECT_THAT(dataset.classes, ElementsAre("alpha", "beta"));
  const std::vector<std::string> pairs = spelt_pairs(dataset.train, dataset.classes);
  EXPECT_EQ(pairs.front(), "alpha→beta");
  EXPECT_TRUE(std::ranges::all_of(
      pairs, [](const std::string& pair) { return pair == "alpha→beta" || pair == "beta→alpha"; }));
  EXPECT_EQ(pairs.size(), 2U * 24);  // twenty-seven words, two of which are rare
  EXPECT_THAT(spelt_pairs(dataset.test, dataset.classes), ElementsAre("beta→alpha", "alpha→beta"));
}

TEST(WordPairs, TakeTheVocabularyFromTheTrainingPartAlone) {
  const std::string text = repeated("alpha beta ", 9) + "gamma beta";
  const std::string longer = repeated("alpha beta ", 18) + "gamma gamma alpha beta";
  EXPECT_THROW_MESSAGE(word_pairs("tiny", text, "tiny.txt", keeping_all(9, 1)), DataError, "tiny.txt");
  const Dataset dataset = word_pairs("tiny", longer, "tiny.txt", keeping_all(9, 1));
  EXPECT_THAT(dataset.classes, ElementsAre("alpha", "beta"));
  EXPECT_THAT(spelt_pairs(dataset.test, dataset.classes), ElementsAre("alpha→beta", "beta→alpha"));
}

// "the" makes up half of the text: with frequent = 0.005 it is kept with probability 1/10, and the others,
// twenty thousandths each, with probability 1/2. Within four standard deviations.
TEST(WordPairs, KeepFrequentWordsMoreSeldom) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += fmt::format("the {} ", std::string(1 + i % 25, 'x'));
  const WordPairOptions options{.vocabulary = 100, .window = 1, .frequent = 0.005};
  const Dataset dataset = word_pairs("tiny", text, "tiny.txt", options);
  ASSERT_EQ(dataset.classes.front(), "the");
  // Inputs are the kept words, each as often as it has neighbours: twice, but for the first and the last.
  const auto inputs = dataset.train.inputs.data<std::int64_t>();
  const auto of_the = static_cast<double>(std::ranges::count(inputs, 0)) / 2;
  EXPECT_NEAR(of_the, 18000 * 0.1, 4 * 40.3);
  EXPECT_NEAR(static_cast<double>(inputs.size()) / 2 - of_the, 18000 * 0.5, 4 * 67.1);
  const Dataset again = word_pairs("tiny", text, "tiny.txt", options);
  EXPECT_TRUE(std::ranges::equal(inputs, again.train.inputs.data<std::int64_t>()));
  EXPECT_TRUE(
      std::ranges::equal(dataset.test.targets.data<std::int64_t>(), again.test.targets.data<std::int64_t>()));
}

TEST(WordPairs, RefuseATextOfTooFewWords) {
  for (const std::string text : {"", "one", "alpha beta alpha beta alpha beta alpha beta alpha beta"})
    EXPECT_THROW_MESSAGE(word_pairs("tiny", text, "tiny.txt", keeping_all(9, 2)), DataError, "tiny.txt",
                         fmt::format("{} words, too few", words_of(text).size()), "give a longer text");
  EXPECT_NO_THROW(word_pairs("tiny", repeated("alpha beta ", 10), "tiny.txt", keeping_all(9, 2)));
}

class JargonWordsTest : public testing::Test {
 protected:
  void write(std::string_view packed) const { write_file(folder_ / "jargon.txt.gz", packed); }
  Dataset load() const { return load_dataset("jargon-words", {folder_.path()}); }
  TemporaryFolder folder_;
};

TEST_F(JargonWordsTest, AreReadFromTheFileOfTheJargonFile) {
  std::string text;
  for (int i = 0; i < 3000; ++i)
    text += fmt::format("{}{} ", static_cast<char>('a' + i % 26), static_cast<char>('a' + i / 26 % 26));
  write(gzipped(text));
  const Dataset dataset = load();
  EXPECT_EQ(dataset.name, "jargon-words");
  EXPECT_EQ(dataset.classes.size(), 676U);
  // Of the 2,700 words for training, each of which is one in 676, sqrt(1e-3·676) = 0.822 are kept. Each makes
  // four pairs.
  EXPECT_NEAR(static_cast<double>(dataset.train.size()), 4 * 2700 * 0.822, 4 * 4 * 19.9);
}

TEST_F(JargonWordsTest, RefuseAMissingADamagedAndAShortFile) {
  EXPECT_THROW_MESSAGE(load(), DataError, "jargon.txt.gz", "no such file", "jargon-text");
  const std::string whole = gzipped(repeated("alpha beta ", 1000));
  write(whole.substr(0, whole.size() - 9));
  EXPECT_THROW_MESSAGE(load(), DataError, "jargon.txt.gz");
  write(gzipped("alpha beta"));
  EXPECT_THROW_MESSAGE(load(), DataError, "jargon.txt.gz", "2 words, too few");
}

TEST(JargonWords, KnowTwoThousandWordsWhereTheBookIsInstalled) {
  if (!std::filesystem::exists(default_jargon_folder() / "jargon.txt.gz"))
    GTEST_SKIP() << "jargon-text is not installed";
  const Dataset dataset = load_dataset("jargon-words");
  ASSERT_EQ(std::ssize(dataset.classes), kVocabulary);
  EXPECT_THAT(std::vector(dataset.classes.begin(), dataset.classes.begin() + 5),
              ElementsAre("the", "a", "of", "to", "and"));
  EXPECT_TRUE(std::ranges::find(dataset.classes, "don't") != dataset.classes.end());
  for (const Split* split : {&dataset.train, &dataset.test})
    for (const Tensor* indices : {&split->inputs, &split->targets}) {
      const auto [least, largest] = std::ranges::minmax(indices->data<std::int64_t>());
      EXPECT_GE(least, 0);
      EXPECT_LT(largest, kVocabulary);
    }
  EXPECT_GT(dataset.train.size(), 400'000);
  EXPECT_GT(dataset.test.size(), 40'000);
}

}  // namespace
}  // namespace twin
