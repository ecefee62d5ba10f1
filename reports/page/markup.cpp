#include "reports/page/markup.hpp"

namespace twin::reports {

std::string details(const std::string& summary, const std::string& markdown) {
  return "**" + summary + "**\n\n" + markdown + "\n";
}

}  // namespace twin::reports
