// The BLAS underneath the hand-written twin (and, with Debian's LibTorch, underneath the other as well).
#pragma once

#include <string>

namespace twin {

/// "OpenBLAS 0.3.21 Zen".
std::string blas_description();
/// The processor that its kernels are made for: "Zen".
std::string blas_core();
void set_blas_threads(int threads);
int blas_threads();

/// A matrix product as BLAS does it: c = op(a)·op(b), or c += op(a)·op(b), m×n, with k products in each sum.
/// All are row-major, their rows `lda`, `ldb`, `ldc` numbers apart; op() is a transposition where asked for.
void blas_product(bool transpose_a, bool transpose_b, int m, int n, int k, const float* a, int lda,
                  const float* b, int ldb, bool add, float* c, int ldc);
void blas_product(bool transpose_a, bool transpose_b, int m, int n, int k, const double* a, int lda,
                  const double* b, int ldb, bool add, double* c, int ldc);

/// y = op(a)·x, or y += op(a)·x, with a of rows×cols in memory; the numbers of x and y stand `step_x` and
/// `step_y` apart.
void blas_matrix_vector(bool transpose, int rows, int cols, const float* a, int lda, const float* x,
                        int step_x, bool add, float* y, int step_y);
void blas_matrix_vector(bool transpose, int rows, int cols, const double* a, int lda, const double* x,
                        int step_x, bool add, double* y, int step_y);

}  // namespace twin
