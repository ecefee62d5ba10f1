// What share of the hand-written side is backward?
#include <algorithm>
#include <fmt/format.h>

#include "reports/questions/question.hpp"
#include "reports/runs/line_counts.hpp"
#include "shared/errors.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace backward_share {

constexpr const char* kRoles[] = {"forward", "backward", "update", "rest"};

Json measure(const Measuring& measuring) {
  const BusyThreads busy;
  measuring.on_progress(0, 1);
  Json sides;
  try {
    sides = count_roles(source_tree());
  } catch (const MachineError& error) {
    const std::string indonesian =
        fmt::format("pohon sumber, g++, atau universal-ctags tidak ada ({})", error.what());
    return not_measured({error.what(), indonesian});
  }
  Json json = json_header("backward-share", Json::object(), measuring.threads, busy);
  json["sides"] = std::move(sides);
  measuring.on_progress(1, 1);
  return json;
}

int lines(const Json& roles, const char* role) { return roles.at(role); }

double percent(int part, int whole) { return whole > 0 ? 100.0 * part / whole : 0; }

double backward_percent(const Json& roles) { return percent(lines(roles, "backward"), lines(roles, "code")); }

// Of the mathematics alone: what computes outputs, gradients and new weights.
double backward_percent_of_mathematics(const Json& roles) {
  return percent(lines(roles, "backward"), lines(roles, "code") - lines(roles, "rest"));
}

std::string kind_name(const std::string& kind, bool english) {
  constexpr std::pair<const char*, Text> names[] = {{"layers", {"layers", "lapis"}},
                                                    {"losses", {"losses", "loss"}},
                                                    {"optim", {"optimisers", "optimizer"}},
                                                    {"networks", {"networks", "jaringan"}},
                                                    {"schedules", {"schedules", "jadwal"}},
                                                    {"clipping", {"clipping", "pemangkasan"}},
                                                    {"", {"shared", "bersama"}}};
  const auto* const found =
      std::find_if(std::begin(names), std::end(names), [&](const auto& name) { return name.first == kind; });
  if (found == std::end(names)) return kind;
  return std::string(found->second.in(english ? Language::english : Language::indonesian));
}

std::string roles_table(const Json& side, bool english) {
  Table table(english ? std::vector<std::string>{"part", ">forward", ">backward", ">update", ">the rest",
                                                 ">code", ">backward %"}
                      : std::vector<std::string>{"bagian", ">forward", ">backward", ">pembaruan", ">sisanya",
                                                 ">kode", ">backward %"});
  const auto add = [&](const std::string& name, const Json& roles) {
    std::vector<Cell> row{name};
    for (const char* role : kRoles) row.emplace_back(std::to_string(lines(roles, role)));
    row.emplace_back(std::to_string(lines(roles, "code")));
    row.emplace_back(fmt::format("{:.0f} %", backward_percent(roles)));
    table.add(std::move(row));
  };
  for (const Json& kind : side.at("kinds")) add(kind_name(kind.at("kind"), english), kind);
  add(english ? "all" : "semua", side);
  return table.markdown();
}

std::string answer(const Json& json, Language language) {
  const Json &manual = json.at("sides").at("manual"), &autograd = json.at("sides").at("autograd");
  const Text text{
      "{} of the {} lines of code that the hand-written side consists of stand in functions that compute "
      "gradients: {:.1f} %. Of what computes at all (forward, backward, update) it is {:.0f} %. The rest is "
      "construction, checks, parameters, and everything that lets the program look inside. With autograd {} "
      "of {} lines are backward.\n\n{}",
      "{} dari {} baris kode sisi tulisan tangan berada di dalam fungsi yang menghitung gradien: {:.1f} %. "
      "Dari bagian yang benar-benar menghitung (forward, backward, pembaruan) porsinya {:.0f} %. Sisanya "
      "adalah konstruksi, pemeriksaan, parameter, dan semua yang memungkinkan program melihat ke dalam. "
      "Dengan autograd, {} dari {} baris adalah backward.\n\n{}"};
  return fmt::format(fmt::runtime(text.in(language)), lines(manual, "backward"), lines(manual, "code"),
                     backward_percent(manual), backward_percent_of_mathematics(manual),
                     lines(autograd, "backward"), lines(autograd, "code"),
                     roles_table(manual, language == Language::english));
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const bool english = language == Language::english;
  Plot plot;
  plot.title = english ? "What the lines of the hand-written side do"
                       : "Apa yang dilakukan baris-baris sisi tulisan tangan";
  plot.y_label = english ? "lines of code" : "baris kode";
  constexpr Text names[] = {
      {"forward", "forward"}, {"backward", "backward"}, {"update", "pembaruan"}, {"the rest", "sisanya"}};
  for (const Text& name : names) plot.curves.push_back({std::string(name.in(language)), {}, {}});
  for (const Json& kind : json.at("sides").at("manual").at("kinds")) {
    plot.categories.push_back(kind_name(kind.at("kind"), english));
    for (std::size_t i = 0; i < std::size(kRoles); ++i) plot.curves[i].y.push_back(lines(kind, kRoles[i]));
  }
  return {{"backward-share", std::move(plot)}};
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> result;
  for (const char* side : {"manual", "autograd"}) {
    const Json& roles = json.at("sides").at(side);
    result.push_back({fmt::format("backward lines, {}", side), static_cast<double>(lines(roles, "backward")),
                      "1", Figure::Better::lower});
    result.push_back({fmt::format("share that is backward, {}", side), backward_percent(roles), "%",
                      Figure::Better::neither});
  }
  return result;
}

}  // namespace backward_share

Question backward_share_question() {
  using namespace backward_share;
  return {"backward-share",
          {"What share of the hand-written side is backward?",
           "Berapa bagian dari sisi tulisan tangan yang merupakan backward?"},
          {"The functions of the sources without comments and blank lines, found by universal-ctags and "
           "sorted by their names: forward…, backward…, update, and the rest.",
           "Fungsi-fungsi dalam sumber tanpa komentar dan baris kosong, ditemukan oleh universal-ctags dan "
           "dipilah menurut namanya: forward…, backward…, update (pembaruan), dan sisanya."},
          "./twin report --only backward-share",
          measure,
          nullptr,
          answer,
          pictures,
          figures};
}

}  // namespace twin::reports
