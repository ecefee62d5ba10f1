#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/questions/lines.hpp"
#include "reports/runs/step_parts.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports::lines {
namespace {

constexpr std::string_view kLayers = "layers/";
constexpr const char* kBackwardNetwork =
    "xor";  // the MLPs whose steps are timed are built with the same code

std::string right(const std::string& header) { return ">" + header; }

std::string ratio_cell(int manual, int autograd, Language language) {
  return autograd > 0 ? rounded(static_cast<double>(manual) / autograd, language, 2) : "–";
}

bool is_choice(const std::string& part) {
  constexpr std::string_view kChoices[] = {kLayers, "losses/", "optim/", "schedules/", "clipping/"};
  return std::any_of(std::begin(kChoices), std::end(kChoices),
                     [&](std::string_view folder) { return part.starts_with(folder); });
}

int number(const Json& lines, const char* field) { return lines.at(field); }

const Json* network_named(const Json& json, std::string_view name) {
  for (const Json& network : json.at("networks"))
    if (network.at("network") == name) return &network;
  return nullptr;
}

std::string percent(double share, Language language) {
  return fmt::format(locale_of(language), "{:.1Lf} %", 100 * share);
}

}  // namespace

int code_of(const Json& lines) { return number(lines, "code") - number(lines, "apparatus"); }

std::vector<LayerCost> layer_costs(const Json& json) {
  std::vector<LayerCost> costs;
  for (const Json& row : json.at("parts")) {
    const std::string part = row.at("part");
    if (part.starts_with(kLayers) && !row.at("manual").is_null() && !row.at("autograd").is_null())
      costs.push_back({part.substr(kLayers.size()), code_of(row.at("manual")), code_of(row.at("autograd"))});
  }
  std::stable_sort(costs.begin(), costs.end(),
                   [](const LayerCost& a, const LayerCost& b) { return a.manual < b.manual; });
  return costs;
}

Totals all_layers(const std::vector<LayerCost>& costs) {
  Totals totals;
  for (const LayerCost& cost : costs) {
    totals.manual += cost.manual;
    totals.autograd += cost.autograd;
  }
  return totals;
}

std::vector<TimeShare> backward_time(const Json& json) {
  std::vector<TimeShare> shares;
  for (const Json& row : json.at("steps")) {
    const double us = row.at("us"),
                 spread = row.at("us_upper").get<double>() - row.at("us_lower").get<double>();
    double sum = 0;
    for (const Json& part : row.at("parts_us")) sum += part.get<double>();
    if (!(us > 0) || spread > kNoisySpread * us || !(sum > 0)) continue;
    shares.push_back({row.at("subject"), row.at("parts_us").at("backward").get<double>() / sum});
  }
  return shares;
}

std::string networks_table(const Json& json, Language language) {
  Table table({say(language, "network"), right(say(language, "lines by hand")),
               right(say(language, "lines with LibTorch")), right(say(language, "by hand / LibTorch")),
               say(language, "made of")});
  for (const Json& network : json.at("networks")) {
    const int manual = code_of(network.at("manual").at("own")),
              autograd = code_of(network.at("autograd").at("own"));
    std::vector<std::string> parts;
    for (const std::string part : network.at("parts")) parts.push_back(part.substr(part.rfind('/') + 1));
    table.add({network.at("network").get<std::string>(), std::to_string(manual), std::to_string(autograd),
               ratio_cell(manual, autograd, language), fmt::format("{}", fmt::join(parts, ", "))});
  }
  return table.markdown();
}

std::string peers_table(const Json& json, Language language) {
  Table table({say(language, "network"), right(say(language, "NumPy: layers, loss, optimiser")),
               right(say(language, "NumPy: program")),
               right(say(language, "PyTorch: layers, loss, optimiser")),
               right(say(language, "PyTorch: program")), right(say(language, "all, NumPy / PyTorch"))});
  for (const Json& peer : json.at("peers")) {
    std::vector<Cell> row{peer.at("network").get<std::string>()};
    int sums[2] = {};
    const char* const sides[] = {"numpy", "pytorch"};
    for (std::size_t side = 0; side < 2; ++side)
      for (const char* field : {"parts", "program"}) {
        const int lines = number(peer.at(sides[side]), field);
        sums[side] += lines;
        row.emplace_back(std::to_string(lines));
      }
    row.emplace_back(ratio_cell(sums[0], sums[1], language));
    table.add(std::move(row));
  }
  return table.markdown();
}

std::string layers_table(const Json& json, Language language) {
  const std::vector<LayerCost> costs = layer_costs(json);
  Table table({say(language, "layer"), right(say(language, "lines by hand")),
               right(say(language, "lines with LibTorch")), right(say(language, "by hand / LibTorch"))});
  const auto add = [&](const std::string& name, int manual, int autograd) {
    table.add(
        {name, std::to_string(manual), std::to_string(autograd), ratio_cell(manual, autograd, language)});
  };
  for (const LayerCost& cost : costs) add(cost.name, cost.manual, cost.autograd);
  const Totals totals = all_layers(costs);
  add(say(language, "all"), totals.manual, totals.autograd);
  return table.markdown();
}

std::string parts_table(const Json& json, Language language) {
  Table table({say(language, "part"), right(say(language, "by hand: code / comment / blank")),
               right(say(language, "LibTorch: code / comment / blank")),
               right(say(language, "of the code, for this suite alone"))});
  const auto cell = [](const Json& lines) {
    return lines.is_null() ? std::string("–")
                           : fmt::format("{} / {} / {}", number(lines, "code"), number(lines, "comment"),
                                         number(lines, "blank"));
  };
  const auto apparatus = [](const Json& lines) {
    return lines.is_null() ? std::string("–") : std::to_string(number(lines, "apparatus"));
  };
  const auto add = [&](const std::string& name, const Json& row) {
    const Json &manual = row.at("manual"), &autograd = row.at("autograd");
    table.add({name, cell(manual), cell(autograd), apparatus(manual) + " / " + apparatus(autograd)});
  };
  for (const bool choices : {true, false})
    for (const Json& row : json.at("parts"))
      if (const std::string part = row.at("part"); is_choice(part) == choices) add(part, row);
  add(say(language, "all"), json.at("totals"));
  return table.markdown();
}

std::string backward_text(const Json& json, Language language) {
  const Json* network = network_named(json, kBackwardNetwork);
  if (!network) return "";
  const Json& own = network->at("manual").at("own");
  const int backward = number(own, "backward"), code = code_of(own);
  if (code == 0) return "";
  std::string text =
      say(language,
          "**How much of it is backward?** XOR and every network of its kind (dense layers, sigmoids, mean "
          "squared error, SGD) are built from the same {} hand-written lines. {} of these compute gradients: "
          "{:.0Lf} %. Functions that go forward take {} lines, the update of the weights {}. The rest is "
          "construction and parameters.",
          code, backward, 100.0 * backward / code, number(own, "forward"), number(own, "update"));
  const std::vector<TimeShare> shares = backward_time(json);
  if (shares.empty()) return text + "\n\n";
  Table table({say(language, "network"), right(say(language, "backward, of the time of a step"))});
  for (const TimeShare& share : shares)
    table.add({subject_words(share.subject, language), percent(share.share, language)});
  return text + " " +
         say(language,
             "In the time of a hand-written training step, backward has this share (float32, batch 32; XOR: "
             "its four samples):") +
         "\n\n" + table.markdown() + "\n";
}

}  // namespace twin::reports::lines
