#include "shared/errors.hpp"

#include <fmt/format.h>

namespace twin {
namespace {

std::string join(std::string_view kind, std::string_view what, std::string_view where,
                 std::string_view remedy) {
  std::string text = fmt::format("{}: {}", kind, what);
  for (const std::string_view part : {where, remedy})
    if (!part.empty()) text += fmt::format(", {}", part);
  return text;
}

}  // namespace

Error::Error(std::string_view kind, std::string_view what, std::string_view where, std::string_view remedy)
    : std::runtime_error(join(kind, what, where, remedy)) {}

LayerError::LayerError(std::string_view what, std::string_view path)
    : ShapeError(path.empty() ? std::string(what) : fmt::format("{}: {}", path, what)),
      what_(what),
      path_(path) {}

LayerError::LayerError(std::string_view outer, const LayerError& inner)
    : LayerError(inner.what_,
                 inner.path_.empty() ? std::string(outer) : fmt::format("{}.{}", outer, inner.path_)) {}

std::int64_t positive_size(std::int64_t value, std::string_view name) {
  if (value <= 0) throw LayerError(fmt::format("{} is {}, a size must be above 0", name, value));
  return value;
}

std::int64_t positive(std::int64_t value, std::string_view name) {
  if (value <= 0) throw ShapeError(fmt::format("{} is {}", name, value), {}, "a size must be above 0");
  return value;
}

void throw_shape_mismatch(std::string_view name, std::int64_t expected_rows, std::int64_t expected_columns,
                          std::int64_t rows, std::int64_t columns) {
  throw ShapeError(
      fmt::format("{}: expected {}×{}, got {}×{}", name, expected_rows, expected_columns, rows, columns));
}

void throw_column_mismatch(std::string_view name, std::int64_t expected, std::int64_t columns) {
  throw ShapeError(fmt::format("{}: expected {} columns, got {}", name, expected, columns));
}

}  // namespace twin
