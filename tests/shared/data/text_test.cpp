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
  for (const std::int64_t index : indices) text += static_cast<char>(index);
  return text;
}

TEST(ByteNames, SpellWhatPrints) {
  const std::vector<std::string> names = byte_names();
  ASSERT_EQ(std::ssize(names), kByteValues);
  EXPECT_EQ(names['a'], "a");
  EXPECT_EQ(names['~'], "~");
  EXPECT_EQ(names[' '], "space");
  EXPECT_EQ(names['\n'], "newline");
  EXPECT_EQ(names[0], "0x00");
  EXPECT_EQ(names[127], "0x7f");
  EXPECT_EQ(names[0xe9], "0xe9");
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
  EXPECT_EQ(std::ssize(dataset.classes), kByteValues);
}

TEST(TextDataset, KnowsEveryByte) {
  std::string text = letters(103);
  text[17] = '\xe9';
  EXPECT_EQ(text_dataset("letters", text, 4, "letters.txt").train.inputs.data<std::int64_t>()[17], 0xe9);
}

TEST(TextDataset, RefusesAShortText) {
  EXPECT_THROW_MESSAGE(text_dataset("letters", letters(50), 4, "letters.txt"), DataError, "letters.txt",
                       "50 bytes, expected more than 50");
}

class JargonTest : public testing::Test {
 protected:
  void write(std::string_view packed) const { write_file(folder_ / "jargon.txt.gz", packed); }
  Dataset load() const { return load_dataset("jargon", {folder_.path()}); }
  TemporaryFolder folder_;
};

TEST_F(JargonTest, IsReadInWindows) {
  write(gzipped(letters(1000)));
  const Dataset dataset = load();
  EXPECT_EQ(dataset.name, "jargon");
  EXPECT_EQ(spelt(dataset.train.inputs.data<std::int64_t>()).substr(0, 3), "abc");
  EXPECT_EQ(dataset.train.features(), kTextWindow);
}

TEST_F(JargonTest, RefusesAMissingAndADamagedFile) {
  EXPECT_THROW_MESSAGE(load(), DataError, "jargon.txt.gz", "no such file", "jargon-text");
  const std::string whole = gzipped(letters(1000));
  write(whole.substr(0, whole.size() - 9));
  EXPECT_THROW_MESSAGE(load(), DataError, "jargon.txt.gz");
}

}  // namespace
}  // namespace twin
