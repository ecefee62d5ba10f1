// What the question of the steps shows of the step itself: its code on both sides, its values, its graph.
#pragma once

#include "reports/questions/question.hpp"

namespace twin::reports {

/// Markdown of xor_lesson(): the five steps one after the other, then the graph.
std::string lesson_text(const Json& lesson, Language language);

/// The graph that autograd has recorded of the loss.
Picture lesson_picture(const Json& lesson, Language language);

}  // namespace twin::reports
