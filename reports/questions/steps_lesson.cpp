#include "reports/questions/steps_lesson.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "reports/page/markup.hpp"
#include "shared/network.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace steps_lesson {

constexpr const char* kSides[] = {"manual", "autograd"};

struct Step {
  const char *by_hand, *by_framework;  // the tutorial's words
  Text what;
};

// By StepPart.
constexpr Step kSteps[] = {
    {"self.gradients", "optimizer.zero_grad()",
     translatable(
         "A step must not use the gradients of the step before. The NumPy code computes new gradients "
         "and drops the old ones, so it needs no line of its own. PyTorch adds new gradients to the "
         "old ones, so they must be cleared first.")},
    {"predicted_output", "outputs = model(X)",
     translatable(
         "The forward pass: each layer computes its output from its input. The code by hand must keep "
         "what the backward pass will need (`self.inputs`, `self.output`). PyTorch keeps it in a "
         "graph.")},
    {"error", "loss = loss_function(outputs, y)",
     translatable(
         "The loss is one number that says how far the outputs are from the targets. The code by hand "
         "also returns the derivative of the loss by the outputs, the error.")},
    {"adjustment", "loss.backward()",
     translatable("The backward pass: the chain rule, from the error to every weight and bias. By hand each "
                  "layer needs a formula for its derivative; in the tutorial `_sigmoid_derivative` is one of "
                  "them. With PyTorch there is no formula to write.")},
    {"weights, bias", "optimizer.step()",
     translatable("The update: every weight and bias moves against its gradient.")}};

struct Node {
  const char* name;  // as it begins
  Text what;
};
constexpr Node kNodes[] = {
    {"MseLoss", translatable("derivative of the loss by the outputs")},
    {"Sigmoid", translatable("derivative of the sigmoid")},
    {"Addmm", translatable("derivatives of a layer's product and sum: by its weights, its bias, its input")},
    {"T", translatable("turns the gradient of the transposed weights back; by hand the product is written in "
                       "the shape of the weights")},
    {"AccumulateGrad", translatable("adds the gradient to that of the parameter; by hand the line above has "
                                    "written it there already")}};

bool is(const std::string& node, std::string_view beginning) {
  return node == beginning || node.starts_with(std::string(beginning) + "Backward");
}

std::string code_block(const char* language, const std::string& code) {
  return fmt::format("```{}\n{}```\n", language, code);
}

// ---- The values

const Json& entry_of(const Json& entries, std::string_view quantity) {
  for (const Json& entry : entries)
    if (entry.at("quantity") == quantity) return entry;
  return entries.at(entries.size());
}

// "0.38 0.71 0.58 0.61"
std::string few_digits(const Json& values, std::size_t first, std::size_t count, Language language) {
  std::string text;
  for (std::size_t i = first; i < first + count; ++i)
    text += fmt::format("{}{}", text.empty() ? "" : " ", rounded(values.at(i).get<double>(), language));
  return text;
}
std::string few_digits(const Json& values, Language language) {
  return few_digits(values, 0, values.size(), language);
}

class Values {
 public:
  Values(const Json& lesson, Language language)
      : lesson_(lesson),
        values_(lesson.at("values")),
        language_(language),
        samples_(lesson.at("targets").size()) {}

  std::string of_step(StepPart part) const {
    switch (part) {
      case StepPart::zero_grad:
        return {};
      case StepPart::forward:
        return by_sample({{say(language_, "hidden layer"), "hidden_sigmoid"},
                          {say(language_, "prediction"), "output_sigmoid"}});
      case StepPart::loss:
        return by_sample({{say(language_, "error"), "error"}}) + "\n" + losses();
      case StepPart::backward:
        return by_parameter(say(language_, "gradient"), "d_", /*before=*/false);
      case StepPart::update:
        return by_parameter(say(language_, "parameter"), "", /*before=*/true);
    }
    return {};
  }

  // How many numbers both sides computed, and the largest gap of any.
  std::pair<std::size_t, double> gaps() const {
    std::size_t count = 0;
    double largest = 0;
    const Json &manual = values_.at("manual"), &autograd = values_.at("autograd");
    for (std::size_t i = 0; i < manual.size(); ++i)
      for (std::size_t k = 0; k < manual.at(i).at("values").size(); ++k, ++count)
        largest = std::max(largest, std::abs(manual.at(i).at("values").at(k).get<double>() -
                                             autograd.at(i).at("values").at(k).get<double>()));
    return {count, largest};
  }

 private:
  std::vector<std::string> headers(std::string first) const {
    return {std::move(first), say(language_, "by hand"), say(language_, "LibTorch with autograd")};
  }

  std::string sample_name(std::size_t n) const {
    const Json& inputs = entry_of(values_.at("manual"), "X").at("values");
    const std::size_t width = inputs.size() / samples_;
    return fmt::format("{} → {}", few_digits(inputs, n * width, width, language_),
                       rounded(lesson_.at("targets").at(n).get<double>(), language_));
  }

  std::string by_sample(const std::vector<std::pair<std::string, const char*>>& quantities) const {
    std::vector<std::string> heads{say(language_, "sample → target")};
    for (const auto& [name, quantity] : quantities)
      for (const std::string& side : {say(language_, "by hand"), std::string("autograd")})
        heads.push_back(fmt::format("{}, {}", name, side));
    Table table(heads);
    for (std::size_t n = 0; n < samples_; ++n) {
      std::vector<Cell> row{sample_name(n)};
      for (const auto& [name, quantity] : quantities)
        for (const char* side : kSides) {
          const Json& values = entry_of(values_.at(side), quantity).at("values");
          const std::size_t width = values.size() / samples_;
          row.emplace_back(few_digits(values, n * width, width, language_));
        }
      table.add(std::move(row));
    }
    return table.markdown();
  }

  std::string losses() const {
    const auto loss = [&](const char* side) {
      return few_digits(entry_of(values_.at(side), "loss").at("values"), language_);
    };
    return say(language_, "The loss: {} by hand, {} with autograd.\n", loss("manual"), loss("autograd"));
  }

  std::string by_parameter(std::string name, const std::string& prefix, bool before) const {
    std::vector<std::string> heads = headers(std::move(name));
    if (before) heads.insert(heads.begin() + 1, say(language_, "before"));
    Table table(heads);
    for (const Json& parameter : lesson_.at("before")) {
      const std::string quantity = prefix + parameter.at("quantity").get<std::string>();
      std::vector<Cell> row{fmt::format("`{}`", quantity)};
      if (before) row.emplace_back(few_digits(parameter.at("values"), language_));
      for (const char* side : kSides)
        row.emplace_back(few_digits(entry_of(values_.at(side), quantity).at("values"), language_));
      table.add(std::move(row));
    }
    return table.markdown();
  }

  const Json &lesson_, &values_;
  Language language_;
  std::size_t samples_;
};

// ---- The graph

std::string work_table(const Json& lesson, Language language) {
  Table table({say(language, "node of the graph"), say(language, ">how many"), say(language, "what it does"),
               say(language, "the lines by hand")});
  std::vector<std::string> seen;
  for (const Json& node : lesson.at("graph")) {
    const std::string name = node.at("name");
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
    seen.push_back(name);
    const Json& graph = lesson.at("graph");
    const auto count = std::count_if(graph.begin(), graph.end(),
                                     [&](const Json& other) { return other.at("name") == name; });
    std::string what, lines;
    for (const Node& known : kNodes)
      if (is(name, known.name)) what = say(language, known.what);
    for (const Json& work : lesson.at("work"))
      if (is(name, work.at("node").get<std::string>())) {
        std::string code = work.at("code");
        while (!code.empty()) {
          const std::size_t end = code.find('\n');
          lines += fmt::format("{}`{}`", lines.empty() ? "" : " · ", code.substr(0, end));
          code.erase(0, end + 1);
        }
      }
    table.add({fmt::format("`{}`", name), std::to_string(count), what, lines.empty() ? "–" : lines});
  }
  return table.markdown();
}

std::size_t leaves(const Json& graph) {
  return static_cast<std::size_t>(std::count_if(graph.begin(), graph.end(), [](const Json& node) {
    return !node.at("parameter").get<std::string>().empty();
  }));
}

}  // namespace steps_lesson

std::string lesson_text(const Json& lesson, Language language) {
  using namespace steps_lesson;
  const Values values(lesson, language);
  const Json& code = lesson.at("code");
  std::string text = say(
      language,
      "Both sides take the same five steps; only the names change. Below is the code of both sides, and what "
      "it computes in the first step on XOR: four samples, a network of 2 inputs, 4 hidden neurons and 1 "
      "output, float64. The code is cut out of this project's sources (`bench/peers`).\n\n");
  for (std::size_t i = 0; i < kStepParts; ++i) {
    const Step& step = kSteps[i];
    text += fmt::format("### {}. `{}` → `{}`\n\n{}\n\n", i + 1, step.by_hand, step.by_framework,
                        say(language, step.what));
    text += columns(say(language, "By hand (NumPy)"), code_block("python", code.at("numpy").at(i)), "PyTorch",
                    code_block("python", code.at("pytorch").at(i)));
    text += values.of_step(static_cast<StepPart>(i)) + "\n";
  }
  const auto [count, largest] = values.gaps();
  text += say(language,
              "Both sides compute {} numbers in this step. The largest gap between the two sides is {:.1Lg}. "
              "`./twin explain xor` shows all of them with their formulas.\n\n",
              count, largest);
  text += details(say(language, "The same five steps in C++"),
                  columns(say(language, "By hand (Eigen)"), code_block("cpp", code.at("manual")), "LibTorch",
                          code_block("cpp", code.at("autograd"))));
  const Json& graph = lesson.at("graph");
  text +=
      "\n\n" + say(language,
                   "### The graph behind `loss.backward()`\n\n"
                   "While `model(X)` and the loss are computed, LibTorch records each operation in a graph. "
                   "This is the graph of XOR's loss as LibTorch holds it: {} nodes, of which {} belong to "
                   "weights and biases. `loss.backward()` starts at the loss and follows the arrows. Each "
                   "node knows the derivative of its operation. By hand, these lines do the same work:\n\n",
                   graph.size(), leaves(graph));
  return text + work_table(lesson, language);
}

Picture lesson_picture(const Json& lesson, Language language) {
  Plot plot{say(language, "The graph that LibTorch records of XOR's loss"), "", ""};
  plot.diagram.emplace();
  for (const Json& node : lesson.at("graph")) {
    const std::string name = node.at("name"), parameter = node.at("parameter");
    plot.diagram->nodes.push_back({parameter.empty() ? name : fmt::format("{}\n{}", name, parameter),
                                   !parameter.empty(), node.at("next").get<std::vector<std::size_t>>()});
  }
  return {"steps-graph", std::move(plot)};
}

}  // namespace twin::reports
