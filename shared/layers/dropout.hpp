// Specification of dropout (torch.nn.Dropout), and the masks that it draws.
#pragma once

#include <string_view>
#include <vector>

#include "shared/seeds/random.hpp"
#include "shared/specs/mistakes.hpp"

namespace twin {

struct Example;

/// In training, each element of x is 0 with probability p, else x / (1 - p); in evaluation, y = x.
struct DropoutSpec {
  double p = 0.5;
  bool operator==(const DropoutSpec&) const = default;

  void validate() const;
  std::vector<Prediction> mistakes(const Quantity& quantity, const LayerValues& values) const;
  static std::vector<Example> examples();
};

/// What one layer keeps in one step of training: a function of the seed, the layer's path and the step alone,
/// so that it is the same on both twins, on any platform, and however often the step is looked at.
class DropoutMask {
 public:
  /// step: from 0, below 2³².
  DropoutMask(const DropoutSpec& spec, std::string_view path, Seed seed, std::int64_t step);

  /// Of the element at this place in memory, row-major; below 2³².
  bool keeps(std::uint64_t place) const { return stream_.uniform(first_ + place) >= p_; }
  /// What a kept element is multiplied by.
  double scale() const { return 1 / (1 - p_); }

 private:
  RandomStream stream_;
  std::uint64_t first_;
  double p_;
};

}  // namespace twin
