// The contents of a report in one language become Markdown, those in every language one page.
#pragma once

#include <string>
#include <vector>

#include "reports/questions/question.hpp"

namespace twin::reports {

struct DrawnPicture {
  std::string path;   // "pictures/speed.svg", beside the page
  std::string title;  // for who cannot see it
  std::string svg;
};

struct Section {
  std::string id;        // "speed": unique in the report
  std::string title;     // "5. How long does a training step take?"
  std::string markdown;  // without heading
  std::vector<DrawnPicture> pictures = {};
  std::string source = {};  // below the pictures: where the numbers come from; Markdown
};

struct Contents {
  Language language;
  std::string title;
  std::string lead;  // Markdown
  std::vector<Section> sections;
  std::string footer;  // Markdown
};

/// Pictures are named by their paths.
std::string markdown_page(const Contents& contents);

/// A self-contained HTML page: no script, no network, pictures inside, light and dark, printable. It holds
/// every language, shows `shown` first and has a switch where there are several.
std::string html_page(const std::vector<Contents>& languages, Language shown);

}  // namespace twin::reports
