// Named tensors: the only currency between the twins. A tensor is a name, a shape, a dtype and contiguous
// row-major values; it computes nothing.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace twin {

enum class DType { float32, float64, int64, uint8 };

std::string_view to_string(DType dtype);

/// Unit roundoff u of a floating dtype: 2^-24 or 2^-53, half the distance from 1 to the next number.
double unit_roundoff(DType dtype);

using Shape = std::vector<std::int64_t>;
using NamedShapes = std::map<std::string, Shape>;

/// Product of the extents; 1 for the empty shape of a scalar. Throws ShapeError when an extent is negative or
/// the product leaves int64.
std::int64_t element_count(const Shape& shape);

/// "4×784"; "scalar" for the empty shape.
std::string to_string(const Shape& shape);

template <typename T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>) return DType::float32;
  if constexpr (std::is_same_v<T, double>) return DType::float64;
  if constexpr (std::is_same_v<T, std::int64_t>) return DType::int64;
  if constexpr (std::is_same_v<T, std::uint8_t>) return DType::uint8;
}

/// Throws ShapeError saying that `name` was expected to hold `expected` and holds `actual`.
void expect_dtype(std::string_view name, DType expected, DType actual);

/// Values owned by somebody else, who outlives the view.
struct TensorView {
  DType dtype = DType::float64;
  Shape shape;
  const void* values = nullptr;

  std::int64_t rows() const { return shape.at(0); }

  /// Throws ShapeError unless T is the dtype.
  template <typename T>
  std::span<const T> data() const {
    expect_dtype("tensor view", dtype_of<T>(), dtype);
    return {static_cast<const T*>(values), static_cast<std::size_t>(element_count(shape))};
  }
};

class Tensor {
 public:
  using Values = std::variant<std::vector<float>, std::vector<double>, std::vector<std::int64_t>,
                              std::vector<std::uint8_t>>;

  Tensor() = default;
  /// Throws ShapeError unless the number of values is the product of the shape.
  Tensor(std::string name, Shape shape, Values values);
  /// Copies row-major values that somebody else holds. Throws as above.
  static Tensor copy_of(std::string name, Shape shape, std::span<const float> values);
  static Tensor copy_of(std::string name, Shape shape, std::span<const double> values);
  /// All zeros.
  static Tensor zeros(std::string name, Shape shape, DType dtype);

  const std::string& name() const { return name_; }
  const Shape& shape() const { return shape_; }
  DType dtype() const;
  std::int64_t size() const { return element_count(shape_); }

  /// Throws ShapeError unless T is the dtype.
  template <typename T>
  std::span<const T> data() const {
    expect_dtype(name_, dtype_of<T>(), dtype());
    return std::get<std::vector<T>>(values_);
  }
  template <typename T>
  std::span<T> data() {
    expect_dtype(name_, dtype_of<T>(), dtype());
    return std::get<std::vector<T>>(values_);
  }

  TensorView view() const;
  Tensor renamed(std::string name) const;
  /// The same values in another dtype, each rounded to nearest. Precondition: an integer dtype can hold them.
  Tensor as(DType dtype) const;
  /// Every value as a double, exactly (an int64 beyond 2^53 is rounded).
  std::vector<double> to_doubles() const;

 private:
  std::string name_;
  Shape shape_{0};
  Values values_;
};

/// An ordered set of tensors with distinct names.
class NamedTensors {
 public:
  /// Throws ShapeError when the name is taken.
  void add(Tensor tensor);
  bool contains(std::string_view name) const;
  /// Throws ShapeError naming the tensors there are.
  const Tensor& at(std::string_view name) const;
  Tensor& at(std::string_view name);

  std::size_t size() const { return tensors_.size(); }
  std::int64_t element_count() const;
  NamedTensors as(DType dtype) const;

  auto begin() const { return tensors_.begin(); }
  auto end() const { return tensors_.end(); }
  auto begin() { return tensors_.begin(); }
  auto end() { return tensors_.end(); }

 private:
  std::vector<Tensor> tensors_;
};

/// Throws ShapeError unless `tensors` has a tensor of this name, dtype and shape; returns it. `whose` names
/// the receiver in the message.
const Tensor& expect_tensor(const NamedTensors& tensors, std::string_view name, DType dtype,
                            const Shape& shape, std::string_view whose);

}  // namespace twin
