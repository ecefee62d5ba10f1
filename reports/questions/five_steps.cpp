// What does each of the tutorial's five steps cost on each side?
#include <fmt/format.h>

#include "reports/questions/question.hpp"
#include "reports/runs/step_parts.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace five_steps {

struct Step {
  const char* manual;
  const char* autograd;
};

// By StepPart: the tutorial's words for it before and after the move.
constexpr Step kSteps[] = {{"gradients = 0", "optimizer.zero_grad()"},
                           {"predicted_output", "outputs = model(X)"},
                           {"error", "loss = loss_function(outputs, y)"},
                           {"adjustment", "loss.backward()"},
                           {"weights, bias", "optimizer.step()"}};

double part(const Json& row, std::size_t index) { return row.at("parts_us").at(kPartNames[index]); }

std::string answer(const Json& json, Language language) {
  const bool english = language == Language::english;
  std::string text =
      english ? "Both sides take the same five steps; only their names change in the move.\n"
              : "Kedua sisi menempuh lima langkah yang sama; hanya namanya yang berubah dalam perpindahan.\n";
  for (const std::string& subject : parts_subjects(json)) {
    const Json &manual = parts_row(json, subject, "manual"), &autograd = parts_row(json, subject, "autograd");
    Table table(english ? std::vector<std::string>{"by hand", ">µs", "LibTorch", ">µs", ">ratio"}
                        : std::vector<std::string>{"tulisan tangan", ">µs", "LibTorch", ">µs", ">rasio"});
    for (std::size_t i = 0; i < kStepParts; ++i) {
      const double by_manual = part(manual, i), by_autograd = part(autograd, i);
      table.add({fmt::format("`{}`", kSteps[i].manual), rounded(by_manual),
                 fmt::format("`{}`", kSteps[i].autograd), rounded(by_autograd),
                 by_manual > 0 ? rounded(by_autograd / by_manual) : std::string()});
    }
    table.add({english ? "the whole step" : "seluruh langkah", rounded(manual.at("us").get<double>()), "",
               rounded(autograd.at("us").get<double>()),
               rounded(autograd.at("us").get<double>() / manual.at("us").get<double>())});
    text += fmt::format("\n{}:\n\n{}\n", subject_words(subject, language), table.markdown());
  }
  return text;
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const bool english = language == Language::english;
  std::vector<Picture> all;
  for (const std::string& subject : {parts_subjects(json).front(), parts_subjects(json).back()}) {
    Plot plot{fmt::format(fmt::runtime(english ? "The five steps, {}" : "Kelima langkah, {}"),
                          subject_words(subject, language)),
              "", "µs"};
    for (const Step& step : kSteps) plot.categories.push_back(step.manual);
    for (const char* side : {"manual", "autograd"}) {
      Curve curve{std::string_view(side) == "autograd" ? "autograd"
                  : english                            ? "by hand"
                                                       : "tulisan tangan",
                  {},
                  {}};
      for (std::size_t i = 0; i < kStepParts; ++i) curve.y.push_back(part(parts_row(json, subject, side), i));
      plot.curves.push_back(std::move(curve));
    }
    all.push_back({fmt::format("five-steps-{}", subject), std::move(plot)});
  }
  return all;
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> all;
  for (const std::string& subject : parts_subjects(json))
    for (const char* side : {"manual", "autograd"})
      for (std::size_t i = 0; i < kStepParts; ++i)
        all.push_back({fmt::format("{}, {}, {}", subject, side, kPartNames[i]),
                       part(parts_row(json, subject, side), i), "µs", Figure::Better::lower});
  return all;
}

}  // namespace five_steps

Question five_steps_question() {
  using namespace five_steps;
  return {"five-steps",
          {"What does each of the tutorial's five steps cost on each side?",
           "Berapa biaya tiap langkah dari lima langkah tutorial pada tiap sisi?"},
          {"The five parts of a training step by the clock, less what reading it takes; both sides in turns; "
           "float32, batch 32 (XOR: its four samples).",
           "Kelima bagian satu langkah pelatihan diukur dengan jam, dikurangi waktu untuk membaca jam itu; "
           "kedua sisi bergiliran; float32, batch 32 (XOR: keempat sampelnya)."},
          "./twin report --only five-steps",
          run_step_parts,
          nullptr,
          answer,
          pictures,
          figures};
}

}  // namespace twin::reports
