#include "shared/stems.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <span>

#include "shared/errors.hpp"

namespace twin {
namespace {

// f(alternative) for each alternative of a variant, a default one each.
template <typename Variant, std::size_t I = 0, typename F>
void for_each_alternative(const F& f) {
  if constexpr (I < std::variant_size_v<Variant>) {
    f(std::variant_alternative_t<I, Variant>{}, I);
    for_each_alternative<Variant, I + 1>(f);
  }
}

template <typename Variant>
void add_stems(std::vector<Stem>& all, const char* kind, std::span<const std::string_view> names) {
  for_each_alternative<Variant>([&](const auto& spec, std::size_t i) {
    all.push_back({kind, std::string(names[i]), spec.examples()});
  });
}

std::vector<Stem> make_stems() {
  std::vector<Stem> all;
  add_stems<Layers>(all, "layers", kLayersStems);
  add_stems<Losses>(all, "losses", kLossesStems);
  add_stems<Optim>(all, "optim", kOptimStems);
  add_stems<Schedules>(all, "schedules", kSchedulesStems);
  add_stems<Clipping>(all, "clipping", kClippingStems);
  return all;
}

}  // namespace

const std::vector<Stem>& stems() {
  static const std::vector<Stem> all = make_stems();
  return all;
}

const Stem* find_stem(std::string_view name) {
  const std::vector<Stem>& all = stems();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Stem& stem) { return stem.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string name_of(const Stem& stem, const Example& example) {
  return fmt::format("{}/{}", stem.name, example.name);
}

OptimizerSpec optimizer_named(std::string_view name) {
  std::optional<OptimizerSpec> found;
  for_each_alternative<Optim>([&](const auto& spec, std::size_t i) {
    if (kOptimStems[i] == name) found = spec;
  });
  if (!found)
    throw UsageError(fmt::format("unknown optimizer {}", name), {},
                     fmt::format("choose from {}", fmt::join(kOptimStems, ", ")));
  return *found;
}

std::string_view name_of(const OptimizerSpec& optimizer) { return kOptimStems[optimizer.index()]; }
std::string_view name_of(const LossSpec& loss) { return kLossesStems[loss.index()]; }
std::string_view name_of(const ScheduleSpec& schedule) { return kSchedulesStems[schedule.index()]; }
std::string_view name_of(const ClippingSpec& clipping) { return kClippingStems[clipping.index()]; }

}  // namespace twin
