#include "shared/data/text.hpp"

#include <algorithm>
#include <gmock/gmock.h>

#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "tests/support/expect_message.hpp"
#include "tests/support/idx_files.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

std::string letters(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += static_cast<char>('a' + i % 26);
  return text;
}

std::string spelt(std::span<const std::int64_t> indices) {
  std::string text;
  for (const std::int64_t index : indices) text += character_at(index);
  return text;
}

TEST(Characters, AreTheEndOfALineAndWhatAsciiPrints) {
  EXPECT_EQ(character_index('\n'), 0);
  EXPECT_EQ(character_index(' '), 1);
  EXPECT_EQ(character_index('~'), kCharacters - 1);
  for (const char none : {'\t', '\r', '\x7f', '\x80', '\0'}) EXPECT_EQ(character_index(none), -1);
  for (std::int64_t index = 0; index < kCharacters; ++index)
    EXPECT_EQ(character_index(character_at(index)), index);
  EXPECT_EQ(std::ssize(character_names()), kCharacters);
  EXPECT_EQ(character_names()[2 + 'A' - '!'], "A");
}

TEST(TextDataset, TargetsAreTheInputsOneCharacterLater) {
  const std::string text = letters(103);
  const Dataset dataset = text_dataset("letters", text, 4, "letters.txt");
  // Training: 90 characters, of which each but the last has a successor: 22 windows of 4.
  EXPECT_EQ(dataset.train.inputs.shape(), (Shape{22, 4}));
  EXPECT_EQ(spelt(dataset.train.inputs.data<std::int64_t>()), text.substr(0, 88));
  EXPECT_EQ(spelt(dataset.train.targets.data<std::int64_t>()), text.substr(1, 88));
  EXPECT_EQ(dataset.test.targets.shape(), (Shape{3, 4}));
  EXPECT_EQ(spelt(dataset.test.inputs.data<std::int64_t>()), text.substr(90, 12));
  EXPECT_EQ(spelt(dataset.test.targets.data<std::int64_t>()), text.substr(91, 12));
  EXPECT_EQ(std::ssize(dataset.classes), kCharacters);
}

TEST(TextDataset, RefusesWhatItCannotSpell) {
  std::string text = letters(103);
  text[17] = '\xe9';
  EXPECT_THROW_MESSAGE(text_dataset("letters", text, 4, "letters.txt"), DataError, "letters.txt",
                       "byte 233 at place 17");
  EXPECT_THROW_MESSAGE(text_dataset("letters", letters(50), 4, "letters.txt"), DataError,
                       "50 characters, expected more than 50");
}

class DevilTest : public testing::Test {
 protected:
  void write(std::string_view text) const { write_file(folder_ / "devil.dict.dz", gzipped(text)); }
  Dataset load() const { return load_dataset("devil", {folder_.path()}); }
  TemporaryFolder folder_;
};

TEST_F(DevilTest, BeginsWithThePreface) {
  write("notes of the package\nPREFACE\n" + letters(1000));
  const Dataset dataset = load();
  EXPECT_EQ(spelt(dataset.train.inputs.data<std::int64_t>()).substr(0, 10), "PREFACE\nab");
  EXPECT_EQ(dataset.train.features(), kTextWindow);
}

TEST_F(DevilTest, RefusesAnotherFile) {
  EXPECT_THROW_MESSAGE(load(), DataError, "devil.dict.dz", "no such file", "dict-devil");
  write(letters(1000));
  EXPECT_THROW_MESSAGE(load(), DataError, "devil.dict.dz", "the book's preface is missing");
  const std::string whole = gzipped("PREFACE\n" + letters(1000));
  write_file(folder_ / "devil.dict.dz", whole.substr(0, whole.size() - 9));
  EXPECT_THROW_MESSAGE(load(), DataError, "devil.dict.dz");
}

}  // namespace
}  // namespace twin
