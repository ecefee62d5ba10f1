#include <algorithm>

#include "shared/optim/rprop.hpp"

namespace twin {
namespace rprop_mistakes {

double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

// One update of one parameter. What depends on an element is asked for with its index k.
struct Update {
  const RpropSpec& o;
  const UpdateValues& u;

  double g(std::size_t k) const { return u.gradient[k]; }
  double old_g(std::size_t k) const { return u.state.at("prev")[k]; }
  double old_size(std::size_t k) const { return u.step == 1 ? u.lr : u.state.at("step_size")[k]; }
  // 1 where the gradient keeps its sign, -1 where it turns, 0 where one of the two is 0.
  double agreement(std::size_t k) const { return sign(g(k)) * sign(old_g(k)); }
  bool turned(std::size_t k) const { return agreement(k) < 0; }
  double limited(double size) const { return std::clamp(size, o.step_size_min, o.step_size_max); }
  double factor(double agreement) const { return agreement > 0 ? o.etaplus : agreement < 0 ? o.etaminus : 1; }
  double size(std::size_t k) const { return limited(old_size(k) * factor(agreement(k))); }

  template <typename Rule>
  std::vector<double> of_each(const Rule& rule) const {
    return each(u.gradient.size(), rule);
  }
};

std::vector<Prediction> wrong_gradients(const Update& s) {
  return {
      {"turn_not_forgotten", "prev ← g where the sign has turned too",
       "a gradient that has turned is kept: the step after it grows or shrinks again",
       s.of_each([&](std::size_t k) { return s.g(k); })},
      {"never_updated", "prev ← prev", "the gradient of the step before is never replaced",
       s.of_each([&](std::size_t k) { return s.old_g(k); })},
      {"sign_kept", "prev ← sign(g)", "the sign is kept in place of the gradient",
       s.of_each([&](std::size_t k) { return s.turned(k) ? 0 : sign(s.g(k)); })},
  };
}

std::vector<Prediction> wrong_sizes(const Update& s) {
  const RpropSpec& o = s.o;
  return {
      {"never_updated", "size ← size", "the step sizes never change",
       s.of_each([&](std::size_t k) { return s.old_size(k); })},
      {"etas_swapped", "size ← etaminus·size where the sign stays, etaplus·size where it turns",
       "growth and shrinking are exchanged",
       s.of_each([&](std::size_t k) { return s.limited(s.old_size(k) * s.factor(-s.agreement(k))); })},
      {"growth_missing", "size ← size where the sign stays", "the step sizes never grow",
       s.of_each([&](std::size_t k) {
         return s.limited(s.old_size(k) * s.factor(std::min(s.agreement(k), 0.0)));
       })},
      {"shrinking_missing", "size ← size where the sign turns", "the step sizes never shrink",
       s.of_each([&](std::size_t k) {
         return s.limited(s.old_size(k) * s.factor(std::max(s.agreement(k), 0.0)));
       })},
      {"zero_grows", "size ← etaplus·size where a gradient is 0 too",
       "a gradient of 0 has no sign that is kept: the step size stays", s.of_each([&](std::size_t k) {
         return s.limited(s.old_size(k) * (s.turned(k) ? o.etaminus : o.etaplus));
       })},
      {"zero_shrinks", "size ← etaminus·size where a gradient is 0 too",
       "a gradient of 0 has not turned: the step size stays", s.of_each([&](std::size_t k) {
         return s.limited(s.old_size(k) * (s.agreement(k) > 0 ? o.etaplus : o.etaminus));
       })},
      {"limits_missing", "size ← factor·size without limits", "the step sizes have no limits",
       s.of_each([&](std::size_t k) { return s.old_size(k) * s.factor(s.agreement(k)); })},
      {"lower_limit_missing", "size ← min(factor·size, step_size_max)", "the lower limit is missing",
       s.of_each([&](std::size_t k) {
         return std::min(s.old_size(k) * s.factor(s.agreement(k)), o.step_size_max);
       })},
      {"upper_limit_missing", "size ← max(factor·size, step_size_min)", "the upper limit is missing",
       s.of_each([&](std::size_t k) {
         return std::max(s.old_size(k) * s.factor(s.agreement(k)), o.step_size_min);
       })},
  };
}

std::vector<Prediction> wrong_updates(const Update& s) {
  const auto where_it_stays = [&](auto step) {
    return s.of_each([&](std::size_t k) { return s.turned(k) ? 0 : step(k); });
  };
  return {
      {"never_updated", "w ← w", "it is never updated", s.of_each([](std::size_t) { return 0.0; })},
      {"ascent", "w ← w + sign(g)·size", "it moves along the gradient, up the hill",
       where_it_stays([&](std::size_t k) { return -sign(s.g(k)) * s.size(k); })},
      {"steps_after_turn", "w ← w - sign(g)·size where the sign has turned too",
       "where the sign has turned there is no step: PyTorch waits for the next gradient",
       s.of_each([&](std::size_t k) { return sign(s.g(k)) * s.size(k); })},
      {"steps_back", "w ← w - sign(g)·size, and back by the old step size where the sign has turned",
       "the step before is taken back, as in the first form of Rprop: PyTorch stays where it is",
       s.of_each([&](std::size_t k) {
         return s.turned(k) ? -sign(s.old_g(k)) * s.old_size(k) : sign(s.g(k)) * s.size(k);
       })},
      {"sign_missing", "w ← w - g·size", "the size of the gradient counts: its sign alone should",
       where_it_stays([&](std::size_t k) { return s.g(k) * s.size(k); })},
      {"old_size", "w ← w - sign(g)·size with the step size before its update",
       "the step size of the step before moves it",
       where_it_stays([&](std::size_t k) { return sign(s.g(k)) * s.old_size(k); })},
      {"size_unused", "w ← w - lr·sign(g)", "all elements move equally far: the step sizes are not used",
       where_it_stays([&](std::size_t k) { return s.u.lr * sign(s.g(k)); })},
      {"lr_twice", "w ← w - lr·sign(g)·size", "the rate, which is the first step size, is there again",
       where_it_stays([&](std::size_t k) { return s.u.lr * sign(s.g(k)) * s.size(k); })},
  };
}

}  // namespace rprop_mistakes

std::vector<Prediction> RpropSpec::mistakes(const Quantity& quantity, const UpdateValues& u) const {
  using namespace rprop_mistakes;
  const rprop_mistakes::Update update{*this, u};
  if (quantity.role != Role::state) return wrong_updates(update);
  return quantity.name == "prev" ? wrong_gradients(update) : wrong_sizes(update);
}

}  // namespace twin
