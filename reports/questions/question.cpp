#include "reports/questions/question.hpp"

namespace twin::reports {

bool was_measured(const Json& json) { return !json.contains("not_measured"); }

std::string reason_of(const Json& json, Language language) {
  return json.at("not_measured").at(code_of(language));
}

std::vector<Question> questions() {
  return {speed_question(),
          gpu_question(),
          small_steps_question(),
          mistakes_question(),
          lines_question(),
          gaps_question(),
          drift_question(),
          memory_question(),
          backward_time_question(),
          finite_differences_question(),
          build_cost_question(),
          five_steps_question()};
}

}  // namespace twin::reports
