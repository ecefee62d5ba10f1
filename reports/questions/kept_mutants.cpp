#include "reports/questions/kept_mutants.hpp"

#include <algorithm>
#include <set>

#include "reports/questions/kept.hpp"
#include "reports/runs/line_counts.hpp"
#include "reports/runs/mutants.hpp"
#include "reports/runs/sources.hpp"
#include "shared/formats/files.hpp"
#include "shared/stems.hpp"

namespace twin::reports {
namespace {

constexpr const char* kCommand = "./twin mutants";

std::string part_of(const Mutant& mutant) {
  if (const Stem* stem = find_stem(mutant.stem)) return stem->kind;
  return mutant.edits.front().file.starts_with("manual/") ? "chain" : "data";
}

// Each cause once, by what was said where it was named first.
Json each_cause_once(const Json& diagnosis) {
  std::set<std::string> met;
  Json causes = Json::array();
  for (const Json& finding : diagnosis)
    if (met.insert(finding.at("cause")).second)
      causes.push_back({{"cause", finding.at("cause")}, {"text", finding.at("text")}});
  return causes;
}

// Lines of two texts that differ, with some around them, less the indentation that all of them share.
std::pair<std::string, std::string> differing_lines(const std::string& right_text,
                                                    const std::string& wrong_text) {
  constexpr std::ptrdiff_t kAround = 2;
  const std::vector<std::string> right = lines_of(right_text), wrong = lines_of(wrong_text);
  const std::ptrdiff_t shorter = std::min(std::ssize(right), std::ssize(wrong));
  std::ptrdiff_t above =
      std::mismatch(right.begin(), right.begin() + shorter, wrong.begin()).first - right.begin();
  std::ptrdiff_t below =
      std::mismatch(right.rbegin(), right.rbegin() + (shorter - above), wrong.rbegin()).first -
      right.rbegin();
  above = std::max<std::ptrdiff_t>(0, above - kAround);
  below = std::max<std::ptrdiff_t>(0, below - kAround);
  std::size_t indent = std::string::npos;
  for (const std::vector<std::string>* lines : {&right, &wrong})
    for (auto line = lines->begin() + above; line < lines->end() - below; ++line)
      if (!is_blank(*line)) indent = std::min(indent, line->find_first_not_of(' '));
  const auto text_of = [&](const std::vector<std::string>& lines) {
    std::string text;
    for (auto line = lines.begin() + above; line < lines.end() - below; ++line)
      text += (is_blank(*line) ? "" : line->substr(indent)) + "\n";
    return text;
  };
  return {text_of(right), text_of(wrong)};
}

Json snippet_of(const Mutant& mutant, const std::filesystem::path& source) {
  const FileContents contents = mutated_files(mutant, source);
  if (contents.size() != 1) return {};
  const auto& [file, wrong_text] = *contents.begin();
  const auto [right, wrong] = differing_lines(read_file(source / file), wrong_text);
  return {{"file", file}, {"right", right}, {"wrong", wrong}};
}

Json joined(const Json& studied, const Mutant& file, const std::filesystem::path& source) {
  Json mutant{{"name", file.name},         {"stem", file.stem},
              {"part", part_of(file)},     {"mistake", file.mistake},
              {"right", file.right},       {"framework", name_of(file.framework)},
              {"held_out", file.held_out}, {"snippet", snippet_of(file, source)}};
  for (const char* field : {"xor", "fashion", "expected_causes", "detectors", "suite_asked", "diagnosed",
                            "survives", "weak_checks", "other_rules"})
    if (studied.contains(field)) mutant[field] = studied.at(field);
  mutant["diagnosis"] = each_cause_once(studied.at("diagnosis"));
  return mutant;
}

}  // namespace

Json read_mutants(const std::filesystem::path& path) {
  return read_kept(path, "twingrad.mutants/1", kCommand);
}

Json joined(Json study, const std::vector<Mutant>& files, const std::filesystem::path& source) {
  Json mutants = Json::array();
  for (const Json& studied : study.at("mutants")) {
    const auto file = std::find_if(files.begin(), files.end(), [&](const Mutant& mutant) {
      return mutant.name == studied.at("name").get<std::string>();
    });
    if (file != files.end()) mutants.push_back(joined(studied, *file, source));
  }
  study["mutants"] = std::move(mutants);
  study.erase("counts");  // of those whose files are gone too
  study.at("options").erase("mutants");
  return study;
}

Json kept_mutants() { return joined(read_mutants(kept_file("mutants.json")), all_mutants(), source_tree()); }

std::string mutants_kept_from(const Json& study, Language language) {
  return kept_from(study, translatable("the study takes too long for a report"), kCommand, language);
}

}  // namespace twin::reports
