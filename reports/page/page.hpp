// One Markdown text becomes the report's page.
#pragma once

#include <map>
#include <string>

namespace twin::reports {

/// Pictures by the path under which the Markdown names them.
using Pictures = std::map<std::string, std::string>;

/// A self-contained HTML page: no script, no network, pictures inside, light and dark, printable. Throws
/// MachineError when the Markdown names a picture that is not there.
std::string html_page(const std::string& title, const std::string& language, const std::string& markdown,
                      const Pictures& pictures);

}  // namespace twin::reports
