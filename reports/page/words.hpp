// What the report says of numbers, and in which language. The sources hold its texts in English; what they
// are in another language stands in the catalogues of reports/po, in the format of gettext.
#pragma once

#include <filesystem>
#include <fmt/format.h>
#include <locale>
#include <map>
#include <string>
#include <string_view>

namespace twin::reports {

enum class Language { english, indonesian };
inline constexpr Language kLanguages[] = {Language::english, Language::indonesian};

/// "en" or "id".
std::string_view code_of(Language language);

/// A text of the report by its English words, which are its name in the catalogues too.
struct Text {
  std::string_view english;

  constexpr Text(const char* words) : english(words) {}
  /// As in the catalogue; in English where it has no translation.
  std::string in(Language language) const;
};

/// Marks a text that is said later, so that the translator's tools find it: text("A table") is Text("A
/// table").
constexpr Text translatable(const char* english) { return english; }

/// A text that is known when the program runs alone, such as what a file of tests/mutants says.
std::string translated(std::string_view english, Language language);

/// Numbers with the decimal mark of the language: fmt writes them so where the format says L, "{:.1Lf}".
const std::locale& locale_of(Language language);

/// The text in the language, with its {} filled as by fmt::format. A translation may put them in another
/// order: "{1} … {0}".
template <typename... Values>
std::string say(Language language, Text text, const Values&... values) {
  return fmt::vformat(locale_of(language), text.in(language), fmt::make_format_args(values...));
}

/// English words and their translation. Throws DataError when the file is missing or is no catalogue of
/// gettext.
std::map<std::string, std::string> read_catalogue(const std::filesystem::path& file);

/// Rounded to so many digits; a large number without a power of ten: "38400", not "3.84e+04".
std::string rounded(double value, int digits = 3);
/// The same with the decimal mark of the language.
std::string rounded(double value, Language language, int digits = 3);

/// "1 thread", "2 threads"; "2 utas".
std::string threads_in_words(int threads, Language language);

}  // namespace twin::reports
