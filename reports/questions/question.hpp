// A question of the report: what is asked, how it is measured, JSON in, pictures and a plain answer out. To
// add one: a file beside this, and a line in questions().
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/json.hpp"
#include "reports/page/plot.hpp"
#include "reports/page/words.hpp"
#include "shared/data/dataset.hpp"

namespace twin::reports {

/// Times whose middle half is wider than this share of their median are noisy: they stand in no headline.
inline constexpr double kNoisySpread = 0.1;

struct Measuring {
  bool quick = false;
  int threads = 1;
  DatasetOptions data;
  std::function<void(std::int64_t done, std::int64_t total)> on_progress;
  std::filesystem::path libtorch = {};  // a second one, beside that of this program; empty: none
};

struct Picture {
  std::string name;  // unique in the report: "drift-xor"
  Plot plot;
  std::string finding = {};      // what it shows, in a sentence, for who cannot see it; empty: its title
  std::string how_to_read = {};  // the note under it; Markdown
};

/// A number of the report that a later run can be held against.
struct Figure {
  std::string name;  // unique in its question, the same in every run: "width 64, batch 32, float32"
  double value = 0;
  std::string unit;  // "µs", "1" for a ratio or a count
  enum class Better { lower, higher, neither } better = Better::neither;
};

/// What a question says on the first screen of the report.
struct FirstWords {
  /// A number that is worth to be remembered: "243 ×", and what it is, with its conditions.
  struct Number {
    std::string value, meaning;
  };
  /// One of the tutorial's claims, and what the measurement says of it.
  struct Claim {
    enum class Verdict { holds, holds_in_part, does_not_hold };
    std::string claim;
    Verdict verdict;
    std::string because;  // a sentence with its numbers and their conditions
  };
  std::vector<std::string> move_when, stay_when;  // sentences, the strongest first
  std::vector<Number> numbers;                    // the strongest first
  std::vector<Claim> claims;
  std::optional<Picture> picture = {};
  std::vector<std::string> warnings = {};  // above everything else: why the numbers deserve less trust
};

struct Question {
  std::string_view id;  // "speed": the name of its JSON file too
  Text title;
  Text method;
  std::string_view command;  // repeats the measurement from the shell
  /// A JSON result with json_header(), or not_measured().
  std::function<Json(const Measuring&)> measure;
  /// The answer in one sentence, at the head of its section; nullptr: none.
  std::function<std::string(const Json&, Language)> verdict;
  /// Markdown, without heading.
  std::function<std::string(const Json&, Language)> answer;
  std::function<std::vector<Picture>(const Json&, Language)> pictures;
  std::function<std::vector<Figure>(const Json&)> figures;
  std::function<FirstWords(const Json&, Language)> first_words = nullptr;
  bool appendix = false;  // for who wants to know more, after all others
  /// Further pages, by their paths in the report's folder ("stems/dense.html"), which the answer links to;
  /// HTML that shows `shown` first.
  std::function<std::map<std::string, std::string>(const Json&, Language shown)> pages = nullptr;
};

/// The JSON of what could not be measured here, and why. The page says so; answer(), pictures(), figures(),
/// verdict() and first_words() are not asked.
/// The reason is filled with the values, in every language.
template <typename... Values>
Json not_measured(Text reason, const Values&... values) {
  Json reasons;
  for (const Language language : kLanguages)
    reasons[std::string(code_of(language))] =
        sizeof...(values) == 0 ? reason.in(language) : say(language, reason, values...);
  return {{"not_measured", std::move(reasons)}};
}
bool was_measured(const Json& json);
/// Precondition: !was_measured(json).
std::string reason_of(const Json& json, Language language);

/// In the order of the report.
std::vector<Question> questions();

Question steps_question();
Question numpy_question();
Question speed_question();
Question gpu_question();
Question mistakes_question();
Question lines_question();
Question stems_question();
Question gaps_question();
Question drift_question();
Question memory_question();
Question finite_differences_question();
Question build_cost_question();

}  // namespace twin::reports
