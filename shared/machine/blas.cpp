#include "shared/machine/blas.hpp"

#include <cblas.h>
#include <fmt/format.h>
#include <sstream>

namespace twin {
namespace {

CBLAS_TRANSPOSE transposed(bool yes) { return yes ? CblasTrans : CblasNoTrans; }

}  // namespace

std::string blas_description() {
  std::istringstream words(openblas_get_config());  // "OpenBLAS 0.3.21 DYNAMIC_ARCH … MAX_THREADS=64"
  std::string name, version;
  words >> name >> version;
  return fmt::format("{} {} {}", name, version, blas_core());
}

std::string blas_core() { return openblas_get_corename(); }

void set_blas_threads(int threads) { openblas_set_num_threads(threads); }
int blas_threads() { return openblas_get_num_threads(); }

void blas_product(bool transpose_a, bool transpose_b, int m, int n, int k, const float* a, int lda,
                  const float* b, int ldb, bool add, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, transposed(transpose_a), transposed(transpose_b), m, n, k, 1, a, lda, b, ldb,
              add ? 1 : 0, c, ldc);
}

void blas_product(bool transpose_a, bool transpose_b, int m, int n, int k, const double* a, int lda,
                  const double* b, int ldb, bool add, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, transposed(transpose_a), transposed(transpose_b), m, n, k, 1, a, lda, b, ldb,
              add ? 1 : 0, c, ldc);
}

void blas_matrix_vector(bool transpose, int rows, int cols, const float* a, int lda, const float* x,
                        int step_x, bool add, float* y, int step_y) {
  cblas_sgemv(CblasRowMajor, transposed(transpose), rows, cols, 1, a, lda, x, step_x, add ? 1 : 0, y, step_y);
}

void blas_matrix_vector(bool transpose, int rows, int cols, const double* a, int lda, const double* x,
                        int step_x, bool add, double* y, int step_y) {
  cblas_dgemv(CblasRowMajor, transposed(transpose), rows, cols, 1, a, lda, x, step_x, add ? 1 : 0, y, step_y);
}

}  // namespace twin
