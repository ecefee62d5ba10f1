// Every text of the report stands in the catalogue of every other language.
#include <set>

#include "reports/page/words.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/process.hpp"
#include "tests/support/expect_message.hpp"

namespace twin::reports {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

const fs::path kRoot = TWINGRAD_SOURCE_DIR;

// The texts in the sources, as gettext's own program finds them.
std::set<std::string> texts_of_the_sources() {
  const TemporaryFolder folder;
  const fs::path template_file = folder / "report.pot";
  std::vector<std::string> words{"xgettext",   "--language=C++",  "--from-code=UTF-8",
                                 "--keyword",  "--keyword=say:2", "--keyword=translatable:1",
                                 "--force-po", "--output",        template_file.string()};
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "reports"))
    if (entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp")
      words.push_back(entry.path().string());
  const Finished finished = run_program(words, "apt-get install gettext");
  EXPECT_EQ(finished.code, 0) << finished.err;
  std::set<std::string> texts;
  for (const auto& [english, none] : read_catalogue(template_file)) texts.insert(english);
  return texts;
}

// What the files of tests/mutants say is wrong: the report says it too.
std::set<std::string> texts_of_the_mutants() {
  constexpr std::string_view kKey = "Mistake: ";
  std::set<std::string> texts;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "tests/mutants")) {
    if (entry.path().extension() != ".mutant") continue;
    const std::string text = read_file(entry.path());
    const std::size_t at = text.find(kKey) + kKey.size();
    texts.insert(text.substr(at, text.find('\n', at) - at));
  }
  EXPECT_GT(texts.size(), 100U);
  return texts;
}

std::set<std::string> all_texts() {
  std::set<std::string> texts = texts_of_the_sources();
  texts.merge(texts_of_the_mutants());
  return texts;
}

std::map<std::string, std::string> translations() {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::directory_iterator(kRoot / "reports/po/id"))
    for (const auto& [english, indonesian] : read_catalogue(entry.path())) {
      EXPECT_TRUE(all.emplace(english, indonesian).second) << "twice: " << english;
    }
  return all;
}

// "{:.1Lf}" and "{}" of a text, by the place of their values.
std::multiset<std::string> fields_of(const std::string& text) {
  std::multiset<std::string> fields;
  int next = 0;
  for (std::size_t at = 0; (at = text.find('{', at)) != std::string::npos; ++at) {
    if (at + 1 < text.size() && text[at + 1] == '{') {
      ++at;
      continue;
    }
    const std::string inside = text.substr(at + 1, text.find('}', at) - at - 1);
    const std::size_t colon = std::min(inside.find(':'), inside.size());
    const std::string place = colon ? inside.substr(0, colon) : std::to_string(next++);
    fields.insert(place + inside.substr(colon));
  }
  return fields;
}

TEST(Catalogue, HoldsATranslationOfEveryText) {
  const std::map<std::string, std::string> indonesian = translations();
  std::set<std::string> missing;
  for (const std::string& text : all_texts())
    if (const auto found = indonesian.find(text); found == indonesian.end() || found->second.empty())
      missing.insert(text);
  EXPECT_THAT(missing, IsEmpty());
}

TEST(Catalogue, HoldsNothingThatIsNotSaid) {
  const std::set<std::string> texts = all_texts();
  std::set<std::string> unsaid;
  for (const auto& [english, indonesian] : translations())
    if (!texts.contains(english)) unsaid.insert(english);
  EXPECT_THAT(unsaid, IsEmpty());
}

TEST(Catalogue, ATranslationTakesTheSameValues) {
  for (const auto& [english, indonesian] : translations())
    EXPECT_EQ(fields_of(english), fields_of(indonesian)) << english;
}

TEST(Catalogue, RefusesWhatIsNone) {
  const TemporaryFolder folder;
  const auto read = [&](std::string_view contents) { read_catalogue(write_file(folder / "x.po", contents)); };
  EXPECT_THROW_MESSAGE(read("msgid \"half"), DataError, "x.po", "is no catalogue of gettext");
  EXPECT_THROW_MESSAGE(read_catalogue(folder / "none.po"), DataError, "none.po", "cannot be read");
}

TEST(Say, FillsAndTranslates) {
  EXPECT_EQ(say(Language::english, "{} threads", 3), "3 threads");
  EXPECT_EQ(say(Language::indonesian, "{} threads", 3), "3 utas");
  EXPECT_EQ(fmt::format(locale_of(Language::indonesian), "{:.1Lf}", 2.5), "2,5");
  EXPECT_EQ(fmt::format(locale_of(Language::english), "{:.1Lf}", 2.5), "2.5");
  EXPECT_EQ(rounded(0.5, Language::indonesian), "0,5");
  EXPECT_EQ(rounded(38412, Language::indonesian), "38400");
}

}  // namespace
}  // namespace twin::reports
