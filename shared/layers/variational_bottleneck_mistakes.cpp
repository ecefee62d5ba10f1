#include <cmath>

#include "shared/specs/layer_spec.hpp"

namespace twin {
namespace variational_bottleneck_mistakes {

// Rows of x: `latent` means m, then as many log-variances l. The code z is beside them.
class Rows {
 public:
  Rows(const LayerValues& v, const Array& z) : v_(v), z_(z), latent_(static_cast<std::size_t>(z.columns())) {}

  std::size_t latent() const { return latent_; }
  std::size_t rows() const { return z_.size() / latent_; }
  double mean(std::size_t row, std::size_t k) const { return v_.x[row * 2 * latent_ + k]; }
  double log_variance(std::size_t row, std::size_t k) const { return v_.x[(row * 2 + 1) * latent_ + k]; }
  double deviation(std::size_t row, std::size_t k) const { return std::exp(log_variance(row, k) / 2); }
  double code(std::size_t row, std::size_t k) const { return z_[row * latent_ + k]; }
  // What was drawn: z = m + exp(l/2)·ε.
  double noise(std::size_t row, std::size_t k) const {
    return (code(row, k) - mean(row, k)) / deviation(row, k);
  }

  // Of the code: formula(row, k).
  template <typename Formula>
  std::vector<double> of_code(const Formula& formula) const {
    return each(z_.size(), [&](std::size_t at) { return formula(at / latent_, at % latent_); });
  }
  // Of a row that ends with two numbers for each of the code: first(row, k) and second(row, k). What stands
  // in front of them is that of `right`.
  template <typename First, typename Second>
  std::vector<double> of_both(const Array& right, const First& first, const Second& second) const {
    const auto columns = static_cast<std::size_t>(right.columns()), front = columns - 2 * latent_;
    return each(right.size(), [&](std::size_t at) {
      const std::size_t row = at / columns, column = at % columns;
      if (column < front) return right[at];
      const std::size_t k = (column - front) % latent_;
      return column < front + latent_ ? first(row, k) : second(row, k);
    });
  }

 private:
  const LayerValues& v_;
  const Array& z_;
  std::size_t latent_;
};

std::vector<Prediction> of_the_code(const Rows& rows) {
  using Place = std::size_t;
  const auto mean = [&](Place row, Place k) { return rows.mean(row, k); };
  const auto log_variance = [&](Place row, Place k) { return rows.log_variance(row, k); };
  const auto noise = [&](Place row, Place k) { return rows.noise(row, k); };
  const auto code = [&](auto centre, auto deviation) {
    return rows.of_code(
        [&](Place row, Place k) { return centre(row, k) + deviation(row, k) * noise(row, k); });
  };
  return {
      {"variance_for_deviation", "z = m + exp(l)·ε",
       "the noise is multiplied by the variance: the half in the exponent, which makes it the deviation, is "
       "left out",
       code(mean, [&](Place row, Place k) { return std::exp(log_variance(row, k)); })},
      {"log_variance_for_deviation", "z = m + l·ε", "the log-variance is taken for the deviation itself",
       code(mean, log_variance)},
      {"deviation_missing", "z = m + ε", "the noise is not multiplied by the deviation",
       code(mean, [](Place, Place) { return 1.0; })},
      {"exponent_sign", "z = m + exp(-l/2)·ε", "the sign in the exponent is wrong",
       code(mean, [&](Place row, Place k) { return 1 / rows.deviation(row, k); })},
      {"noise_missing", "z = m", "nothing is drawn: training decodes the mean, as evaluation does",
       rows.of_code(mean)},
      {"mean_missing", "z = exp(l/2)·ε", "the mean is not added",
       code([](Place, Place) { return 0.0; }, [&](Place row, Place k) { return rows.deviation(row, k); })},
      {"noise_subtracted", "z = m - exp(l/2)·ε", "the noise is subtracted",
       code(mean, [&](Place row, Place k) { return -rows.deviation(row, k); })},
      {"halves_swapped", "z = l + exp(m/2)·ε", "means and log-variances are exchanged",
       code(log_variance, [&](Place row, Place k) { return std::exp(mean(row, k) / 2); })},
  };
}

std::vector<Prediction> of_the_output(const Array& y, const Rows& rows) {
  using Place = std::size_t;
  const auto mean = [&](Place row, Place k) { return rows.mean(row, k); };
  const auto log_variance = [&](Place row, Place k) { return rows.log_variance(row, k); };
  return {
      {"sample_for_mean", "y = [decoder(z), z, l]",
       "the code that was drawn is handed on in place of its mean",
       rows.of_both(
           y, [&](Place row, Place k) { return rows.code(row, k); }, log_variance)},
      {"deviation_handed_on", "y = [decoder(z), m, exp(l/2)]",
       "the deviation is handed on in place of the log-variance",
       rows.of_both(y, mean, [&](Place row, Place k) { return rows.deviation(row, k); })},
      {"variance_handed_on", "y = [decoder(z), m, exp(l)]",
       "the variance is handed on in place of its logarithm",
       rows.of_both(y, mean, [&](Place row, Place k) { return std::exp(log_variance(row, k)); })},
      {"handed_on_in_other_order", "y = [decoder(z), l, m]", "means and log-variances are exchanged in y",
       rows.of_both(y, log_variance, mean)},
  };
}

std::vector<Prediction> of_the_gradient(const LayerValues& v, const Array& d_z, const Rows& rows) {
  using Place = std::size_t;
  const Place latent = rows.latent(), columns = static_cast<Place>(v.d_y.columns());
  const auto from_code = [&](Place row, Place k) { return d_z[row * latent + k]; };
  const auto by_mean = [&](Place row, Place k) { return v.d_y[(row + 1) * columns - 2 * latent + k]; };
  const auto by_log_variance = [&](Place row, Place k) { return v.d_y[(row + 1) * columns - latent + k]; };
  // d_z·ε·exp(l/2)/2
  const auto through_noise = [&](Place row, Place k) {
    return from_code(row, k) * rows.noise(row, k) * rows.deviation(row, k) / 2;
  };
  const auto d_mean = [&](Place row, Place k) { return from_code(row, k) + by_mean(row, k); };
  const auto d_log_variance = [&](Place row, Place k) {
    return through_noise(row, k) + by_log_variance(row, k);
  };
  const auto both = [&](auto first, auto second) { return rows.of_both(v.d_x, first, second); };
  // d_l where d_z·factor takes the place of d_z·ε·exp(l/2)/2.
  const auto with = [&](auto factor) {
    return both(d_mean, [&](Place row, Place k) {
      return from_code(row, k) * factor(row, k) + by_log_variance(row, k);
    });
  };
  return {
      {"half_missing", "d_l = d_z·ε·exp(l/2) + (d_y by l)",
       "the derivative of l/2, which is 1/2, is left out",
       with([&](Place row, Place k) { return rows.noise(row, k) * rows.deviation(row, k); })},
      {"exponential_missing", "d_l = d_z·ε/2 + (d_y by l)",
       "the derivative of exp(l/2) holds exp(l/2) itself: it is left out",
       with([&](Place row, Place k) { return rows.noise(row, k) / 2; })},
      {"by_the_deviation", "d_l = d_z·ε + (d_y by l)",
       "that is the gradient by the deviation, not by the log-variance",
       with([&](Place row, Place k) { return rows.noise(row, k); })},
      {"noise_missing", "d_l = d_z·exp(l/2)/2 + (d_y by l)",
       "the noise, by which exp(l/2) is multiplied, is "
       "left out",
       with([&](Place row, Place k) { return rows.deviation(row, k) / 2; })},
      {"variance_for_deviation", "d_l = d_z·ε·exp(l)/2 + (d_y by l)",
       "the variance stands where the deviation belongs", with([&](Place row, Place k) {
         return rows.noise(row, k) * std::exp(rows.log_variance(row, k)) / 2;
       })},
      {"draw_without_gradient", "d_l = (d_y by l)",
       "the code is taken for a constant where the log-variance is concerned: what is drawn has a gradient "
       "by "
       "exp(l/2)",
       both(d_mean, by_log_variance)},
      {"direct_log_variance_missing", "d_l = d_z·ε·exp(l/2)/2",
       "the log-variance is handed on as well: what comes back that way is not added",
       both(d_mean, through_noise)},
      {"direct_mean_missing", "d_m = d_z",
       "the mean is handed on as well: what comes back that way is not added",
       both(from_code, d_log_variance)},
      {"decoder_gradient_missing", "d_m = (d_y by m)", "what comes back out of the decoder is not added",
       both(by_mean, d_log_variance)},
      {"direct_gradients_missing", "d_m = d_z, d_l = d_z·ε·exp(l/2)/2",
       "mean and log-variance are handed on as well: what comes back that way is not added",
       both(from_code, through_noise)},
      {"halves_swapped", "d_x = [d_l, d_m]", "the gradients of means and log-variances are exchanged",
       both(d_log_variance, d_mean)},
  };
}

}  // namespace variational_bottleneck_mistakes

std::vector<Prediction> VariationalBottleneckSpec::mistakes(const Quantity& quantity,
                                                            const LayerValues& v) const {
  using namespace variational_bottleneck_mistakes;
  const std::string& first = decoder.front().name;
  const Rows rows(v, *v.child(first, Role::input));
  if (quantity.role == Role::input && quantity.name == first) return of_the_code(rows);
  if (quantity.role == Role::output) return of_the_output(v.y, rows);
  if (quantity.role == Role::input_gradient)
    return of_the_gradient(v, *v.child(first, Role::input_gradient), rows);
  return {};
}

}  // namespace twin
