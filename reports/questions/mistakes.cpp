// Is hand-written backpropagation error-prone, and who notices a mistake?
#include "reports/questions/mistakes.hpp"

#include <fmt/ranges.h>

#include "reports/page/markup.hpp"
#include "reports/questions/kept_mutants.hpp"

namespace twin::reports {
namespace mistakes {

// A check that notices so much of what there is lets somebody go on by hand.
constexpr double kAlmostAll = 0.95;

Json measure(const Measuring&) { return kept_mutants(); }

bool checks_notice_almost_all(const InTraining& counts) {
  return counts.network > 0 && counts.checked >= kAlmostAll * counts.network;
}

std::string verdict(const Json& json, Language language) {
  const InTraining c = in_training(json);
  if (c.network == 0) return say(language, "The study holds no mistake in the code of a network.");
  const std::string checks =
      say(language,
          "Gradient checks (finite differences, comparison with autograd) notice {} of the {} mistakes.",
          c.checked, c.network);
  if (c.changed == 0)
    return say(language,
               "None of {} classic mistakes in hand-written network code changes how XOR or "
               "Fashion-MNIST learns.",
               c.network) +
           " " + checks;
  if (c.silent == 0)
    return say(language,
               "Of {} classic mistakes in hand-written network code, {} change how XOR or Fashion-MNIST "
               "learns, and the loss curve shows all of these.",
               c.network, c.changed) +
           " " + checks;
  return say(language,
             "Of {} classic mistakes in hand-written network code, {} change how XOR or Fashion-MNIST "
             "learns, and {} of these train as if nothing were wrong.",
             c.network, c.changed, c.silent) +
         " " + checks;
}

std::string detectors_text(const Json& json, Language language) {
  const int all = count_all(json), in_code = count(json, in_network);
  const auto in_data = [&](const char* detector) {
    return count(json, [detector](const Json& m) { return !in_network(m) && noticed(m, detector); });
  };
  std::string text =
      say(language,
          "**Who notices?** {} mistakes that people make were built into the code on purpose, one at a "
          "time. {} of them are in the network's own code: layers, losses, optimisers and the chain that "
          "joins them. Of these:",
          all, in_code) +
      "\n\n" + detectors_table(json, language) + "\n";
  if (all > in_code)
    text += say(language,
                "The other {} are in the data, the shuffling and the initial weights, where a gradient check "
                "has nothing to find: the loss curve shows {} of them, the test suite {}.",
                all - in_code, in_data("loss_curve"), in_data("suite")) +
            " ";
  const int later = count(json, [](const Json& m) {
    return noticed(m, "later_steps") && !noticed(m, "step_1") && !noticed(m, "finite_differences");
  });
  if (later > 0)
    text += say(language,
                "A check of one step alone would miss {} mistakes: what is wrong there is what the code "
                "keeps between two steps.",
                later) +
            " ";
  std::vector<std::string> survivors;
  for (const Json& m : those(json, [](const Json& mutant) { return mutant.at("survives").get<bool>(); }))
    survivors.push_back(code(m.at("name")));
  text += survivors.empty() ? say(language, "No mistake escapes everybody.")
                            : say(language, "Nobody notices these, which is a hole in the tests: {}.",
                                  fmt::format("{}", fmt::join(survivors, ", ")));
  return text + "\n\n";
}

std::string silent_text(const Json& json, Language language) {
  const InTraining c = in_training(json);
  if (c.changed == 0) return "";
  const std::string counted =
      say(language,
          "**Which mistakes train as if nothing were wrong?** {} of the mistakes in the network's own code "
          "change how XOR or Fashion-MNIST learns. The others sit in parts that neither network has, or "
          "do no harm there, so their loss curves say nothing. {} of the {} leave a loss curve that looks "
          "right.",
          c.changed, c.silent, c.changed);
  return counted + "\n\n" + (c.silent > 0 ? silent_table(json, language) + "\n" : "");
}

std::string framework_text(const Json& json, Language language) {
  const auto by = [&](const char* who) {
    return count(json, [who](const Json& mutant) { return is_framework(mutant, who); });
  };
  const int all = count_all(json), derived = by("derived"), brought = by("brought"), left = by("left");
  return say(language,
             "**What does autograd make impossible?** {} of the {} mistakes sit in a backward pass that was "
             "derived by hand. Autograd derives it from the forward pass, so nobody can make them there. {} "
             "more sit in code that LibTorch brings: the forward pass of a layer, a loss, an optimiser. A "
             "user "
             "who calls it cannot make them either. {} are left: the user of a framework still writes that "
             "code, or still makes that choice.",
             derived, all, brought, left) +
         "\n\n" + framework_table(json, language) + "\n" +
         (left > 0 ? details(say(language, "The {} mistakes that are left to the user of a framework", left),
                             left_table(json, language))
                   : "");
}

std::string diagnosis_text(const Json& json, Language language) {
  const Diagnosed d = diagnosed(json, false), held_out = diagnosed(json, true);
  if (d.asked() == 0) return "";
  std::string text =
      say(language,
          "**Does the diagnosis name the cause?** Where a gradient check fails, `twin check` names a cause. "
          "For {} of {} mistakes it is the right one, for {} a wrong one, and for {} it names none.",
          d.right, d.asked(), d.wrong, d.none);
  std::vector<std::string> wrong;
  for (const Json& m : those(json, [](const Json& mutant) { return mutant.at("diagnosed") == "wrong"; }))
    wrong.push_back(code(m.at("name")));
  if (!wrong.empty())
    text += " " + say(language, "The wrong ones: {}.", fmt::format("{}", fmt::join(wrong, ", ")));
  text += " " + say(language,
                    "These are results in-sample: the same people wrote the catalogue of mistakes and the "
                    "diagnosis, and they mended the diagnosis where it failed on the catalogue. They do not "
                    "say how often it is right about a mistake that it has not met.");
  text += " " + (held_out.asked() > 0
                     ? say(language,
                           "Of the {} mistakes that were held out, which it was not mended for, it names {} "
                           "rightly and {} wrongly.",
                           held_out.asked(), held_out.right, held_out.wrong)
                     : say(language, "No mistake of this study was held out to find that."));
  return text + "\n\n";
}

std::string weak_text(const Json& json, Language language) {
  int vanished = 0, caught = 0, nothing_left = 0;
  for (const Weakening& weakening : kWeakenings)
    for (const char* part : {"layer", "network"}) {
      const Weakened here = weakened(json, part, weakening.field);
      vanished += static_cast<int>(here.vanished.size());
      caught += here.caught;
      nothing_left += here.nothing_left;
    }
  if (caught == 0) return "";
  return say(language,
             "**Does a weaker check do?** People check gradients in simpler ways than this suite does. Each "
             "line of the table takes one condition away from the comparison with autograd, on the same "
             "networks. Together the weakened checks lose {} of {} catches.",
             vanished, caught) +
         " " +
         (nothing_left > 0
              ? say(language,
                    "{} more are not counted: without the gradient by the inputs, a layer without weights "
                    "or a loss by itself leaves nothing to look at.",
                    nothing_left)
              : "") +
         "\n\n" + weak_table(json, language) + "\n";
}

std::string answer(const Json& json, Language language) {
  std::string text = detectors_text(json, language) + silent_text(json, language) +
                     framework_text(json, language) + "\n" + diagnosis_text(json, language) +
                     weak_text(json, language) + other_rules_text(json, language);
  if (const std::string exercises = exercises_text(json, language); !exercises.empty())
    text += say(language,
                "**Find the mistake.** Read the code, say what it does to the gradient and to the training, "
                "and who would notice. Then open the answer.") +
            "\n\n" + exercises;
  return text +
         details(say(language, "Every mistake, and who notices it"), every_mistake_table(json, language)) +
         "\n" + mutants_kept_from(json, language);
}

std::vector<Picture> pictures(const Json& json, Language language) {
  Plot plot;
  plot.title =
      say(language, "Who notices which of {} mistakes in the network's own code", count(json, in_network));
  plot.y_label = say(language, "mistakes noticed");
  struct Bar {
    std::string name;
    int count;
  };
  const auto by = [&](const char* detector) {
    return count(json, [detector](const Json& m) { return in_network(m) && noticed(m, detector); });
  };
  Curve curve;
  for (const auto& [name, number] :
       {Bar{say(language, "loss curve"), by("loss_curve")},
        Bar{say(language, "differences"), by("finite_differences")},
        Bar{say(language, "first step"), by("step_1")}, Bar{say(language, "later steps"), by("later_steps")},
        Bar{say(language, "any check"), in_training(json).checked}}) {
    plot.categories.push_back(name);
    curve.y.push_back(number);
  }
  plot.curves.push_back(std::move(curve));
  return {{"mistakes", std::move(plot)}};
}

std::vector<Figure> figures(const Json& json) {
  using enum Figure::Better;
  const InTraining c = in_training(json);
  const Diagnosed d = diagnosed(json, false);
  std::vector<Figure> all;
  const auto add = [&](std::string name, int value, Figure::Better better) {
    all.push_back({std::move(name), static_cast<double>(value), "1", better});
  };
  add("mistakes", count_all(json), neither);
  add("mistakes in the network's own code", c.network, neither);
  add("of these, change how a network learns", c.changed, neither);
  add("of these, train as if nothing were wrong", c.silent, neither);
  add("mistakes caught by the gradient checks", c.checked, higher);
  add("mistakes that survive",
      count(json, [](const Json& mutant) { return mutant.at("survives").get<bool>(); }), lower);
  add("mistakes diagnosed rightly", d.right, higher);
  add("mistakes diagnosed wrongly", d.wrong, lower);
  for (const char* who : {"derived", "brought", "left"})
    add(fmt::format("mistakes, {}", who),
        count(json, [who](const Json& mutant) { return is_framework(mutant, who); }), neither);
  for (const Weakening& weakening : kWeakenings)
    for (const char* part : {"layer", "network"})
      add(fmt::format("catches that vanish, {}, {}", part, weakening.field),
          static_cast<int>(weakened(json, part, weakening.field).vanished.size()), neither);
  return all;
}

FirstWords::Claim claim(const Json& json, const InTraining& c, Language language) {
  using Verdict = FirstWords::Claim::Verdict;
  const int all = count_all(json), left = count(json, [](const Json&m) { return is_framework(m, "left"); });
  const std::string impossible =
      say(language, "With LibTorch, {} of all {} mistakes cannot be made.", all - left, all);
  const std::string name = say(language, "Hand-written code is error-prone.");
  if (c.changed == 0)
    return {name, Verdict::does_not_hold,
            say(language, "None of {} classic mistakes changes how XOR or Fashion-MNIST learns.", c.network)};
  if (c.silent == 0)
    return {name, Verdict::holds_in_part,
            say(language,
                "{} of {} classic mistakes change how XOR or Fashion-MNIST learns, but the loss curve shows "
                "each of them.",
                c.changed, c.network) +
                " " + impossible};
  return {name, Verdict::holds,
          say(language,
              "{} of the {} classic mistakes that change how XOR or Fashion-MNIST learns train as if nothing "
              "were wrong.",
              c.silent, c.changed) +
              " " + impossible};
}

FirstWords first_words(const Json& json, Language language) {
  FirstWords words;
  const InTraining c = in_training(json);
  if (c.network == 0) return words;
  words.claims.push_back(claim(json, c, language));
  if (c.silent > 0) {
    words.numbers.push_back(
        {say(language, "{} of {}", c.silent, c.changed),
         say(language,
             "mistakes in hand-written code train as if nothing were wrong (XOR and Fashion-MNIST)")});
    words.move_when.push_back(say(
        language,
        "**Nobody checks your gradients.** {} of {} classic mistakes do not show in the loss curve, and "
        "autograd "
        "makes {} of {} mistakes impossible.",
        c.silent, c.changed, count(json, [](const Json& mutant) { return is_framework(mutant, "derived"); }),
        count_all(json)));
  }
  if (checks_notice_almost_all(c))
    words.stay_when.push_back(say(language,
                                  "**Every gradient is checked** by finite differences and against autograd: "
                                  "the checks notice {} of {} classic mistakes.",
                                  c.checked, c.network));
  return words;
}

}  // namespace mistakes

Question mistakes_question() {
  using namespace mistakes;
  return {"mistakes",
          translatable("Is hand-written backpropagation error-prone, and who notices a mistake?"),
          translatable(
              "Each classic mistake is a small edit of the hand-written code, kept in `tests/mutants`. The "
              "program is built with it and shown to everybody who might notice. The loss curve: XOR is "
              "trained from many seeds at several learning rates, Fashion-MNIST for one epoch; it shows a "
              "mistake when fewer than 90 % as many seeds learn, when they need twice as many epochs, or "
              "when the accuracy falls by more than one percentage point. Finite differences: the loss is "
              "computed beside each weight, and its slope is held against the gradient. The comparison "
              "with autograd: over three steps. The test suite, where none of these notices."),
          "./twin mutants",
          measure,
          verdict,
          answer,
          pictures,
          figures,
          first_words};
}

}  // namespace twin::reports
