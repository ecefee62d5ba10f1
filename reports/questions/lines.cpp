// How many lines of code does a network take by hand and with LibTorch?
#include "reports/questions/lines.hpp"

#include <fmt/format.h>

#include "reports/page/markup.hpp"
#include "reports/runs/line_counts.hpp"
#include "reports/runs/step_parts.hpp"
#include "shared/errors.hpp"

namespace twin::reports {
namespace lines {

// So many times the lines, over all kinds of layer, is a burden that nobody denies.
constexpr double kBurden = 3;

Json measure(const Measuring& measuring) {
  const BusyThreads busy;
  Json counts;
  try {
    counts = count_lines(source_tree());
  } catch (const MachineError& error) {
    return not_measured(translatable("the source tree, g++ or universal-ctags is missing ({})"),
                        std::string_view(error.what()));
  }
  Json json = json_header("lines", {{"quick", measuring.quick}}, measuring.threads, busy);
  json.update(counts);
  json["steps"] = Json::array();
  const Json& measured = run_step_parts(measuring);
  for (const Json& row : measured.at("rows"))
    if (row.at("side") == "manual") json["steps"].push_back(row);
  return json;
}

std::string verdict(const Json& json, Language language) {
  const std::vector<LayerCost> costs = layer_costs(json);
  if (costs.empty()) return say(language, "There is no kind of layer that both sides have.");
  const LayerCost &least = costs.front(), &most = costs.back();
  const Totals totals = all_layers(costs);
  return say(language,
             "A kind of layer takes from {} lines of code by hand ({}; with LibTorch {}) to {} ({}; with "
             "LibTorch {}). All {} kinds together take {} by hand and {} with LibTorch.",
             least.manual, least.name, least.autograd, most.manual, most.name, most.autograd, costs.size(),
             totals.manual, totals.autograd);
}

std::string interface_text(const Json& json, Language language) {
  const Json& largest = json.at("networks").back();
  const auto around = [&](const char* side) { return code_of(largest.at(side).at("shared")); };
  return say(
      language,
      "**Not counted: the interface around them.** Both sides are wrapped, so that this suite can train "
      "them, compare them and look inside them. Around {} stand {} lines by hand and {} around "
      "LibTorch. Whoever writes one network needs little of it. Left out as well are lines in a "
      "layer's own files that only a comparison, `twin explain` or a benchmark calls.",
      largest.at("network").get<std::string>(), around("manual"), around("autograd"));
}

std::string answer(const Json& json, Language language) {
  std::string text =
      say(language,
          "**What does a network take?** Counted are the sources of its layers, its loss and its optimiser, "
          "each once, however often the network uses it. With LibTorch these sources only choose and "
          "configure what the library brings.") +
      "\n\n" + networks_table(json, language) + "\n" + interface_text(json, language) + "\n\n" +
      say(language,
          "**What does one more kind of layer take?** The code grows with the kinds of layers, not with the "
          "number of layers: a hundred dense layers take the lines of one. So a small network stays small "
          "by hand. Each new kind costs a forward and a backward pass of its own.") +
      "\n\n" + layers_table(json, language) + "\n";
  if (!json.at("peers").empty())
    text +=
        say(language,
            "**And in Python?** The same networks in NumPy, with every derivative by hand, and in PyTorch "
            "(`bench/peers`). The program joins the layers and takes the training step.") +
        "\n\n" + peers_table(json, language) + "\n";
  return text + backward_text(json, language) +
         details(say(language, "Every part of both sides, in lines"), parts_table(json, language));
}

std::vector<Picture> pictures(const Json& json, Language language) {
  Plot plot;
  plot.title = say(language, "Lines of code against the number of kinds of layers");
  plot.x_label = say(language, "kinds of layers, the cheapest first");
  plot.y_label = say(language, "lines of code in all");
  plot.points = true;
  Curve manual{say(language, "by hand"), {}, {}}, autograd{say(language, "LibTorch with autograd"), {}, {}};
  Totals sum;
  for (const LayerCost& cost : layer_costs(json)) {
    sum.manual += cost.manual;
    sum.autograd += cost.autograd;
    for (Curve* curve : {&manual, &autograd}) curve->x.push_back(static_cast<double>(curve->x.size() + 1));
    manual.y.push_back(sum.manual);
    autograd.y.push_back(sum.autograd);
  }
  if (manual.x.empty()) return {};
  plot.curves = {std::move(manual), std::move(autograd)};
  return {{"lines", std::move(plot)}};
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> result;
  const auto add = [&](std::string name, int lines) {
    result.push_back({std::move(name), static_cast<double>(lines), "1", Figure::Better::lower});
  };
  const Totals totals = all_layers(layer_costs(json));
  for (const char* side : {"manual", "autograd"}) {
    for (const Json& network : json.at("networks"))
      add(fmt::format("{}, {}", network.at("network").get<std::string>(), side),
          code_of(network.at(side).at("own")));
    add(fmt::format("all layers, {}", side),
        std::string_view(side) == "manual" ? totals.manual : totals.autograd);
    add(fmt::format("backward, {}", side), json.at("totals").at(side).at("backward"));
  }
  return result;
}

FirstWords first_words(const Json& json, Language language) {
  using Verdict = FirstWords::Claim::Verdict;
  FirstWords words;
  const std::vector<LayerCost> costs = layer_costs(json);
  const Totals totals = all_layers(costs);
  if (totals.manual == 0 || totals.autograd == 0) return words;
  const bool longer = totals.ratio() > 1;
  words.claims.push_back({say(language, "Hand-written code is a nightmare at scale."),
                          totals.ratio() >= kBurden ? Verdict::holds
                          : longer                  ? Verdict::holds_in_part
                                                    : Verdict::does_not_hold,
                          verdict(json, language)});
  words.numbers.push_back(
      {say(language, "{} ×", rounded(totals.ratio(), language, 2)),
       say(language, "lines of code by hand for one with LibTorch, over {} kinds of layers", costs.size())});
  if (longer)
    words.move_when.push_back(say(language,
                                  "**You need many kinds of layers.** {} kinds take {} lines by hand, "
                                  "each with a backward pass to derive, and {} with LibTorch.",
                                  costs.size(), totals.manual, totals.autograd));
  else
    words.stay_when.push_back(say(language,
                                  "**Lines of code decide.** {} kinds of layers take {} by hand and {} "
                                  "with LibTorch.",
                                  costs.size(), totals.manual, totals.autograd));
  return words;
}

}  // namespace lines

Question lines_question() {
  using namespace lines;
  return {"lines",
          translatable("How many lines of code does a network take by hand and with LibTorch?"),
          translatable(
              "The sources are counted when the report is made. What the compiler's own lexer leaves of a "
              "file is code; the rest is comments and blank lines. Functions are found by universal-ctags "
              "and sorted by their names: forward…, backward…, update. The parts of a training step are "
              "timed by the clock; steps with a noisy clock are left out."),
          "./twin report --only lines",
          measure,
          verdict,
          answer,
          pictures,
          figures,
          first_words};
}

}  // namespace twin::reports
