// The BLAS underneath the hand-written twin (and, with Debian's LibTorch, underneath the other as well).
#pragma once

#include <string>

namespace twin {

/// "OpenBLAS 0.3.21 Zen".
std::string blas_description();
void set_blas_threads(int threads);
int blas_threads();

}  // namespace twin
