// The answer in short: what stands above everything else on the page, and what the terminal prints.
#pragma once

#include <string>
#include <vector>

#include "reports/page/changes.hpp"
#include "reports/page/page.hpp"

namespace twin::reports {

/// Of what the measured questions offer, in their order: three sentences when to move, three when to stay,
/// three numbers, the first picture, every claim. Warnings are those of the header, and
/// theirs. Draws the picture. Throws
/// MachineError.
FirstScreen first_screen_of(const std::vector<Measured>& measured, const Json& header, Language language);

std::string first_screen_html(const FirstScreen& first, Language language);
std::string first_screen_markdown(const FirstScreen& first, Language language);
/// For the terminal: without the picture and the numbers.
std::string first_screen_text(const FirstScreen& first, Language language);
/// For the terminal: which questions were not measured, and why.
std::string not_measured_text(const std::vector<Measured>& measured, Language language);

/// A picture with its caption.
std::string figure_html(const DrawnPicture& picture);
std::string figure_markdown(const DrawnPicture& picture);

/// `name` is where it lies, beside the page: "speed".
DrawnPicture drawn(const Picture& picture, Language language);

}  // namespace twin::reports
