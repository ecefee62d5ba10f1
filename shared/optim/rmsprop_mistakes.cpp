#include <cmath>
#include <string>
#include <utility>

#include "shared/optim/rmsprop.hpp"

namespace twin {
namespace rmsprop_mistakes {

// One update of one parameter. What depends on an element is asked for with its index k.
struct Update {
  const RmspropSpec& o;
  const UpdateValues& u;

  double raw(std::size_t k) const { return u.gradient[k]; }
  double decay(std::size_t k) const { return o.weight_decay * u.value[k]; }
  double g(std::size_t k) const { return raw(k) + decay(k); }
  double old_s(std::size_t k) const { return u.state.at("square_avg")[k]; }
  double old_a(std::size_t k) const { return o.centered ? u.state.at("grad_avg")[k] : 0; }
  double old_b(std::size_t k) const { return o.momentum != 0 ? u.state.at("momentum_buffer")[k] : 0; }
  double s(std::size_t k) const { return average(old_s(k), g(k) * g(k)); }
  double a(std::size_t k) const { return o.centered ? average(old_a(k), g(k)) : 0; }
  double average(double old, double x) const { return o.alpha * old + (1 - o.alpha) * x; }
  // What stands under the root.
  double variance(std::size_t k) const { return s(k) - a(k) * a(k); }
  double scaled(double gradient, double squares) const { return gradient / (std::sqrt(squares) + o.eps); }
  // What the rate multiplies where `x` is the scaled gradient.
  double direction(std::size_t k, double x) const { return o.momentum * old_b(k) + x; }

  template <typename Rule>
  std::vector<double> of_each(const Rule& rule) const {
    return each(u.gradient.size(), rule);
  }
};

// Of the average called `name`: x(k) is what is averaged.
template <typename Old, typename X>
std::vector<Prediction> wrong_averages(const Update& s, const std::string& name, const std::string& of,
                                       const Old& old, const X& x) {
  const RmspropSpec& o = s.o;
  return {
      {"never_updated", name + " ← " + name, "the average of " + of + " is never updated",
       s.of_each([&](std::size_t k) { return old(k); })},
      {"averaging_missing", name + " ← alpha·" + name + " + …",
       "the factor 1 - alpha is missing in the average of " + of,
       s.of_each([&](std::size_t k) { return o.alpha * old(k) + x(k); })},
      {"averaging_swapped", name + " ← (1 - alpha)·" + name + " + alpha·…",
       "alpha and 1 - alpha are exchanged in the average of " + of,
       s.of_each([&](std::size_t k) { return (1 - o.alpha) * old(k) + o.alpha * x(k); })},
      {"moment_dropped", name + " ← (1 - alpha)·…", "the old average of " + of + " is dropped",
       s.of_each([&](std::size_t k) { return (1 - o.alpha) * x(k); })},
  };
}

std::vector<Prediction> wrong_squares(const Update& s) {
  std::vector<Prediction> all = wrong_averages(
      s, "s", "the squares", [&](std::size_t k) { return s.old_s(k); },
      [&](std::size_t k) { return s.g(k) * s.g(k); });
  all.push_back({"square_missing", "s ← alpha·s + (1 - alpha)·g", "the gradient is not squared",
                 s.of_each([&](std::size_t k) { return s.average(s.old_s(k), s.g(k)); })});
  all.push_back({"square_missing", "s ← alpha·s + (1 - alpha)·|g|", "the gradient is not squared",
                 s.of_each([&](std::size_t k) { return s.average(s.old_s(k), std::abs(s.g(k))); })});
  all.push_back({"sum_of_squares", "s ← s + g²", "the squares are added up, as in Adagrad",
                 s.of_each([&](std::size_t k) { return s.old_s(k) + s.g(k) * s.g(k); })});
  if (s.o.weight_decay != 0)
    all.push_back(
        {"decay_missing", "s ← alpha·s + (1 - alpha)·g² without weight_decay·w in g",
         "the decay is not in the gradient that is squared: it is missing, or decoupled as in AdamW",
         s.of_each([&](std::size_t k) { return s.average(s.old_s(k), s.raw(k) * s.raw(k)); })});
  return all;
}

std::vector<Prediction> wrong_means(const Update& s) {
  std::vector<Prediction> all = wrong_averages(
      s, "a", "the gradients", [&](std::size_t k) { return s.old_a(k); },
      [&](std::size_t k) { return s.g(k); });
  all.push_back({"ascent", "a ← alpha·a - (1 - alpha)·g", "the sign of the gradient is wrong",
                 s.of_each([&](std::size_t k) { return s.average(s.old_a(k), -s.g(k)); })});
  all.push_back({"mean_of_squares", "a ← alpha·a + (1 - alpha)·g²",
                 "the squares are averaged where the gradients themselves belong",
                 s.of_each([&](std::size_t k) { return s.average(s.old_a(k), s.g(k) * s.g(k)); })});
  if (s.o.weight_decay != 0)
    all.push_back({"decay_missing", "a ← alpha·a + (1 - alpha)·g without weight_decay·w in g",
                   "the decay is not in the gradient that is averaged",
                   s.of_each([&](std::size_t k) { return s.average(s.old_a(k), s.raw(k)); })});
  return all;
}

// Of the gradient over its root; what(x) is made of a wrong one.
template <typename Made>
std::vector<Prediction> wrong_scales(const Update& s, const std::string& left, const Made& made) {
  const RmspropSpec& o = s.o;
  const auto all_of = [&](auto x) { return s.of_each([&](std::size_t k) { return made(k, x(k)); }); };
  std::vector<Prediction> all{
      {"scaling_missing", left + "g", "the division by √s is missing",
       all_of([&](std::size_t k) { return s.g(k); })},
      {"root_missing", left + "g / (s + eps)", "the root of the average is missing",
       all_of([&](std::size_t k) { return s.g(k) / (s.variance(k) + o.eps); })},
      {"eps_inside_root", left + "g / √(s + eps)", "eps belongs beside the root: TensorFlow has it below",
       all_of([&](std::size_t k) { return s.g(k) / std::sqrt(s.variance(k) + o.eps); })},
      {"eps_missing", left + "g / √s", "eps is missing",
       all_of([&](std::size_t k) { return s.g(k) / std::sqrt(s.variance(k)); })},
      {"bias_correction", left + "g / (√(s / (1 - alphaᵗ)) + eps)",
       "the average is corrected for its start at 0, as in Adam: RMSprop does not",
       all_of([&](std::size_t k) {
         return s.scaled(s.g(k), s.variance(k) / (1 - std::pow(o.alpha, static_cast<double>(s.u.step))));
       })},
      {"old_average", left + "g / (√s + eps) with s before its update",
       "the averages of the step before are divided by",
       all_of([&](std::size_t k) { return s.scaled(s.g(k), s.old_s(k) - s.old_a(k) * s.old_a(k)); })},
  };
  if (o.centered) {
    all.push_back({"centring_missing", left + "g / (√s + eps)",
                   "the square of the average gradient is not taken off",
                   all_of([&](std::size_t k) { return s.scaled(s.g(k), s.s(k)); })});
    all.push_back({"centring_sign", left + "g / (√(s + a²) + eps)",
                   "the square of the average gradient is added, not taken off",
                   all_of([&](std::size_t k) { return s.scaled(s.g(k), s.s(k) + s.a(k) * s.a(k)); })});
    all.push_back({"centred_gradient", left + "(g - a) / (√(s - a²) + eps)",
                   "the average is taken off the gradient as well",
                   all_of([&](std::size_t k) { return s.scaled(s.g(k) - s.a(k), s.variance(k)); })});
  }
  if (o.weight_decay != 0)
    all.push_back({"decay_missing", left + "g / (√s + eps) without weight_decay·w in g",
                   "the decay is in the averages, and not in the gradient that is divided",
                   all_of([&](std::size_t k) { return s.scaled(s.raw(k), s.variance(k)); })});
  return all;
}

std::vector<Prediction> wrong_buffers(const Update& s) {
  const RmspropSpec& o = s.o;
  const auto b = [&](auto rule) {
    return s.of_each([&](std::size_t k) { return rule(s.old_b(k), s.scaled(s.g(k), s.variance(k))); });
  };
  std::vector<Prediction> all{
      {"never_updated", "b ← b", "the velocity is never updated", b([](double b0, double) { return b0; })},
      {"momentum_missing", "b ← b + x", "the velocity never decays: momentum is missing",
       b([](double b0, double x) { return b0 + x; })},
      {"velocity_unused", "b ← x", "the old velocity is dropped", b([](double, double x) { return x; })},
      {"moving_average", "b ← momentum·b + (1 - momentum)·x",
       "that is a moving average: RMSprop adds the whole scaled gradient",
       b([&](double b0, double x) { return o.momentum * b0 + (1 - o.momentum) * x; })},
      {"lr_in_velocity", "b ← momentum·b + lr·x",
       "the learning rate is inside the velocity, as in TensorFlow: an old rate lives on when it changes",
       b([&](double b0, double x) { return o.momentum * b0 + s.u.lr * x; })},
      {"ascent", "b ← momentum·b - x", "the sign of the gradient is wrong",
       b([&](double b0, double x) { return o.momentum * b0 - x; })},
  };
  for (Prediction& wrong :
       wrong_scales(s, "b ← momentum·b + ", [&](std::size_t k, double x) { return s.direction(k, x); }))
    all.push_back(std::move(wrong));
  return all;
}

std::vector<Prediction> wrong_updates(const Update& s) {
  const RmspropSpec& o = s.o;
  const double lr = s.u.lr;
  const auto moved = [&](auto rule) {
    return s.of_each([&](std::size_t k) { return rule(k, s.scaled(s.g(k), s.variance(k))); });
  };
  std::vector<Prediction> all{
      {"never_updated", "w ← w", "it is never updated", moved([](std::size_t, double) { return 0.0; })},
      {"ascent", "w ← w + lr·…", "it moves along the gradient, up the hill",
       moved([&](std::size_t k, double x) { return -lr * s.direction(k, x); })},
      {"lr_missing", "w ← w - …", "the learning rate is missing",
       moved([&](std::size_t k, double x) { return s.direction(k, x); })},
  };
  if (o.momentum == 0) {
    for (Prediction& wrong : wrong_scales(s, "w ← w - lr·", [&](std::size_t, double x) { return lr * x; }))
      all.push_back(std::move(wrong));
  } else {
    const std::vector<Prediction> with_velocity{
        {"velocity_unused", "w ← w - lr·x", "the velocity is kept, and not used",
         moved([&](std::size_t, double x) { return lr * x; })},
        {"old_velocity", "w ← w - lr·b before its update", "the velocity of the step before moves it",
         moved([&](std::size_t k, double) { return lr * s.old_b(k); })},
        {"nesterov", "w ← w - lr·(x + momentum·b)", "that is Nesterov's momentum",
         moved([&](std::size_t k, double x) { return lr * (x + o.momentum * s.direction(k, x)); })},
    };
    all.insert(all.end(), with_velocity.begin(), with_velocity.end());
  }
  if (o.weight_decay != 0)
    all.push_back({"decay_twice", "w ← w - lr·… - lr·weight_decay·w",
                   "the decay is in the gradient already, and comes again as in AdamW",
                   moved([&](std::size_t k, double x) { return lr * (s.direction(k, x) + s.decay(k)); })});
  return all;
}

}  // namespace rmsprop_mistakes

std::vector<Prediction> RmspropSpec::mistakes(const Quantity& quantity, const UpdateValues& u) const {
  using namespace rmsprop_mistakes;
  const rmsprop_mistakes::Update update{*this, u};
  if (quantity.role != Role::state) return wrong_updates(update);
  if (quantity.name == "square_avg") return wrong_squares(update);
  return quantity.name == "grad_avg" ? wrong_means(update) : wrong_buffers(update);
}

}  // namespace twin
