#include "reports/questions/question.hpp"

namespace twin::reports {

bool was_measured(const Json& json) { return !json.contains("not_measured"); }

std::string reason_of(const Json& json, Language language) {
  return json.at("not_measured").at(std::string(code_of(language)));
}

std::vector<Question> questions() {
  return {steps_question(),
          numpy_question(),
          speed_question(),
          gpu_question(),
          mistakes_question(),
          lines_question(),
          stems_question(),
          gaps_question(),
          drift_question(),
          memory_question(),
          finite_differences_question(),
          build_cost_question()};
}

}  // namespace twin::reports
