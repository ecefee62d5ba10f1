// Work on long rows of numbers, shared between Eigen's threads. Matrix products have threads of their own, in
// BLAS; what stands between them must keep up.
#pragma once

#include <algorithm>

#include "manual/matrix.hpp"

namespace twin::manual {

/// Below this many elements a second thread costs more than it brings (measured: 5 µs to wake it).
inline constexpr Index kWorthAThread = Index{1} << 15;

/// f(begin, count) on pieces of 0 … size, one for each thread of Eigen::nbThreads(), where each has enough to
/// do; `cost` is the number of elements that stand behind one of `size`.
template <typename F>
EIGEN_STRONG_INLINE void in_pieces(Index size, Index cost, F&& f) {
  const Index worth = size * cost / kWorthAThread;
  const Index threads = worth < 2 ? 1 : std::min<Index>(Eigen::nbThreads(), worth);
  if (threads < 2) return f(Index{0}, size);
#pragma omp parallel for num_threads(static_cast <int>(threads)) schedule(static, 1)
  for (Index piece = 0; piece < threads; ++piece) {
    const Index begin = size * piece / threads;
    f(begin, size * (piece + 1) / threads - begin);
  }
}

/// out = f(in…), element by element; out has the size of each of them. f makes an expression out of arrays.
template <typename Out, typename F, typename... In>
EIGEN_STRONG_INLINE void elementwise(Out& out, F f, const In&... in) {
  if constexpr (Out::SizeAtCompileTime != Eigen::Dynamic) {
    out.array() = f(in.array()...);
  } else {
    using Piece = Eigen::Array<typename Out::Scalar, Eigen::Dynamic, 1>;
    in_pieces(out.size(), 1, [&](Index begin, Index count) {
      Eigen::Map<Piece>(out.data() + begin, count) = f(Eigen::Map<const Piece>(in.data() + begin, count)...);
    });
  }
}

}  // namespace twin::manual
