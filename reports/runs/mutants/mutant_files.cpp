#include "reports/runs/mutants/mutant_files.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <regex>
#include <sstream>

#include "reports/runs/sources.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"

namespace twin::reports {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  if (is_blank(text)) return {};
  const std::size_t first = text.find_first_not_of(kBlanks);
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(kBlanks), line.size());
}

bool may_change(const std::string& file) {
  return fs::path(file).lexically_normal() == file &&
         (file.starts_with("manual/") || (file.starts_with("shared/") && file.ends_with(".cpp")));
}

/// A text whose runs of blanks are single ones, and where each of its characters stood.
struct Folded {
  std::string text;
  std::vector<std::size_t> at;
};

Folded fold(std::string_view text) {
  Folded folded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool blank = kBlanks.find(text[i]) != kBlanks.npos;
    if (blank && !folded.text.empty() && folded.text.back() == ' ') continue;
    folded.text += blank ? ' ' : text[i];
    folded.at.push_back(i);
  }
  return folded;
}

/// Reads one file, line by line.
class Reader {
 public:
  explicit Reader(const fs::path& path) {
    mutant_.path = path;
    mutant_.stem = path.parent_path().filename().string();
    mutant_.name = mutant_.stem + "-" + path.stem().string();
    for (const std::string& line : lines_of(read_file(path))) {
      ++number_;
      if (is_blank(line.substr(0, 1)))
        read_text(line);
      else
        read_key(line);
    }
  }

  Mutant mutant(const Causes& causes) {
    if (mutant_.edits.empty()) refuse("changes no file", "write File:, Replace: and With: below the header");
    if (due() != kParts.front()) refuse(fmt::format("ends where {}: is due", due()));
    mutant_.mistake = take("Mistake");
    mutant_.right = take("Right");
    mutant_.seen = take("Seen");
    if (const std::string cause = take("Cause"); cause != "none") mutant_.causes = causes_in(cause, causes);
    mutant_.framework = framework_in(take("Framework"));
    mutant_.tensor = header_["Tensor"];
    mutant_.held_out = is_held_out();
    expect_regex(mutant_.tensor);
    for (std::size_t i = 0; i < mutant_.edits.size(); ++i) expect_edit(i);
    return std::move(mutant_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what,
                           const std::string& remedy = "see reports/runs/mutants/mutant_files.hpp") const {
    throw DataError(what, mutant_.path.string(), remedy);
  }

  std::string_view due() const { return kParts[part_]; }

  // "    d_x_ = d_y;", or an empty line.
  void read_text(const std::string& line) {
    if (text_)
      *text_ += line + '\n';
    else if (!is_blank(line))
      refuse(fmt::format("line {} is indented, and below neither Replace: nor With:", number_));
  }

  // "Cause: sign", "Replace:"
  void read_key(const std::string& line) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string key = line.substr(0, colon);
    const std::string value(trimmed(std::string_view(line).substr(std::min(colon + 1, line.size()))));
    text_ = nullptr;
    if (mutant_.edits.empty() && std::find(kHeader.begin(), kHeader.end(), key) != kHeader.end()) {
      if (!header_.emplace(key, value).second) refuse(fmt::format("line {}: a second {}:", number_, key));
      return;
    }
    if (key != due()) refuse(fmt::format("line {}: {} where {}: is due", number_, line, due()));
    if (key == "File") {
      mutant_.edits.push_back({value, {}, {}});
    } else {
      if (!value.empty())
        refuse(fmt::format("line {}: what follows {}: stands below it, indented", number_, key));
      text_ = key == "Replace" ? &mutant_.edits.back().fragment : &mutant_.edits.back().replacement;
    }
    part_ = (part_ + 1) % kParts.size();
  }

  std::string take(const char* key) {
    if (header_[key].empty())
      refuse(fmt::format("the line \"{}: …\" is missing", key), "write it above the first edit");
    return header_[key];
  }

  std::vector<std::string> causes_in(const std::string& text, const Causes& known) const {
    std::vector<std::string> causes;
    std::istringstream stream(text);
    for (std::string cause; std::getline(stream, cause, '|');) {
      if (!known.contains(cause))
        refuse(fmt::format("no diagnosis says {}", cause), "a cause is one that twin check names");
      causes.push_back(cause);
    }
    return causes;
  }

  Framework framework_in(const std::string& word) const {
    for (const Framework framework : {Framework::derived, Framework::brought, Framework::left})
      if (word == name_of(framework)) return framework;
    refuse(fmt::format("Framework: {} is neither derived, brought nor left", word));
  }

  bool is_held_out() {
    const std::string& word = header_["Held-out"];
    if (!word.empty() && word != "yes") refuse(fmt::format("Held-out: {} is not yes", word));
    return !word.empty();
  }

  void expect_regex(const std::string& text) const {
    try {
      const std::regex compiled(text);
    } catch (const std::regex_error&) {
      refuse(fmt::format("Tensor: {} is no regular expression", text));
    }
  }

  void expect_edit(std::size_t i) const {
    const Edit& edit = mutant_.edits[i];
    if (!may_change(edit.file))
      refuse(fmt::format("edit {} changes {}", i + 1, edit.file),
             "a mutant may change manual/ and the sources of shared/");
    if (is_blank(edit.fragment)) refuse(fmt::format("edit {} replaces nothing", i + 1));
    if (fold(trimmed(edit.fragment)).text == fold(trimmed(edit.replacement)).text)
      refuse(fmt::format("edit {} changes nothing", i + 1));
  }

  static constexpr auto kHeader = std::to_array<std::string_view>(
      {"Mistake", "Right", "Seen", "Cause", "Tensor", "Framework", "Held-out"});
  static constexpr auto kParts = std::to_array<std::string_view>({"File", "Replace", "With"});  // of an edit

  Mutant mutant_;
  std::map<std::string, std::string> header_;
  std::size_t number_ = 0;       // of the line
  std::size_t part_ = 0;         // that is due
  std::string* text_ = nullptr;  // what an indented line belongs to
};

// The lines keep their places beside each other; the first stands where `indent` says.
std::string indented(std::string_view text, std::size_t indent) {
  std::string result;
  std::size_t first = 0;
  for (const std::string& line : lines_of(std::string(text))) {
    if (is_blank(line)) {
      if (!result.empty()) result += '\n';
      continue;
    }
    if (result.empty()) {
      first = indentation(line);
    } else {
      const std::size_t to = indent + indentation(line);
      result += '\n' + std::string(to > first ? to - first : 0, ' ');
    }
    result += trimmed(line);
  }
  return result.substr(0, result.find_last_not_of('\n') + 1);
}

// Replaces text[begin, end).
void replace(std::string& text, std::size_t begin, std::size_t end, std::string_view replacement) {
  const std::size_t line = begin == 0 ? 0 : text.rfind('\n', begin - 1) + 1;
  const std::size_t line_end = std::min(text.find('\n', end), text.size());
  const bool whole_lines = is_blank(std::string_view(text).substr(line, begin - line)) &&
                           is_blank(std::string_view(text).substr(end, line_end - end));
  if (is_blank(replacement) && whole_lines)
    text.erase(line, line_end + 1 - line);
  else
    text.replace(begin, end - begin, indented(replacement, indentation(std::string_view(text).substr(line))));
}

}  // namespace

std::string_view name_of(Framework framework) {
  switch (framework) {
    case Framework::derived:
      return "derived";
    case Framework::brought:
      return "brought";
    case Framework::left:
      return "left";
  }
  return "";
}

std::vector<Mutant> load_mutants(const fs::path& source, const Causes& causes) {
  const fs::path folder = source / "tests/mutants";
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    throw MachineError("the source tree is gone", folder.string(),
                       "build the program anew where it is to stay");
  std::vector<Mutant> mutants;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".mutant") continue;
    if (entry.path().parent_path().parent_path() != folder)
      throw DataError("stands in no stem's folder", entry.path().string(),
                      "move it to tests/mutants/<stem>/");
    mutants.push_back(Reader(entry.path()).mutant(causes));
  }
  std::sort(mutants.begin(), mutants.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return mutants;
}

std::vector<Mutant> select_mutants(std::vector<Mutant> all, const std::vector<std::string>& names) {
  if (names.empty()) return all;
  const auto is = [](const Mutant& mutant, const std::string& name) {
    return mutant.name == name || mutant.stem == name;
  };
  for (const std::string& name : names)
    if (std::none_of(all.begin(), all.end(), [&](const Mutant& mutant) { return is(mutant, name); }))
      throw UsageError(fmt::format("unknown mutant {}", name), {}, "see twin mutants --list");
  std::erase_if(all, [&](const Mutant& mutant) {
    return std::none_of(names.begin(), names.end(),
                        [&](const std::string& name) { return is(mutant, name); });
  });
  return all;
}

FileContents mutated_files(const Mutant& mutant, const fs::path& source) {
  FileContents contents;
  for (std::size_t i = 0; i < mutant.edits.size(); ++i) {
    const Edit& edit = mutant.edits[i];
    const auto refuse = [&](const std::string& what) {
      throw DataError(fmt::format("edit {}: {}", i + 1, what), mutant.path.string(),
                      fmt::format("bring it up to date with {}", edit.file));
    };
    if (!contents.contains(edit.file)) {
      if (!fs::is_regular_file(source / edit.file)) refuse(fmt::format("there is no {}", edit.file));
      contents[edit.file] = read_file(source / edit.file);
    }
    std::string& text = contents[edit.file];
    const Folded folded = fold(text);
    const std::string fragment = fold(trimmed(edit.fragment)).text;
    std::vector<std::size_t> found;
    for (std::size_t at = 0; (at = folded.text.find(fragment, at)) != std::string::npos; ++at)
      found.push_back(at);
    if (found.size() != 1)
      refuse(fmt::format("what it replaces is found {} times in {}, not once", found.size(), edit.file));
    replace(text, folded.at[found[0]], folded.at[found[0] + fragment.size() - 1] + 1, edit.replacement);
  }
  return contents;
}

bool names_the_cause(const Mutant& mutant, std::string_view cause, const std::string& tensors) {
  if (std::find(mutant.causes.begin(), mutant.causes.end(), cause) == mutant.causes.end()) return false;
  if (mutant.tensor.empty()) return true;
  // A name may hold a space: "bilinear.input2: d_x".
  const std::regex expected(mutant.tensor), comma(", ");
  return std::all_of(std::sregex_token_iterator(tensors.begin(), tensors.end(), comma, -1),
                     std::sregex_token_iterator(),
                     [&](const std::string& tensor) { return std::regex_match(tensor, expected); });
}

}  // namespace twin::reports
