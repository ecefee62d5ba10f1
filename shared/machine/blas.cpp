#include "shared/machine/blas.hpp"

#include <cblas.h>
#include <fmt/format.h>
#include <sstream>

namespace twin {

std::string blas_description() {
  std::istringstream words(openblas_get_config());  // "OpenBLAS 0.3.21 DYNAMIC_ARCH … MAX_THREADS=64"
  std::string name, version;
  words >> name >> version;
  return fmt::format("{} {} {}", name, version, openblas_get_corename());
}

void set_blas_threads(int threads) { openblas_set_num_threads(threads); }
int blas_threads() { return openblas_get_num_threads(); }

void blas_product(bool transpose_a, bool transpose_b, int m, int n, int k, const float* a, const float* b,
                  float* c) {
  cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans,
              m, n, k, 1, a, transpose_a ? m : k, b, transpose_b ? k : n, 0, c, n);
}

void blas_product(bool transpose_a, bool transpose_b, int m, int n, int k, const double* a, const double* b,
                  double* c) {
  cblas_dgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans, transpose_b ? CblasTrans : CblasNoTrans,
              m, n, k, 1, a, transpose_a ? m : k, b, transpose_b ? k : n, 0, c, n);
}

}  // namespace twin
