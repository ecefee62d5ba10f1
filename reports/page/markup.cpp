#include "reports/page/markup.hpp"

#include <fmt/format.h>

namespace twin::reports {

std::string details(const std::string& summary, const std::string& markdown) {
  return fmt::format("\n\n**{}**\n\n{}\n\n", summary, markdown);
}

std::string columns(const std::string& left_title, const std::string& left_markdown,
                    const std::string& right_title, const std::string& right_markdown) {
  return fmt::format("\n\n**{}**\n\n{}\n\n**{}**\n\n{}\n\n", left_title, left_markdown, right_title,
                     right_markdown);
}

}  // namespace twin::reports
