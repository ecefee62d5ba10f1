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

}  // namespace twin
