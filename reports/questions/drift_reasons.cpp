#include "reports/questions/drift_reasons.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>
#include <vector>

#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace drift {

// Of a layer alone: "first", say.
std::int64_t differing(const Json& run, std::string_view layer) {
  for (const Json& gap : run.at("layers"))
    if (gap.at("quantity") == layer) return gap.at("differ");
  return 0;
}

std::string first_step_text(const Json& run, Language language) {
  const Json* first = nullptr;
  std::int64_t elements = 0, differ = 0;
  for (const Json& gap : run.at("first_step")) {
    if (!first && gap.at("differ") > 0) first = &gap;
    const std::string quantity = gap.at("quantity");
    const bool weight = !quantity.starts_with("d_") && quantity.find('.') != std::string::npos;
    if (!weight) continue;
    elements += gap.at("elements").get<std::int64_t>();
    differ += gap.at("differ").get<std::int64_t>();
  }
  const std::string network = run.at("network");
  if (!first)
    return say(language, "In the first step of {}, from the same bits, the twins agree in every bit.",
               network);
  return say(
      language,
      "In the first step of {}, from the same bits, the first value in which the twins differ is `{}`: {} of "
      "{} elements differ, by {:.0Lf} ULP at most. After the step {} of {} weights differ.",
      network, first->at("quantity").get<std::string>(), first->at("differ").get<std::int64_t>(),
      first->at("elements").get<std::int64_t>(), first->at("max_ulp").get<double>(), differ, elements);
}

std::string stem_of_layer(const Json& run, std::size_t layer) { return run.at("stems").at(layer); }

std::string layers_table(const Json& run, Language language) {
  const std::string first = stem_of_layer(run, 0), second = stem_of_layer(run, 1);
  const std::pair<const char*, std::string> names[] = {
      {"first", say(language, "{}, random numbers", first)},
      {"first_no_bias", say(language, "{} with biases of 0", first)},
      {"first_integers", say(language, "{} on small integers", first)},
      {"second", say(language, "{}, random numbers", second)}};
  Table table({say(language, "alone, from the same bits"), say(language, ">outputs"),
               say(language, ">differ"), say(language, ">ULP at most")});
  for (const auto& [layer, name] : names)
    for (const Json& gap : run.at("layers"))
      if (gap.at("quantity") == layer)
        table.add({name, std::to_string(gap.at("elements").get<std::int64_t>()),
                   std::to_string(gap.at("differ").get<std::int64_t>()),
                   say(language, "{:.0Lf}", gap.at("max_ulp").get<double>())});
  return table.markdown();
}

}  // namespace drift

std::string drift_reasons(const Json& run, Language language) {
  using namespace drift;

  std::vector<std::string> reasons;
  const std::string first = stem_of_layer(run, 0);
  const bool sums = differing(run, "first") > 0, product = differing(run, "first_no_bias") > 0,
             integers = differing(run, "first_integers") > 0, second = differing(run, "second") > 0;
  if (integers)
    reasons.push_back(
        say(language,
            "Where sums are exact the twins differ all the same: rounding alone does not explain that."));
  if (sums && !integers)
    reasons.push_back(
        say(language,
            "On small integers, whose sums are exact in any order, the twins agree in every bit: "
            "`{}` computes the same, and adds its terms in another order.",
            first));
  if (sums && !product && !integers)
    reasons.push_back(
        say(language, "Without biases the products agree too: the twins add the bias at different moments."));
  if (!sums && !product && !integers)
    reasons.push_back(say(language, "The sums of `{}` agree in every bit.", first));
  if (second)
    reasons.push_back(
        say(language, "The two sides approximate `{}` by different formulas.", stem_of_layer(run, 1)));
  if (sums || product)
    reasons.push_back(say(language, "(Where a sum cancels to almost nothing, a small gap is many ULP.)"));
  return fmt::format("{}\n\n{}\n{}", first_step_text(run, language), layers_table(run, language),
                     fmt::join(reasons, " "));
}

}  // namespace twin::reports
