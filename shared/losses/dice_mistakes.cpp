#include "shared/losses/dice.hpp"

namespace twin {

std::vector<Prediction> DiceLossSpec::mistakes(const LossValues& v) const {
  const auto samples = static_cast<std::size_t>(v.y.shape.at(0));
  const std::size_t size = v.y.size() / samples;
  struct Sums {
    double p = 0, g = 0, pp = 0, gg = 0, pg = 0;
  };
  std::vector<Sums> of_samples(samples);
  Sums all_together;
  for (std::size_t k = 0; k < v.y.size(); ++k)
    for (Sums* sums : {&of_samples[k / size], &all_together}) {
      const double p = v.y[k], g = v.targets[k];
      sums->p += p;
      sums->g += g;
      sums->pp += p * p;
      sums->gg += g * g;
      sums->pg += p * g;
    }
  // formula(p, g, a, b, sums): a over b is the coefficient of the sample
  const auto of_each = [&](auto formula) {
    return each(v.y.size(), [&](std::size_t k) {
      const Sums& sums = of_samples[k / size];
      const double a = 2 * sums.pg + smooth, b = sums.pp + sums.gg + smooth;
      return formula(v.y[k], v.targets[k], a, b, sums) / static_cast<double>(samples);
    });
  };
  const double all_a = 2 * all_together.pg + smooth, all_b = all_together.pp + all_together.gg + smooth;
  return {
      {"denominator_not_derived", "error = -2g / (b·N), b = Σp² + Σg² + smooth",
       "the denominator depends on the outputs too: only the overlap is differentiated",
       of_each([](double, double g, double, double b, const Sums&) { return -2 * g / b; })},
      {"numerator_not_derived", "error = 2D·p / (b·N)",
       "the overlap depends on the outputs too: only the denominator is differentiated",
       of_each([](double p, double, double a, double b, const Sums&) { return 2 * a / b * p / b; })},
      {"square_not_derived", "error = (D - 2g) / (b·N)",
       "the derivative of p² is 2p: that of p stands in its place",
       of_each([](double, double g, double a, double b, const Sums&) { return (a / b - 2 * g) / b; })},
      {"sums_for_squares", "error = (D - 2g) / (b·N), b = Σp + Σg + smooth",
       "that is the gradient of the coefficient without squares in its denominator",
       of_each([&](double, double g, double a, double, const Sums& sums) {
         const double b = sums.p + sums.g + smooth;
         return (a / b - 2 * g) / b;
       })},
      {"denominator_not_squared", "error = 2(a·p - g·b) / (b·N)",
       "the quotient rule divides by the square of the denominator",
       of_each([](double p, double g, double a, double b, const Sums&) { return 2 * (a * p - g * b) / b; })},
      {"overlap_counted_once", "error = that of (Σp·g + smooth) / b",
       "the overlap counts twice: its 2 is left out",
       of_each([&](double p, double g, double, double b, const Sums& sums) {
         return (2 * (sums.pg + smooth) / b * p - g) / b;
       })},
      {"batch_as_one_sample", "error = 2(D·p - g) / b with the sums over the batch",
       "the coefficient is one for each sample, and is taken once for the batch",
       each(v.y.size(), [&](std::size_t k) { return 2 * (all_a / all_b * v.y[k] - v.targets[k]) / all_b; })},
      {"smooth_missing", "error = 2(D·p - g) / (b·N) without smooth", "smooth is left out",
       of_each([](double p, double g, double, double, const Sums& sums) {
         const double b = sums.pp + sums.gg;
         return 2 * (2 * sums.pg / b * p - g) / b;
       })},
  };
}

}  // namespace twin
