// Pictures, drawn by gnuplot as SVG.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/page/words.hpp"

namespace twin::reports {

struct Curve {
  std::string title;
  std::vector<double> x, y;  // of the same length; x is left empty where the plot has categories
  /// Not empty: a band around the curve, such as a confidence interval, of the length of y.
  std::vector<double> low = {}, high = {};
  /// Not empty: points without a line, each with its label beside it.
  std::vector<std::string> labels = {};
  bool dashed = false;  // a limit or a reference, such as a roof
  /// Not empty: the values measured in each category, drawn as a box plot; y is left empty.
  std::vector<std::vector<double>> samples = {};
};

/// A vertical line across the picture, such as a crossover.
struct Mark {
  double x;
  std::string label;
};

/// A coloured table. What lies at `middle` is white, what lies below it blue, above it orange; without a
/// middle the colour goes from white to blue.
struct HeatMap {
  std::vector<std::string> rows, columns;
  std::vector<double> values;           // row after row; NaN: an empty cell
  std::vector<std::string> texts = {};  // in the cells, as the values; empty: the values in three digits
  bool logarithmic = false;             // the colours; cells of 0 or less stay white
  std::optional<double> middle = {};    // 1 for ratios
  std::vector<bool> doubtful = {};      // cells that noise makes doubtful: their texts get an asterisk
};

struct Plot {
  std::string title, x_label, y_label;
  bool log_x = false, log_y = false;
  bool points = false;  // mark the values, for few of them
  std::vector<Curve> curves = {};
  std::vector<std::string> categories = {};  // not empty: a bar chart, a y of each curve for each of them
  bool stacked = false;                      // bars on top of one another: the parts of a whole
  std::vector<Mark> marks = {};              // where x is a number
  std::optional<HeatMap> map = {};           // instead of curves
};

/// Numbers have the decimal mark of the language. Throws MachineError when gnuplot is missing or refuses.
/// Values that a logarithmic axis cannot show (zero, say) are left out, and notes_on() counts them; long
/// curves are thinned to what a picture can show. Quartiles are gnuplot's. The picture has colours for a
/// light page and for a dark one.
std::string draw_svg(const Plot& plot, Language language);

/// What has to be said below the picture: values that it cannot show, and what its asterisks mean.
std::vector<std::string> notes_on(const Plot& plot, Language language);

}  // namespace twin::reports
