// What the report says of numbers, and in which language.
#pragma once

#include <string>
#include <string_view>

namespace twin::reports {

enum class Language { english, indonesian };

/// The same text in every language of the report.
struct Text {
  std::string_view english, indonesian;
  std::string_view in(Language language) const {
    return language == Language::english ? english : indonesian;
  }
};

/// Rounded to so many digits; a large number without a power of ten: "38400", not "3.84e+04".
std::string rounded(double value, int digits = 3);

/// "1 thread", "2 threads"; "2 utas".
std::string threads_in_words(int threads, Language language);

}  // namespace twin::reports
