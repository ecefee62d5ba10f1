// The BLAS underneath the hand-written twin (and, with Debian's LibTorch, underneath the other as well).
#pragma once

#include <string>

namespace twin {

/// "OpenBLAS 0.3.21 Zen".
std::string blas_description();
void set_blas_threads(int threads);
int blas_threads();

/// A matrix product as BLAS does it: c = op(a)·op(b), m×n, with k products in each sum; all row-major and
/// without gaps, op() a transposition where asked for.
void blas_product(bool transpose_a, bool transpose_b, int m, int n, int k, const float* a, const float* b,
                  float* c);
void blas_product(bool transpose_a, bool transpose_b, int m, int n, int k, const double* a, const double* b,
                  double* c);

}  // namespace twin
