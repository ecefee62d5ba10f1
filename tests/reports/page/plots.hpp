// One plot of every kind that the report draws.
#pragma once

#include <cmath>
#include <vector>

#include "reports/page/plot.hpp"

namespace twin::reports {

inline std::vector<Plot> plots_of_every_kind() {
  const std::vector<double> widths{8, 32, 128, 512, 2048}, manual{1, 4, 30, 400, 6000},
      autograd{60, 65, 100, 450, 6100};
  Plot lines{"Lines with a band and a crossover", "width", "µs per step", true, true, true, {}};
  lines.curves = {{"by hand", widths, manual, {0.9, 3, 28, 380, 5900}, {1.1, 5, 33, 420, 6200}},
                  {"autograd", widths, autograd}};
  lines.marks = {{1000, "crossover: 1000"}};
  Plot roofline{"A roofline", "operations per byte", "GFLOP/s", true, true, false, {}};
  roofline.curves = {{"memory", {0.1, 6}, {1.2, 72}, {}, {}, {}, true},
                     {"by hand", {0.5, 80}, {4, 60}, {}, {}, {"width 8", "width 512"}}};
  Plot bars{
      "Bars", "layer", "lines", false, false, false, {{"by hand", {}, {10, 20}}, {"autograd", {}, {1, NAN}}}};
  bars.categories = {"dense", "sigmoid"};
  Plot stacked = bars;
  stacked.title = "Parts of a whole";
  stacked.stacked = true;
  Plot boxes{"Boxes", "width", "µs", false, true, false, {{"by hand", {}, {}}, {"autograd", {}, {}}}};
  boxes.categories = {"8", "64"};
  for (Curve& curve : boxes.curves) curve.samples = {{1, 2, 3, 4, 5, 60}, {10, 20, 30, 40, 50}};
  Plot heat{"A heat map", "batch", "width", false, false, false, {}};
  heat.map = {{"8", "512"}, {"1", "32", "256"}, {50, 20, NAN, 2, 1, 0.9}, {}, true, 1.0};
  return {lines, roofline, bars, stacked, boxes, heat};
}

}  // namespace twin::reports
