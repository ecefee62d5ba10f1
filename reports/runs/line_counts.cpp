#include "reports/runs/line_counts.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <regex>
#include <set>

#include "reports/runs/sources.hpp"
#include "shared/catalogue.hpp"
#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/stems.hpp"

namespace twin::reports {
namespace {

namespace fs = std::filesystem;

// What a network chooses from; all else below a side is shared by its networks.
constexpr const char *kLayers = "layers", *kLosses = "losses", *kOptimizers = "optim",
                     *kSchedules = "schedules", *kClipping = "clipping";
constexpr const char* kChoices[] = {kLayers, kLosses, kOptimizers, kSchedules, kClipping};

constexpr const char* kRoles[] = {"forward", "backward", "update", "apparatus"};

// What a network is not computed by: the state that is carried over for a comparison, what the variants of
// the benchmarks are made of, and the formulas that a layer holds for `twin explain` to print.
constexpr std::string_view kApparatus[] = {"functional", "state_of", "set_state", "collect", "carried"};
constexpr std::string_view kApparatusPrefixes[] = {"control_", "tuned_"};
constexpr std::string_view kFormula = "_formula";

// Empty: something else, such as a constructor.
std::string role_of(std::string_view function) {
  const auto starts = [&](std::string_view prefix) { return function.starts_with(prefix); };
  if (starts("forward")) return "forward";
  if (starts("backward")) return "backward";
  if (function == "update") return "update";
  const bool apparatus =
      std::find(std::begin(kApparatus), std::end(kApparatus), function) != std::end(kApparatus) ||
      std::any_of(std::begin(kApparatusPrefixes), std::end(kApparatusPrefixes), starts);
  return apparatus ? "apparatus" : "";
}

/// The lines of a part, and of its code those in functions of each role.
struct PartLines {
  LineCounts lines;
  std::map<std::string, int> roles;

  PartLines& operator+=(const PartLines& other) {
    lines += other.lines;
    for (const auto& [role, count] : other.roles) roles[role] += count;
    return *this;
  }
};

Json json_of(const PartLines& part) {
  Json json{{"code", part.lines.code}, {"comment", part.lines.comment}, {"blank", part.lines.blank}};
  for (const char* role : kRoles) json[role] = part.roles.contains(role) ? part.roles.at(role) : 0;
  return json;
}

/// One side of the house.
class Side {
 public:
  Side(const fs::path& root, std::string name) : name_(std::move(name)) {
    const std::vector<Source> sources = read_sources(root, name_);
    for (const Source& source : sources) {
      PartLines& part = parts_[part_of(source.path)];
      part.lines += source.lines;
      for (const std::string& line : lines_of(source.code))
        part.roles["apparatus"] += line.find(kFormula) != std::string::npos;
      sources_.emplace(source.path, source);
    }
    for (const Function& function : functions_of(sources))
      if (const std::string role = role_of(function.name); !role.empty())
        parts_.at(part_of(function.path)).roles[role] += function.lines;
  }

  const std::map<std::string, PartLines>& parts() const { return parts_; }

  PartLines lines_of_parts(const std::set<std::string>& wanted) const {
    PartLines sum;
    for (const auto& [part, lines] : parts_)
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

 private:
  // "manual/layers/dense.hpp" is of the part "layers/dense".
  std::string part_of(const std::string& path) const {
    return fs::path(path).lexically_relative(name_).replace_extension().generic_string();
  }

  static bool is_choice(const std::string& part) {
    const std::string folder = fs::path(part).parent_path().generic_string();
    return std::find(std::begin(kChoices), std::end(kChoices), folder) != std::end(kChoices);
  }

  std::string name_;
  std::map<std::string, Source> sources_;  // by path
  std::map<std::string, PartLines> parts_;
};

void add_layers(const std::vector<LayerSpec>& layers, std::set<std::string>& parts) {
  for (const LayerSpec& layer : layers) {
    parts.insert(fmt::format("{}/{}", kLayers, stem_of(layer)));
    std::visit(
        [&](const auto& kind) {
          if constexpr (requires { kind.children(); }) add_layers(kind.children(), parts);
        },
        layer.kind);
  }
}

// Its layers with their children, its loss, its optimiser, and what else it has.
std::set<std::string> parts_of(const NetworkSpec& spec) {
  std::set<std::string> parts;
  const auto add = [&](const char* folder, std::string_view stem) {
    parts.insert(fmt::format("{}/{}", folder, stem));
  };
  add_layers(spec.layers, parts);
  add(kLosses, name_of(spec.loss));
  add(kOptimizers, name_of(spec.optimizer));
  if (spec.schedule) add(kSchedules, name_of(*spec.schedule));
  if (spec.clipping) add(kClipping, name_of(*spec.clipping));
  return parts;
}

Json need_of(const Side& side, const std::set<std::string>& own, const std::string& network) {
  for (const std::string& part : own)
    if (!side.parts().contains(part))
      throw DataError(fmt::format("{} needs {}, which has no source", network, part));
  std::set<std::string> all = own;
  all.insert("backend");
  std::set<std::string> shared = side.reached_from(all);
  for (const std::string& part : own) shared.erase(part);
  return {{"own", json_of(side.lines_of_parts(own))},
          {"shared", json_of(side.lines_of_parts(shared))},
          {"shared_parts", shared}};
}

// What each network is made of in bench/peers, in lines of code: nothing for a network of which they lack a
// part.
Json count_peers(const fs::path& root, const std::string& network, const std::set<std::string>& parts) {
  const fs::path peers = root / "bench/peers";
  PeerLines sum;
  for (const std::string& part : parts) {
    const fs::path file = peers / (part + ".py");
    if (!fs::exists(file)) return {};
    const PeerLines lines = peer_lines(read_file(file));
    sum.numpy += lines.numpy;
    sum.pytorch += lines.pytorch;
  }
  const auto program = [&](const char* name) { return peer_lines(read_file(peers / name)).numpy; };
  return {{"network", network},
          {"numpy", {{"parts", sum.numpy}, {"program", program("numpy_peer.py")}}},
          {"pytorch", {{"parts", sum.pytorch}, {"program", program("pytorch_peer.py")}}}};
}

}  // namespace

PeerLines peer_lines(const std::string& python) {
  constexpr std::string_view kQuotes = "\"\"\"";
  PeerLines count;
  bool in_docstring = false, of_pytorch = false;
  for (const std::string& line : lines_of(python)) {
    if (is_blank(line)) continue;
    const std::string_view text = std::string_view(line).substr(line.find_first_not_of(" \t"));
    const bool begins = !in_docstring && text.starts_with(kQuotes);
    if (begins || in_docstring) {
      in_docstring = text.find(kQuotes, begins ? kQuotes.size() : 0) == text.npos;
      continue;
    }
    if (text.starts_with('#')) continue;
    of_pytorch = of_pytorch || line.starts_with("def pytorch(");
    ++(of_pytorch ? count.pytorch : count.numpy);
  }
  return count;
}

Json count_lines(const fs::path& root) {
  const Side manual(root, kSides[0]), autograd(root, kSides[1]);
  std::set<std::string> names;
  PartLines manual_total, autograd_total;
  for (const auto& [part, lines] : manual.parts()) names.insert(part), manual_total += lines;
  for (const auto& [part, lines] : autograd.parts()) names.insert(part), autograd_total += lines;
  Json parts = Json::array();
  const auto lines_or_null = [](const Side& side, const std::string& part) {
    return side.parts().contains(part) ? json_of(side.parts().at(part)) : Json();
  };
  for (const std::string& part : names)
    parts.push_back({{"part", part},
                     {"manual", lines_or_null(manual, part)},
                     {"autograd", lines_or_null(autograd, part)}});

  Json networks = Json::array(), peers = Json::array();
  for (const CatalogueEntry& entry : catalogue()) {
    const std::set<std::string> own = parts_of(entry.spec);
    networks.push_back({{"network", entry.name},
                        {"parts", own},
                        {"manual", need_of(manual, own, entry.name)},
                        {"autograd", need_of(autograd, own, entry.name)}});
    if (Json peer = count_peers(root, entry.name, own); !peer.is_null()) peers.push_back(std::move(peer));
  }
  return {{"parts", std::move(parts)},
          {"networks", std::move(networks)},
          {"peers", std::move(peers)},
          {"totals", {{"manual", json_of(manual_total)}, {"autograd", json_of(autograd_total)}}}};
}

fs::path source_tree() { return TWINGRAD_SOURCE_DIR; }

}  // namespace twin::reports
