// How many lines of code each side takes, and what they do; the pieces of the answer.
#pragma once

#include <string>
#include <vector>

#include "reports/questions/question.hpp"

namespace twin::reports::lines {

/// Lines of code of a part, a network's own or a side's, without what only this suite needs of them.
int code_of(const Json& lines);

/// A kind of layer that both sides have.
struct LayerCost {
  std::string name;  // "dense"
  int manual, autograd;
};
/// By the lines by hand, the fewest first.
std::vector<LayerCost> layer_costs(const Json& json);

struct Totals {
  int manual = 0, autograd = 0;
  double ratio() const { return autograd > 0 ? static_cast<double>(manual) / autograd : 0; }
};
Totals all_layers(const std::vector<LayerCost>& costs);

/// Of a hand-written training step of a network that is built with the code of XOR.
struct TimeShare {
  std::string subject;  // "xor", "mlp-512"
  double share;         // of the step that goes to backward
};
/// The steps whose clock was quiet.
std::vector<TimeShare> backward_time(const Json& json);

std::string networks_table(const Json& json, Language language);
std::string peers_table(const Json& json, Language language);
std::string layers_table(const Json& json, Language language);
std::string parts_table(const Json& json, Language language);
/// Markdown: the lines of backward, and its time.
std::string backward_text(const Json& json, Language language);

}  // namespace twin::reports::lines
