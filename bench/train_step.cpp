#include "bench/train_step.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <fmt/format.h>
#include <memory>
#include <random>
#include <sstream>

#include "shared/data/batches.hpp"
#include "shared/errors.hpp"
#include "shared/machine/blas.hpp"
#include "shared/machine/threads.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/statistics.hpp"

namespace twin::bench {
namespace {

constexpr Seed kSeed = 1;
constexpr double kSliceSeconds = 1e-3;  // long against the clock's resolution and a cold start
// Of 21 rounds, five that something disturbed leave the interval of the median where it is.
constexpr std::int64_t kFewestRounds = 21, kMostRounds = 101;

// The matrix products of a step, in the order and the layout in which a step does them.
class Products {
 public:
  virtual ~Products() = default;
  virtual void run() = 0;
};

template <typename T>
class ProductsOf final : public Products {
 public:
  ProductsOf(const NetworkSpec& spec, std::int64_t batch) : batch_(static_cast<int>(batch)) {
    for (const LayerSpec& layer : spec.layers) {
      const auto* dense = std::get_if<DenseSpec>(&layer.kind);
      if (!dense) continue;
      // Matrices of its own for each layer, as in a network: they are not all in the cache at once.
      const auto matrix = [](std::int64_t rows, std::int64_t cols) {
        return std::vector<T>(static_cast<std::size_t>(rows * cols), T(0.01));
      };
      const std::int64_t in = dense->in_features, out = dense->out_features;
      layers_.push_back({static_cast<int>(in), static_cast<int>(out), matrix(batch, in), matrix(batch, in),
                         matrix(batch, out), matrix(batch, out), matrix(out, in), matrix(out, in)});
    }
  }

  void run() override {
    for (Layer& l : layers_)
      blas_product(false, true, batch_, l.out, l.in, l.x.data(), l.weight.data(), l.y.data());
    for (auto l = layers_.rbegin(); l != layers_.rend(); ++l) {
      blas_product(true, false, l->out, l->in, batch_, l->d_y.data(), l->x.data(), l->d_weight.data());
      if (l + 1 != layers_.rend())
        blas_product(false, false, batch_, l->in, l->out, l->d_y.data(), l->weight.data(), l->d_x.data());
    }
  }

 private:
  struct Layer {
    int in, out;
    std::vector<T> x, d_x, y, d_y, weight, d_weight;
  };
  int batch_;
  std::vector<Layer> layers_;
};

struct Side {
  std::string name;
  std::function<void(std::int64_t steps)> run;
  std::int64_t steps = 1;             // of a round
  std::vector<double> seconds, busy;  // per step, by round
};

// All sides of one benchmark, and what they work on.
class Point {
 public:
  Point(const Options& options, const Subject& subject, Device device, DType dtype)
      : batch_(random_batch(subject.spec, subject.batch, dtype, kSeed)),
        flops_(training_step_flops(subject.spec, subject.batch)) {
    const NamedTensors weights = initial_parameters(subject.spec, dtype, kSeed);
    for (const Backend* backend : options.backends) {
      if (!backend->available(device)) continue;
      std::shared_ptr<Network> network;
      try {
        network = backend->build(subject.spec, dtype, device);
      } catch (const UsageError&) {
        continue;
      }
      network->load_parameters(weights);
      add(std::string(backend->name()),
          [this, network](std::int64_t steps) { network->train_steps(batch_.view(), steps); });
      if (device == Device::cuda)
        add(std::string(backend->name()) + "+transfers", [this, network](std::int64_t steps) {
          for (std::int64_t i = 0; i < steps; ++i) network->train_step(batch_.view());
        });
    }
    if (device == Device::cpu) {
      std::shared_ptr<Products> products;
      if (dtype == DType::float32)
        products = std::make_shared<ProductsOf<float>>(subject.spec, subject.batch);
      else
        products = std::make_shared<ProductsOf<double>>(subject.spec, subject.batch);
      add("products", [products](std::int64_t steps) {
        for (std::int64_t i = 0; i < steps; ++i) products->run();
      });
    }
    for (Side& side : sides_) order_.push_back(&side);
  }

  // Seconds that all the sides together took.
  double round() {
    std::shuffle(order_.begin(), order_.end(), random_);
    double all = 0;
    for (Side* side : order_) {
      const BusyThreads busy;
      side->run(side->steps);
      const double wall = busy.wall_seconds();
      side->seconds.push_back(wall / static_cast<double>(side->steps));
      side->busy.push_back(busy.average());
      all += wall;
    }
    return all;
  }

  void report(benchmark::State& state) const {
    for (const Side& side : sides_) {
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
    state.counters["batch"] = static_cast<double>(batch_.view().inputs.rows());
    state.counters["rounds"] = static_cast<double>(sides_.front().seconds.size());
  }

 private:
  void add(std::string name, std::function<void(std::int64_t)> run) {
    Side side{std::move(name), std::move(run), 1, {}, {}};
    side.steps = steps_that_take(kSliceSeconds, side.run);
    sides_.push_back(std::move(side));
  }

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
  const double sides = static_cast<double>(options.backends.size()) + 1;
  return std::clamp(static_cast<std::int64_t>(options.seconds / (slice * sides)), kFewestRounds, kMostRounds);
}

}  // namespace

std::int64_t steps_that_take(double seconds, const std::function<void(std::int64_t)>& run) {
  run(1);  // makes room for everything
  for (std::int64_t steps = 1;; steps *= 2) {
    const BusyThreads clock;
    run(steps);
    if (clock.wall_seconds() >= seconds) return steps;
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
