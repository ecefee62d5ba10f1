// Questions that need no measurement.
#pragma once

#include "reports/page/contents.hpp"

namespace twin::reports {

inline Json fixture_header() {
  return {{"schema", "twingrad.report/1"},
          {"commit", "abc123"},
          {"options", {{"quick", true}}},
          {"machine",
           {{"processor", "A & B"},
            {"processors", 2},
            {"l2_bytes", 1024},
            {"memory_bytes", std::int64_t{24} << 30},
            {"system", "Linux"},
            {"compiler", "GCC"},
            {"build", "Release"}}},
          {"backends", {{"manual", "Eigen"}, {"autograd", "LibTorch"}}},
          {"threads", {{"requested", 1}}},
          {"seconds", 12.0}};
}

/// Its figures are the fields of its JSON: "up" is better higher, "steps" a count, all others better lower.
inline Question fixture_question(std::string_view id) {
  return {id,
          "network",
          "With a <clock>.",
          "./twin clock",
          [](const Measuring&) {
            return Json{{"a", 1}};
          },
          [id](const Json&, Language language) {
            return std::string(id) +
                   (language == Language::english ? " is the verdict." : " adalah kesimpulan.");
          },
          [](const Json& json, Language) {
            std::string table = "| number | value |\n| --- | ---: |\n";
            for (const auto& [name, value] : json.items())
              table += "| " + name + " | " + value.dump() + " |\n";
            return table;
          },
          nullptr,
          [](const Json& json) {
            std::vector<Figure> figures;
            for (const auto& [name, value] : json.items())
              figures.push_back({name, value, name == "steps" ? "1" : "µs",
                                 name == "up" ? Figure::Better::higher : Figure::Better::lower});
            return figures;
          }};
}

}  // namespace twin::reports
