// The errors that a user can cause, and the checks that raise them. The program alone catches them: one line
// on standard error, `error: kind: what, where, what to do`, and exit code 2.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace twin {

/// Base of everything the program reports with exit code 2.
class Error : public std::runtime_error {
 protected:
  /// Joins the parts that are not empty with ", " after "kind: ".
  Error(std::string_view kind, std::string_view what, std::string_view where, std::string_view remedy);
};

/// A value that the caller chose: an option, a name, a hyperparameter.
class UsageError : public Error {
 public:
  explicit UsageError(std::string_view what, std::string_view where = {}, std::string_view remedy = {})
      : Error("usage", what, where, remedy) {}
};

/// A file whose contents are missing, damaged or out of range.
class DataError : public Error {
 public:
  explicit DataError(std::string_view what, std::string_view where = {}, std::string_view remedy = {})
      : Error("data", what, where, remedy) {}
};

/// Tensors whose shapes, dtypes or names do not fit together.
class ShapeError : public Error {
 public:
  explicit ShapeError(std::string_view what, std::string_view where = {}, std::string_view remedy = {})
      : Error("shape", what, where, remedy) {}
};

/// What a layer refuses: sizes, shapes, indices, options. It names the layer by its path.
class LayerError : public ShapeError {
 public:
  /// `what` says what was expected and what was given; `path` is empty until a network adds it.
  explicit LayerError(std::string_view what, std::string_view path = {});
  /// The same, seen from the layer around it.
  LayerError(std::string_view outer, const LayerError& inner);

 private:
  std::string what_, path_;
};

/// A computation that left the finite numbers.
class NumericError : public Error {
 public:
  explicit NumericError(std::string_view what, std::string_view where = {}, std::string_view remedy = {})
      : Error("numeric", what, where, remedy) {}
};

/// A result that could not be written.
class OutputError : public Error {
 public:
  explicit OutputError(std::string_view what, std::string_view where = {}, std::string_view remedy = {})
      : Error("output", what, where, remedy) {}
};

/// Something this machine or this build lacks: a device, a program.
class MachineError : public Error {
 public:
  explicit MachineError(std::string_view what, std::string_view where = {}, std::string_view remedy = {})
      : Error("machine", what, where, remedy) {}
};

/// Returns `value`. Throws ShapeError unless it is above 0; `name` says whose size it is ("Dense
/// in_features").
std::int64_t positive(std::int64_t value, std::string_view name);

/// The same for a size of a layer: LayerError.
std::int64_t positive_size(std::int64_t value, std::string_view name);

[[noreturn]] void throw_shape_mismatch(std::string_view name, std::int64_t expected_rows,
                                       std::int64_t expected_columns, std::int64_t rows,
                                       std::int64_t columns);
[[noreturn]] void throw_column_mismatch(std::string_view name, std::int64_t expected, std::int64_t columns);

/// Throws ShapeError unless the matrix x has `columns` columns. Works on anything with cols().
template <typename M>
void expect_columns(const M& x, std::int64_t columns, std::string_view name) {
  if (x.cols() != columns) throw_column_mismatch(name, columns, x.cols());
}

/// Throws ShapeError unless x has the shape of `like`. Works on anything with rows() and cols().
template <typename M, typename Like>
void expect_shape(const M& x, const Like& like, std::string_view name) {
  if (x.rows() != like.rows() || x.cols() != like.cols())
    throw_shape_mismatch(name, like.rows(), like.cols(), x.rows(), x.cols());
}

}  // namespace twin
