#include "reports/questions/question.hpp"

namespace twin::reports {

Json not_measured(const Text& reason) {
  return {{"not_measured", {{"en", reason.in(Language::english)}, {"id", reason.in(Language::indonesian)}}}};
}

bool was_measured(const Json& json) { return !json.contains("not_measured"); }

std::string reason_of(const Json& json, Language language) {
  return json.at("not_measured").at(std::string(code_of(language)));
}

std::vector<Question> questions() {
  return {speed_question(),
          gpu_question(),
          small_steps_question(),
          silent_mistakes_question(),
          detectors_question(),
          weak_checks_question(),
          lines_question(),
          backward_share_question(),
          gaps_question(),
          drift_question(),
          memory_question(),
          backward_time_question(),
          finite_differences_question(),
          build_cost_question(),
          five_steps_question()};
}

}  // namespace twin::reports
