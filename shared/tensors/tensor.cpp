#include "shared/tensors/tensor.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <numeric>
#include <type_traits>
#include <utility>

#include "shared/errors.hpp"

namespace twin {

std::string_view to_string(DType dtype) {
  switch (dtype) {
    case DType::float32:
      return "float32";
    case DType::float64:
      return "float64";
    case DType::int64:
      return "int64";
    case DType::uint8:
      return "uint8";
  }
  return "unknown";
}

double unit_roundoff(DType dtype) {
  if (dtype == DType::float32) return 0x1p-24;
  if (dtype == DType::float64) return 0x1p-53;
  throw ShapeError(fmt::format("{} has no unit roundoff", to_string(dtype)));
}

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape)
    if (extent < 0 || __builtin_mul_overflow(count, extent, &count))
      throw ShapeError(fmt::format("{} is negative or too large for a shape", to_string(shape)));
  return count;
}

std::string to_string(const Shape& shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "×"));
}

void expect_dtype(std::string_view name, DType expected, DType actual) {
  if (expected != actual)
    throw ShapeError(fmt::format("{}: expected {}, got {}", name, to_string(expected), to_string(actual)));
}

Tensor::Tensor(std::string name, Shape shape, Values values)
    : name_(std::move(name)), shape_(std::move(shape)), values_(std::move(values)) {
  const std::size_t count = std::visit([](const auto& v) { return v.size(); }, values_);
  if (static_cast<std::int64_t>(count) != size())
    throw ShapeError(fmt::format("{}: {} values do not fill {}", name_, count, to_string(shape_)));
}

Tensor Tensor::copy_of(std::string name, Shape shape, std::span<const float> values) {
  return {std::move(name), std::move(shape), std::vector<float>(values.begin(), values.end())};
}

Tensor Tensor::copy_of(std::string name, Shape shape, std::span<const double> values) {
  return {std::move(name), std::move(shape), std::vector<double>(values.begin(), values.end())};
}

Tensor Tensor::zeros(std::string name, Shape shape, DType dtype) {
  const auto count = static_cast<std::size_t>(twin::element_count(shape));
  switch (dtype) {
    case DType::float32:
      return {std::move(name), std::move(shape), std::vector<float>(count)};
    case DType::float64:
      return {std::move(name), std::move(shape), std::vector<double>(count)};
    case DType::int64:
      return {std::move(name), std::move(shape), std::vector<std::int64_t>(count)};
    case DType::uint8:
      break;
  }
  return {std::move(name), std::move(shape), std::vector<std::uint8_t>(count)};
}

DType Tensor::dtype() const {
  return std::visit([]<typename T>(const std::vector<T>&) { return dtype_of<T>(); }, values_);
}

TensorView Tensor::view() const {
  return std::visit([this](const auto& v) { return TensorView{dtype(), shape_, v.data()}; }, values_);
}

Tensor Tensor::renamed(std::string name) const { return {std::move(name), shape_, values_}; }

Tensor Tensor::as(DType dtype) const {
  Tensor result = zeros(name_, shape_, dtype);
  std::visit(
      [](const auto& from, auto& to) {
        using To = typename std::decay_t<decltype(to)>::value_type;
        std::transform(from.begin(), from.end(), to.begin(), [](auto value) {
          if constexpr (std::is_integral_v<To> && std::is_floating_point_v<decltype(value)>)
            return static_cast<To>(std::nearbyint(value));
          else
            return static_cast<To>(value);
        });
      },
      values_, result.values_);
  return result;
}

std::vector<double> Tensor::to_doubles() const {
  return std::visit(
      [](const auto& v) {
        std::vector<double> doubles(v.size());
        std::transform(v.begin(), v.end(), doubles.begin(), [](auto x) { return static_cast<double>(x); });
        return doubles;
      },
      values_);
}

void NamedTensors::add(Tensor tensor) {
  if (contains(tensor.name())) throw ShapeError(fmt::format("two tensors are named {}", tensor.name()));
  tensors_.push_back(std::move(tensor));
}

bool NamedTensors::contains(std::string_view name) const {
  return std::any_of(begin(), end(), [&](const Tensor& tensor) { return tensor.name() == name; });
}

const Tensor& NamedTensors::at(std::string_view name) const {
  for (const Tensor& tensor : tensors_)
    if (tensor.name() == name) return tensor;
  std::vector<std::string> names;
  for (const Tensor& tensor : tensors_) names.push_back(tensor.name());
  throw ShapeError(
      fmt::format("no tensor is named {}", name),
      fmt::format("there is {}", names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
}

Tensor& NamedTensors::at(std::string_view name) {
  return const_cast<Tensor&>(static_cast<const NamedTensors&>(*this).at(name));
}

std::int64_t NamedTensors::element_count() const {
  return std::accumulate(begin(), end(), std::int64_t{0},
                         [](std::int64_t sum, const Tensor& tensor) { return sum + tensor.size(); });
}

NamedTensors NamedTensors::as(DType dtype) const {
  NamedTensors result;
  for (const Tensor& tensor : tensors_) result.add(tensor.as(dtype));
  return result;
}

const Tensor& expect_tensor(const NamedTensors& tensors, std::string_view name, DType dtype,
                            const Shape& shape, std::string_view whose) {
  const Tensor& tensor = tensors.at(name);
  expect_dtype(fmt::format("{} of {}", name, whose), dtype, tensor.dtype());
  if (tensor.shape() != shape)
    throw ShapeError(fmt::format("{} of {}: expected {}, got {}", name, whose, to_string(shape),
                                 to_string(tensor.shape())));
  return tensor;
}

}  // namespace twin
