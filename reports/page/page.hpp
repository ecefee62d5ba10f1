// The contents of a report in one language become Markdown, those in every language one page.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/questions/question.hpp"

namespace twin::reports {

struct DrawnPicture {
  std::string path;     // "pictures/speed.svg", beside the page
  std::string finding;  // for who cannot see it
  std::string svg;
  std::string caption = {};  // below it; Markdown
};

/// What a reader sees before anything else. What is empty is not shown.
struct FirstScreen {
  std::string lead;                        // what this page is, in one sentence
  std::vector<std::string> warnings = {};  // what makes the numbers doubtful
  std::vector<std::string> move_when = {}, stay_when = {};
  std::vector<FirstWords::Number> numbers = {};
  std::vector<FirstWords::Claim> claims = {};
  std::optional<DrawnPicture> picture = {};
  std::string question = {};  // the id of the one whose picture this is
};

struct Section {
  std::string id;        // "speed": unique in the report, the same in every language
  std::string title;     // "5. How long does a training step take?"
  std::string markdown;  // without heading; with the blocks of markup.hpp
  std::vector<DrawnPicture> pictures = {};
  std::string source = {};   // below the pictures: where the numbers come from; Markdown
  std::string verdict = {};  // the answer in a sentence, above all
};

struct Term {
  std::string id, word, meaning;
};

/// Every language has the same sections and terms, in the same order.
struct Contents {
  Language language;
  std::string title;
  FirstScreen first;
  std::vector<Section> sections;
  std::string footer;                  // Markdown
  std::vector<Section> appendix = {};  // for who wants to know more
  std::vector<Section> rest = {};      // after the appendix, such as what was not measured
  std::vector<Term> glossary = {};
};

/// Pictures are named by their paths.
std::string markdown_page(const Contents& contents);

/// A self-contained HTML page: no script, no network, pictures inside, light and dark, printable. It holds
/// every language, shows `shown` first and has a switch where there are several.
std::string html_page(const std::vector<Contents>& languages, Language shown);

}  // namespace twin::reports
