// Any clipping of manual/clipping. A specification without a clip() does not compile.
#pragma once

#include "shared/specs/network_spec.hpp"
#include "stems/manual/clipping.hpp"

namespace twin::manual {

template <typename Scalar, typename Parameters>
void clip_gradients(const ClippingSpec& clipping, Parameters& parameters) {
  std::visit([&](const auto& kind) { clip<Scalar>(kind, parameters); }, clipping);
}

}  // namespace twin::manual
