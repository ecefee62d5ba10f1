#include "manual/variants/eigen_products.hpp"

#include "manual/backend.hpp"

namespace twin::manual {

const Backend& eigen_backend() { return backend(); }

}  // namespace twin::manual
