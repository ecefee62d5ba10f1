#include "networks.hpp"

#include <algorithm>
#include <filesystem>

#include "shared/catalogue.hpp"
#include "shared/data/dataset.hpp"
#include "shared/networks/mlp.hpp"
#include "shared/seeds/initialise.hpp"

namespace twin::mutants {
namespace {

constexpr std::uint32_t kBatches = 3;
constexpr std::int64_t kRows = 11;

std::vector<OwnedBatch> random_batches(const NetworkSpec& spec, std::int64_t rows, Seed seed,
                                       std::int64_t features = 0) {
  std::vector<OwnedBatch> batches;
  for (std::uint32_t b = 0; b < kBatches; ++b)
    batches.push_back(random_batch(spec, rows, DType::float64, seed, b, features));
  return batches;
}

std::vector<OwnedBatch> stored_batches(const Dataset& dataset, bool all_at_once) {
  const Split& samples = dataset.train;
  const std::int64_t rows = all_at_once ? samples.size() : kRows;
  std::vector<OwnedBatch> batches;
  for (std::int64_t first = 0; first + rows <= samples.size() && std::ssize(batches) < kBatches;
       first += rows)
    batches.push_back(slice(samples, DType::float64, first, rows));
  return batches;
}

Subject of_the_catalogue(const CatalogueEntry& entry, bool pictures) {
  // A batch of the catalogue's size would say the same, and take ten times as long to derive bounds for.
  const bool all_at_once = entry.batch_size == 0;
  const bool random = entry.dataset == "fashion-mnist" &&
                      !(pictures && std::filesystem::exists(default_fashion_mnist_folder()));
  return {entry.name, entry.spec, initial_parameters(entry.spec, DType::float64, entry.seed),
          random ? random_batches(entry.spec, kRows, entry.seed)
                 : stored_batches(load_dataset(entry.dataset), all_at_once)};
}

constexpr Seed kSeed = 1;
// Neither lr nor 1 - momentum is the other, and no float is the first.
constexpr SgdSpec kSgd{.lr = 0.03, .momentum = 0.9};

Subject of_random_numbers(std::string name, const NetworkSpec& spec, std::int64_t features = 0) {
  return {std::move(name), spec, initial_parameters(spec, DType::float64, kSeed),
          random_batches(spec, kRows, kSeed, features)};
}

NetworkSpec primes_under(LossSpec loss) { return mlp({3, 7, 5}, loss, kSgd, UniformInitialiser{}); }

Subject primes() { return of_random_numbers("primes", primes_under(MseLossSpec{})); }

}  // namespace

std::vector<Subject> subjects(const std::vector<std::string>& names, bool pictures) {
  std::vector<Subject> all;
  for (const std::string& name : names)
    all.push_back(name == "primes" ? primes() : of_the_catalogue(find_network(name), pictures));
  return all;
}

std::vector<Situation> weak_situations() {
  const auto alone = [](LayerSpec layer, std::int64_t features) {
    const std::string name = layer.name;
    const NetworkSpec spec{{std::move(layer)}, InnerProductLossSpec{}, kSgd, UniformInitialiser{}};
    return Situation{of_random_numbers(name, spec, features), true, true};
  };
  return {alone({"dense", DenseSpec{3, 5}}, 3),
          alone({"sigmoid", SigmoidSpec{}}, 7),
          {of_random_numbers("mse", primes_under(MseLossSpec{})), false, false},
          {of_random_numbers("cross_entropy", primes_under(CrossEntropyLossSpec{})), false, false},
          {of_random_numbers("inner_product", primes_under(InnerProductLossSpec{})), false, true}};
}

}  // namespace twin::mutants
