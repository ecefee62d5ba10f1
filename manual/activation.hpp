// What flows between layers: values of up to five extents, row-major and without gaps, that somebody else
// owns.
#pragma once

#include <array>
#include <cstdint>

#include "manual/matrix.hpp"
#include "shared/errors.hpp"
#include "shared/tensors/tensor.hpp"

namespace twin::manual {

/// A shape that needs no memory of its own.
class Extents {
 public:
  static constexpr int kMost = 5;

  Extents() = default;
  template <typename... Sizes>
  explicit Extents(Index first, Sizes... others)
      : sizes_{first, static_cast<Index>(others)...}, rank_(1 + static_cast<int>(sizeof...(others))) {
    static_assert(1 + sizeof...(others) <= kMost);
  }
  /// Throws ShapeError when there are more than five.
  explicit Extents(const Shape& shape) : rank_(static_cast<int>(shape.size())) {
    if (rank_ > kMost) throw ShapeError("expected five extents at most, got " + to_string(shape));
    for (int i = 0; i < rank_; ++i) sizes_[static_cast<std::size_t>(i)] = shape[static_cast<std::size_t>(i)];
  }

  int rank() const { return rank_; }
  Index operator[](int i) const { return sizes_[static_cast<std::size_t>(i)]; }
  Index last() const { return sizes_[static_cast<std::size_t>(rank_ - 1)]; }
  /// Of all extents from `first` up to `end`.
  Index product(int first, int end) const {
    Index product = 1;
    for (int i = first; i < end; ++i) product *= (*this)[i];
    return product;
  }
  Index size() const { return product(0, rank_); }
  Extents with_last(Index size) const {
    Extents changed = *this;
    changed.sizes_[static_cast<std::size_t>(rank_ - 1)] = size;
    return changed;
  }
  /// One extent more, at the end. Throws ShapeError when there are five already.
  Extents followed_by(Index size) const {
    if (rank_ == kMost) throw ShapeError("expected five extents at most, got six");
    Extents longer = *this;
    longer.sizes_[static_cast<std::size_t>(longer.rank_++)] = size;
    return longer;
  }
  Shape shape() const { return {sizes_.begin(), sizes_.begin() + rank_}; }
  bool operator==(const Extents& other) const {
    if (rank_ != other.rank_) return false;
    for (int i = 0; i < rank_; ++i)
      if ((*this)[i] != other[i]) return false;
    return true;
  }

 private:
  std::array<Index, kMost> sizes_{};
  int rank_ = 0;
};

template <typename Scalar>
class Activation {
 public:
  Activation() = default;
  Activation(const Scalar* data, const Extents& extents) : data_(data), extents_(extents) {}
  /// `values` in the shape of `extents`, which hold as many.
  Activation(const Matrix<Scalar>& values, const Extents& extents) : Activation(values.data(), extents) {}

  const Scalar* data() const { return data_; }
  const Extents& extents() const { return extents_; }
  Index operator[](int i) const { return extents_[i]; }
  Index size() const { return extents_.size(); }
  bool empty() const { return data_ == nullptr; }

  /// The last extent in columns, all others together in rows: as a layer sees it that works on features.
  ConstMatrixView<Scalar> as_matrix() const {
    return {data_, extents_.product(0, extents_.rank() - 1), extents_.last()};
  }
  /// One row for each sample.
  ConstMatrixView<Scalar> as_samples() const {
    return {data_, extents_[0], extents_.product(1, extents_.rank())};
  }

 private:
  const Scalar* data_ = nullptr;
  Extents extents_;
};

/// Integers: tokens, for an embedding.
using Indices = Activation<std::int64_t>;

}  // namespace twin::manual
