// The parts of a training step, measured for the questions that are about them.
#pragma once

#include "bench/step_parts.hpp"
#include "reports/json.hpp"
#include "reports/questions/question.hpp"

namespace twin::reports {

/// {"rows": [{"subject", "batch", "side", "us", "us_lower", "us_upper", "parts_us": {"zero_grad", "forward",
/// "loss", "backward", "update", "rest"}}]} behind a header: XOR, and MLPs of three layers on batches of 32,
/// float32, by hand, with autograd, and (the control) by hand on LibTorch's tensors. "without_sigmoids": rows
/// of the MLPs by hand with their products alone.
Json run_step_parts(const Measuring& measuring);

/// The names of the parts in the JSON, by StepPart; and of what a step does after them.
inline constexpr const char* kPartNames[] = {"zero_grad", "forward", "loss", "backward", "update"};
inline constexpr const char* kRest = "rest";

/// The row of a side at a subject, among those of run_step_parts(). Throws Json::exception when there is
/// none.
const Json& parts_row(const Json& json, std::string_view subject, std::string_view side);

/// The row by hand of a subject without its sigmoids; nullptr: there is none.
const Json* bare_row(const Json& json, std::string_view subject);

/// The subjects, in their order.
std::vector<std::string> parts_subjects(const Json& json);

/// "mlp-64" as "width 64", in words, "xor" as "XOR"; other names as they are.
std::string subject_words(const std::string& subject, Language language);

}  // namespace twin::reports
