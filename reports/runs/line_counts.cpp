#include "reports/runs/line_counts.hpp"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <map>
#include <regex>
#include <set>

#include "reports/runs/sources.hpp"
#include "shared/catalogue.hpp"
#include "shared/errors.hpp"
#include "shared/stems.hpp"

namespace twin::reports {
namespace {

namespace fs = std::filesystem;

// What a network chooses from; all else below a side is shared by its networks.
constexpr const char *kLayers = "layers", *kLosses = "losses", *kOptimizers = "optim",
                     *kSchedules = "schedules", *kClipping = "clipping";
constexpr const char* kChoices[] = {kLayers, kLosses, kOptimizers, kSchedules, kClipping};

Json json_of(const LineCounts& lines) {
  return {{"code", lines.code}, {"comment", lines.comment}, {"blank", lines.blank}};
}

// "conv_transpose2d" defines ConvTranspose2d.
std::string class_of(const std::string& stem) {
  std::string name;
  bool capital = true;
  for (const char c : stem) {
    if (c != '_') name += capital ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    capital = c == '_';
  }
  return name;
}

// What the class and the specification of a stem may be called behind its own name.
constexpr std::string_view kSuffixes[] = {"", "Spec", "Loss", "LossSpec", "Schedule"};

bool names(const std::string& line, const std::string& kind) {
  const auto ends_here = [&](std::size_t i) {
    return i == line.size() || !(std::isalnum(static_cast<unsigned char>(line[i])) || line[i] == '_');
  };
  for (std::size_t at = line.find(kind); at != std::string::npos; at = line.find(kind, at + 1)) {
    if (at > 0 && !ends_here(at - 1)) continue;
    const std::string_view behind = std::string_view(line).substr(at + kind.size());
    for (const std::string_view suffix : kSuffixes)
      if (behind.starts_with(suffix) && ends_here(at + kind.size() + suffix.size())) return true;
  }
  return false;
}

/// One side of the house.
class Side {
 public:
  Side(const fs::path& root, std::string name) : name_(std::move(name)) {
    for (Source& source : read_sources(root, name_)) {
      std::string path = source.path;
      sources_.emplace(std::move(path), std::move(source));
    }
  }

  const std::map<std::string, Source>& sources() const { return sources_; }

  // "manual/layers/dense.hpp" is of the part "layers/dense", and so is "shared/layers/dense_mistakes.cpp".
  std::string part_of(const std::string& path) const {
    std::string part = fs::path(path).lexically_relative(name_).replace_extension().generic_string();
    constexpr std::string_view kMistakes = "_mistakes";
    if (part.ends_with(kMistakes)) part.resize(part.size() - kMistakes.size());
    return part;
  }

  std::map<std::string, LineCounts> parts() const {
    std::map<std::string, LineCounts> parts;
    for (const auto& [path, source] : sources_) parts[part_of(path)] += source.lines;
    return parts;
  }

  LineCounts lines_of_parts(const std::set<std::string>& wanted) const {
    LineCounts sum;
    for (const auto& [part, lines] : parts())
      if (wanted.contains(part)) sum += lines;
    return sum;
  }

  // `from` and all it includes, and that includes, but for the parts of which each network chooses its own.
  std::set<std::string> reached_from(const std::set<std::string>& from) const {
    static const std::regex include("^\\s*#\\s*include\\s*\"([^\"]+)\"");
    std::set<std::string> reached;
    std::vector<std::string> waiting(from.begin(), from.end());
    while (!waiting.empty()) {
      const std::string part = std::move(waiting.back());
      waiting.pop_back();
      if (!reached.insert(part).second) continue;
      for (const auto& [path, source] : sources_) {
        if (part_of(path) != part) continue;
        for (const std::string& line : lines_of(source.code)) {
          std::smatch match;
          if (!std::regex_search(line, match, include) || !sources_.contains(match[1])) continue;
          if (std::string next = part_of(match[1]); !is_choice(next)) waiting.push_back(std::move(next));
        }
      }
    }
    return reached;
  }

  // Lines of code that name the part, by file, outside of it.
  Json lines_naming(const std::string& part) const {
    const std::string kind = class_of(fs::path(part).filename()), header = "/" + part + ".hpp\"";
    Json files = Json::array();
    int sum = 0;
    for (const auto& [path, source] : sources_) {
      if (part_of(path) == part) continue;
      int count = 0;
      for (const std::string& line : lines_of(source.code))
        count += names(line, kind) || line.find(header) != std::string::npos;
      sum += count;
      if (count > 0) files.push_back({{"path", path}, {"lines", count}});
    }
    return {{"lines", sum}, {"files", std::move(files)}};
  }

 private:
  static bool is_choice(const std::string& part) {
    const std::string folder = fs::path(part).parent_path().generic_string();
    return std::find(std::begin(kChoices), std::end(kChoices), folder) != std::end(kChoices);
  }

  std::string name_;
  std::map<std::string, Source> sources_;  // by path
};

// Its layers, its loss, its optimiser, and what else it has.
std::set<std::string> parts_of(const NetworkSpec& spec) {
  std::set<std::string> parts;
  const auto add = [&](const char* folder, std::string_view stem) {
    parts.insert(fmt::format("{}/{}", folder, stem));
  };
  for (const LayerSpec& layer : spec.layers) add(kLayers, stem_of(layer));
  add(kLosses, name_of(spec.loss));
  add(kOptimizers, name_of(spec.optimizer));
  if (spec.schedule) add(kSchedules, name_of(*spec.schedule));
  if (spec.clipping) add(kClipping, name_of(*spec.clipping));
  return parts;
}

Json need_of(const Side& side, const std::set<std::string>& own, const std::string& network) {
  const std::map<std::string, LineCounts> parts = side.parts();
  for (const std::string& part : own)
    if (!parts.contains(part))
      throw DataError(fmt::format("{} needs {}, which has no source", network, part));
  std::set<std::string> all = own;
  all.insert("backend");
  std::set<std::string> shared = side.reached_from(all);
  for (const std::string& part : own) shared.erase(part);
  return {{"own", json_of(side.lines_of_parts(own))},
          {"shared", json_of(side.lines_of_parts(shared))},
          {"shared_parts", shared}};
}

// What a stem of both sides costs: its own code, and lines of code elsewhere that name it.
Json cost_of(const Side& side, const std::string& part) {
  return {{"own", side.lines_of_parts({part}).code}, {"named", side.lines_naming(part)}};
}

const char* role_of(const std::string& function) {
  if (function.starts_with("forward")) return "forward";
  if (function.starts_with("backward")) return "backward";
  if (function == "update") return "update";
  return "rest";
}

// "layers" for manual/layers/dense.hpp; empty for what stands at the top of a side.
std::string kind_of(const std::string& path) {
  const fs::path below = fs::path(path).lexically_relative(*fs::path(path).begin());
  return below.has_parent_path() ? below.begin()->string() : "";
}

Json no_roles() { return {{"code", 0}, {"forward", 0}, {"backward", 0}, {"update", 0}, {"rest", 0}}; }

void add(Json& roles, const char* role, int lines) { roles[role] = roles[role].get<int>() + lines; }

}  // namespace

Json count_lines(const fs::path& root) {
  const Side manual(root, kSides[0]), autograd(root, kSides[1]);
  const std::map<std::string, LineCounts> manual_parts = manual.parts(), autograd_parts = autograd.parts();

  std::set<std::string> names;
  LineCounts manual_total, autograd_total;
  for (const auto& [part, lines] : manual_parts) names.insert(part), manual_total += lines;
  for (const auto& [part, lines] : autograd_parts) names.insert(part), autograd_total += lines;
  Json parts = Json::array();
  const auto lines_or_null = [](const std::map<std::string, LineCounts>& side, const std::string& part) {
    return side.contains(part) ? json_of(side.at(part)) : Json();
  };
  for (const std::string& part : names)
    parts.push_back({{"part", part},
                     {"manual", lines_or_null(manual_parts, part)},
                     {"autograd", lines_or_null(autograd_parts, part)}});

  Json networks = Json::array();
  for (const CatalogueEntry& entry : catalogue()) {
    const std::set<std::string> own = parts_of(entry.spec);
    networks.push_back({{"network", entry.name},
                        {"parts", own},
                        {"manual", need_of(manual, own, entry.name)},
                        {"autograd", need_of(autograd, own, entry.name)}});
  }

  Json costs = Json::array();
  const Side shared(root, "shared");
  for (const Stem& stem : stems()) {
    const std::string part = fmt::format("{}/{}", stem.kind, stem.name);
    if (manual_parts.contains(part) && autograd_parts.contains(part))
      costs.push_back({{"stem", part},
                       {"manual", cost_of(manual, part)},
                       {"autograd", cost_of(autograd, part)},
                       {"shared", cost_of(shared, part)}});
  }
  return {{"parts", std::move(parts)},
          {"networks", std::move(networks)},
          {"totals", {{"manual", json_of(manual_total)}, {"autograd", json_of(autograd_total)}}},
          {"stems", std::move(costs)}};
}

Json count_roles(const fs::path& root) {
  Json sides;
  for (const char* name : kSides) {
    const std::vector<Source> sources = read_sources(root, name);
    Json all = no_roles(), functions = Json::array();
    std::map<std::string, Json> kinds;
    for (const Source& source : sources) {
      Json& kind = kinds.try_emplace(kind_of(source.path), no_roles()).first->second;
      for (Json* roles : {&all, &kind}) {
        add(*roles, "code", source.lines.code);
        add(*roles, "rest", source.lines.code);
      }
    }
    for (const Function& function : functions_of(sources)) {
      const char* role = role_of(function.name);
      for (Json* roles : {&all, &kinds.at(kind_of(function.path))}) {
        add(*roles, role, function.lines);
        add(*roles, "rest", -function.lines);
      }
      functions.push_back(
          {{"path", function.path}, {"name", function.name}, {"role", role}, {"lines", function.lines}});
    }
    all["kinds"] = Json::array();
    for (auto& [kind, roles] : kinds) {
      roles["kind"] = kind;
      all["kinds"].push_back(std::move(roles));
    }
    all["functions"] = std::move(functions);
    sides[name] = std::move(all);
  }
  return sides;
}

fs::path source_tree() { return TWINGRAD_SOURCE_DIR; }

}  // namespace twin::reports
