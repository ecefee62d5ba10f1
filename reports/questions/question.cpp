#include "reports/questions/question.hpp"

namespace twin::reports {

std::vector<Question> questions() {
  return {equivalence_question(), mistakes_question(), xor_question(), fashion_question(), speed_question()};
}

}  // namespace twin::reports
