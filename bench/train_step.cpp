#include "bench/train_step.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <fmt/format.h>
#include <memory>
#include <random>
#include <sstream>

#include "shared/machine/blas.hpp"
#include "shared/machine/threads.hpp"
#include "shared/networks/mlp.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/statistics.hpp"

namespace twin::bench {
namespace {

constexpr Seed kSeed = 1;
constexpr double kSliceSeconds = 1e-3;  // long against the clock's resolution and a cold start
// Of 21 rounds, five that something disturbed leave the interval of the median where it is.
constexpr std::int64_t kFewestRounds = 21, kMostRounds = 101;

constexpr const char* kProducts = "products";

// The matrix products of a step, in the order and the layout in which a step does them.
class Products {
 public:
  virtual ~Products() = default;
  virtual void run() = 0;
};

template <typename T>
class ProductsOf final : public Products {
 public:
  ProductsOf(const NetworkSpec& spec, std::int64_t batch) {
    Shape x = input_shape(spec, batch);
    bool needs_d_x = false;  // as in training_step_flops()
    for (const LayerSpec& layer : spec.layers) {
      for (const ProductSize& size : products_of(layer, x)) products_.push_back(Product(size, needs_d_x));
      needs_d_x = needs_d_x || !parameters_of(std::vector{layer}).empty();
      x = output_shape(layer, x);
    }
  }

  void run() override {
    for (Product& p : products_)
      blas_product(false, true, p.m, p.n, p.k, p.x.data(), p.k, p.weight.data(), p.k, false, p.y.data(), p.n);
    for (auto p = products_.rbegin(); p != products_.rend(); ++p) {
      blas_product(true, false, p->n, p->k, p->m, p->d_y.data(), p->n, p->x.data(), p->k, false,
                   p->d_weight.data(), p->k);
      if (p->needs_d_x)
        blas_product(false, false, p->m, p->k, p->n, p->d_y.data(), p->n, p->weight.data(), p->k, false,
                     p->d_x.data(), p->k);
    }
  }

 private:
  // Matrices of its own, as in a network: they are not all in the cache at once.
  struct Product {
    Product(const ProductSize& size, bool with_d_x)
        : m(static_cast<int>(size.m)),
          n(static_cast<int>(size.n)),
          k(static_cast<int>(size.k)),
          needs_d_x(with_d_x),
          x(matrix(size.m, size.k)),
          d_x(matrix(size.m, size.k)),
          y(matrix(size.m, size.n)),
          d_y(matrix(size.m, size.n)),
          weight(matrix(size.n, size.k)),
          d_weight(matrix(size.n, size.k)) {}
    static std::vector<T> matrix(std::int64_t rows, std::int64_t cols) {
      return std::vector<T>(static_cast<std::size_t>(rows * cols), T(0.01));
    }
    int m, n, k;
    bool needs_d_x;
    std::vector<T> x, d_x, y, d_y, weight, d_weight;
  };
  std::vector<Product> products_;
};

// As Backend::lacks(): empty when the products of every layer are known.
std::string products_lack(const Subject& subject) {
  Shape x = input_shape(subject.spec, subject.batch);
  bool any = false;
  for (const LayerSpec& layer : subject.spec.layers) {
    const bool known = !products_of(layer, x).empty();
    if (!known && forward_flops({layer}, x) > 0) return fmt::format("the layer {}", stem_of(layer));
    any = any || known;
    x = output_shape(layer, x);
  }
  return any ? "" : "anything to do: there are no matrix products";
}

struct Side {
  std::string name;
  std::function<std::optional<Guest::Took>(std::int64_t steps)> run;
  std::int64_t steps = 1;  // of a round
  bool lost = false;
  std::vector<double> seconds, busy;  // per step, by round
};

// All sides of one benchmark, and what they work on.
class Point {
 public:
  Point(const Options& options, const Subject& subject, Device device, DType dtype)
      : samples_(subject.batch),
        batch_(subject.random_batch(dtype, kSeed)),
        flops_(training_step_flops(subject.spec, subject.batch)) {
    const NamedTensors weights = initial_parameters(subject.spec, dtype, kSeed);
    for (const Backend* backend : options.backends) {
      if (!backend->available(device) || !backend->lacks(subject.spec).empty()) continue;
      const std::shared_ptr<Network> network = backend->build(subject.spec, dtype, device);
      network->load_parameters(weights);
      add(std::string(backend->name()),
          [this, network](std::int64_t steps) { network->train_steps(batch_.view(), steps); });
      if (device == Device::cuda)
        add(std::string(backend->name()) + "+transfers", [this, network](std::int64_t steps) {
          for (std::int64_t i = 0; i < steps; ++i) network->train_step(batch_.view());
        });
    }
    if (device == Device::cpu && products_lack(subject).empty()) {
      std::shared_ptr<Products> products;
      if (dtype == DType::float32)
        products = std::make_shared<ProductsOf<float>>(subject.spec, subject.batch);
      else
        products = std::make_shared<ProductsOf<double>>(subject.spec, subject.batch);
      add(kProducts, [products](std::int64_t steps) {
        for (std::int64_t i = 0; i < steps; ++i) products->run();
      });
    }
    if (device == Device::cpu && dtype == DType::float32)
      for (const std::shared_ptr<Guest>& guest : options.guests)
        if (guest->prepare(subject, dtype))
          add_timed(std::string(guest->side()), [guest](std::int64_t steps) { return guest->run(steps); });
    for (Side& side : sides_) order_.push_back(&side);
  }

  // Seconds that all the sides together took.
  double round() {
    std::shuffle(order_.begin(), order_.end(), random_);
    double all = 0;
    for (Side* side : order_) {
      const std::optional<Guest::Took> took = side->run(side->steps);
      if (!took) {
        side->lost = true;
        continue;
      }
      side->seconds.push_back(took->seconds / static_cast<double>(side->steps));
      side->busy.push_back(took->processor_seconds / took->seconds);
      all += took->seconds;
    }
    std::erase_if(order_, [](const Side* side) { return side->lost; });
    return all;
  }

  void report(benchmark::State& state) const {
    for (const Side& side : sides_) {
      if (side.lost) continue;
      const auto count = [&](const char* name, double value) { state.counters[side.name + name] = value; };
      const Quartiles seconds = quartiles(side.seconds);
      count(".us.min", 1e6 * seconds.min);
      count(".us.lower", 1e6 * seconds.lower);
      count(".us.median", 1e6 * seconds.median);
      count(".us.upper", 1e6 * seconds.upper);
      count(".us.max", 1e6 * seconds.max);
      count(".gflops", flops_ / seconds.median / 1e9);
      count(".busy", quartiles(side.busy).median);
      std::vector<double> ratios;
      for (std::size_t i = 0; i < side.seconds.size(); ++i)
        ratios.push_back(std::log(side.seconds[i] / sides_.front().seconds[i]));
      const Interval interval = median_interval(ratios);
      count(".ratio", std::exp(quartiles(ratios).median));
      count(".ratio_low", std::exp(interval.low));
      count(".ratio_high", std::exp(interval.high));
    }
    state.counters["batch"] = static_cast<double>(samples_);
    state.counters["rounds"] = static_cast<double>(sides_.front().seconds.size());
  }

 private:
  void add(std::string name, std::function<void(std::int64_t)> run) {
    add_timed(std::move(name), [run = std::move(run)](std::int64_t steps) -> std::optional<Guest::Took> {
      const BusyThreads busy;
      run(steps);
      const double wall = busy.wall_seconds();
      return Guest::Took{wall, wall * busy.average()};
    });
  }

  void add_timed(std::string name, std::function<std::optional<Guest::Took>(std::int64_t)> run) {
    const std::optional<std::int64_t> steps =
        timed_steps_that_take(kSliceSeconds, [&](std::int64_t tried) -> std::optional<double> {
          const std::optional<Guest::Took> took = run(tried);
          return took ? std::optional(took->seconds) : std::nullopt;
        });
    if (steps) sides_.push_back({std::move(name), std::move(run), *steps, false, {}, {}});
  }

  std::int64_t samples_;
  OwnedBatch batch_;
  double flops_;
  std::vector<Side> sides_;
  std::vector<Side*> order_;
  std::minstd_rand random_{kSeed};
};

// So many rounds fit into options.seconds, if a step takes what a slow processor needs for its products.
std::int64_t rounds_for(const Options& options, const Subject& subject, DType dtype) {
  const double rate = (dtype == DType::float32 ? 4e10 : 2e10) * options.threads;
  const double slice = std::max(1.5 * kSliceSeconds, training_step_flops(subject.spec, subject.batch) / rate);
  const std::size_t guests = dtype == DType::float32 ? options.guests.size() : 0;
  const double sides = static_cast<double>(options.backends.size() + 1 + guests);
  return std::clamp(static_cast<std::int64_t>(options.seconds / (slice * sides)), kFewestRounds, kMostRounds);
}

}  // namespace

OwnedBatch Subject::random_batch(DType dtype, Seed seed) const {
  return twin::random_batch(spec, input_shape(spec, batch), dtype, seed, 0, draw, scale, further);
}

std::vector<Subject> subjects_of(const Stem& stem) {
  // An inner product has no minimum: at its own rate, a million steps would lead into zeros and infinities,
  // with which a processor takes other times. At this one the weights stay as they were drawn.
  constexpr double kRate = 1e-20;
  std::vector<Subject> subjects;
  for (const Example& example : stem.examples) {
    Subject subject{name_of(stem, example), example.spec,  example.input.at(0),
                    example.draw,           example.scale, example.further};
    set_hyperparameter(subject.spec.optimizer, "lr", kRate);
    subjects.push_back(std::move(subject));
  }
  return subjects;
}

std::vector<LeftOut> left_out(const Options& options) {
  std::vector<LeftOut> all;
  const auto note = [&](std::string_view side, const std::string& why, const std::string& subject) {
    if (why.empty()) return;
    auto found = std::find_if(all.begin(), all.end(),
                              [&](const LeftOut& out) { return out.side == side && out.why == why; });
    if (found == all.end()) found = all.insert(all.end(), {std::string(side), why, {}});
    if (found->subjects.empty() || found->subjects.back() != subject) found->subjects.push_back(subject);
  };
  for (const Subject& subject : options.subjects) {
    for (const Backend* backend : options.backends)
      note(backend->name(), backend->lacks(subject.spec), subject.name);
    note(kProducts, products_lack(subject), subject.name);
  }
  return all;
}

std::int64_t steps_that_take(double seconds, const std::function<void(std::int64_t)>& run) {
  return timed_steps_that_take(seconds,
                               [&](std::int64_t steps) -> std::optional<double> {
                                 const BusyThreads clock;
                                 run(steps);
                                 return clock.wall_seconds();
                               })
      .value();
}

std::optional<std::int64_t> timed_steps_that_take(
    double seconds, const std::function<std::optional<double>(std::int64_t)>& run) {
  if (!run(1)) return {};  // makes room for everything
  for (std::int64_t steps = 1;; steps *= 2) {
    const std::optional<double> took = run(steps);
    if (!took) return {};
    if (*took >= seconds) return steps;
  }
}

std::vector<Subject> width_grid(const std::vector<std::int64_t>& widths,
                                const std::vector<std::int64_t>& batches) {
  std::vector<Subject> subjects;
  for (const std::int64_t width : widths)
    for (const std::int64_t batch : batches)
      subjects.push_back(
          {fmt::format("mlp-{}", width),
           mlp({width, width, width, width}, MseLossSpec{}, SgdSpec{.lr = 0.01}, XavierUniformInitialiser{}),
           batch});
  return subjects;
}

std::string run(const Options& options, const std::function<void(std::int64_t, std::int64_t)>& on_round) {
  std::string name = "twin";
  char* argv[] = {name.data()};
  int argc = 1;
  benchmark::Initialize(&argc, argv);

  std::int64_t done = 0, total = 0;
  benchmark::ClearRegisteredBenchmarks();
  for (const Subject& subject : options.subjects) {
    for (const DType dtype : options.dtypes) {
      const std::int64_t rounds = rounds_for(options, subject, dtype);
      for (const Device device : options.devices) {
        total += rounds;
        benchmark::RegisterBenchmark(
            fmt::format("train_step/{}/batch:{}/{}/{}/threads:{}", subject.name, subject.batch,
                        to_string(dtype), to_string(device), options.threads)
                .c_str(),
            [&, device, dtype](benchmark::State& state) {
              Point point(options, subject, device, dtype);
              for (auto _ : state) {
                state.SetIterationTime(point.round());
                on_round(++done, total);
              }
              point.report(state);
            })
            ->UseManualTime()
            ->Unit(benchmark::kMicrosecond)
            ->Iterations(rounds);
      }
    }
  }

  std::ostringstream json, errors;
  benchmark::JSONReporter reporter;
  reporter.SetOutputStream(&json);
  reporter.SetErrorStream(&errors);
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::ClearRegisteredBenchmarks();
  return json.str();
}

}  // namespace twin::bench
