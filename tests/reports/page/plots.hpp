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
  heat.map->doubtful = {false, true, false, false, false, false};
  // Texts that would run into each other, and bars that would vanish.
  Plot crowded{"Ten sizes and points that lie close", "parameters", "seconds", true, true, true, {}};
  crowded.curves = {{"differences", {18, 60, 216, 816, 3168, 12480, 49536, 197376, 788488, 3151888}, {}},
                    {"backpropagation", {}, {}}};
  for (const double x : crowded.curves[0].x) {
    crowded.curves[0].y.push_back(1e-6 * x * x);
    crowded.curves[1].x.push_back(x);
    crowded.curves[1].y.push_back(1e-6 * x);
  }
  Plot close{"Close points", "operations per byte", "GFLOP/s", true, true, false, {}};
  close.curves = {
      {"by hand", {2, 5, 5.2, 5.5, 6}, {40, 80, 82, 84, 83}, {}, {}, {"64", "128", "256", "512", "1024"}},
      {"autograd", {2, 5, 5.2, 5.5, 6}, {5, 60, 75, 80, 82}, {}, {}, {"64", "128", "256", "512", "1024"}}};
  Plot orders{"Bars of many sizes", "", "µs", false, false, false, {}};
  orders.curves = {{"by hand", {}, {0.02, 0.1, 0.05, 0.08, 0.01}},
                   {"autograd", {}, {0.7, 8.5, 4.1, 27.5, 2.6}}};
  orders.categories = {"gradients = 0", "predicted_output", "error", "adjustment", "weights, bias"};
  Plot drift{"Gaps over thirty decades",
             "training steps",
             "largest relative gap of any weight",
             true,
             true,
             false,
             {}};
  drift.curves = {{"one", {1, 10, 100, 1000}, {0, 1e-16, 1e-8, 1e-1}},
                  {"two", {1, 10, 100, 1000}, {0, 0, 1e-22, 1e8}}};
  return {lines, roofline, bars, stacked, boxes, heat, crowded, close, orders, drift};
}

}  // namespace twin::reports
