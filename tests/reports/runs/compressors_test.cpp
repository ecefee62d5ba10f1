#include "reports/runs/compressors.hpp"

#include <gmock/gmock.h>

#include "shared/data/text.hpp"
#include "shared/data/words.hpp"
#include "shared/seeds/random.hpp"

namespace twin::reports {
namespace {

// `count` letters out of 16, each four bits of chance.
std::string random_letters(std::size_t count) {
  const RandomStream stream(1, Purpose::test_data);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += static_cast<char>('a' + stream.below(i, 16));
  return text;
}

double bits_of(const std::string& name, const std::string& text) {
  for (const CompressorBits& compressor : compressor_bits(text_dataset("text", text, 8, "text")))
    if (compressor.name == name) return compressor.bits;
  ADD_FAILURE() << "no " << name;
  return 0;
}

TEST(Compressors, TakeTheEntropyOfAText) {
  for (const char* name : {"gzip", "xz"}) {
    const double chance = bits_of(name, random_letters(20000));
    EXPECT_GT(chance, 4) << name;  // no code takes less than the entropy
    EXPECT_LT(chance, 5) << name;
    EXPECT_LT(bits_of(name, std::string(20000, 'a')), 0.2) << name;
  }
}

// The second half is the first once more. gzip looks 32 KiB back, and finds it.
TEST(Compressors, KnowTheTrainingText) {
  const std::string half = random_letters(10000);
  EXPECT_LT(bits_of("gzip", half + half), 1);
}

TEST(Compressors, SayNothingOfNumbersAndPictures) {
  EXPECT_THAT(compressor_bits(load_dataset("xor")), testing::IsEmpty());
}

// Their inputs are integers too, but no bytes.
TEST(Compressors, SayNothingOfWords) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "foo bar ";
  EXPECT_THAT(compressor_bits(word_pairs("words", text, "words", {.frequent = 1})), testing::IsEmpty());
}

}  // namespace
}  // namespace twin::reports
