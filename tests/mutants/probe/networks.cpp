#include "networks.hpp"

#include <algorithm>
#include <filesystem>

#include "shared/catalogue.hpp"
#include "shared/data/dataset.hpp"
#include "shared/errors.hpp"
#include "shared/networks/mlp.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/stems.hpp"

namespace twin::mutants {
namespace {

constexpr std::uint32_t kBatches = 3;
constexpr std::int64_t kRows = 11;

std::vector<OwnedBatch> random_batches(const NetworkSpec& spec, std::int64_t rows, Seed seed) {
  std::vector<OwnedBatch> batches;
  for (std::uint32_t b = 0; b < kBatches; ++b)
    batches.push_back(random_batch(spec, rows, DType::float64, seed, b));
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
  // Four samples are all that xor has. Of the pictures kRows are taken, not the hundred that the catalogue
  // trains on at a time: a mistake shows on both, and bounds for a hundred take ten times as long to derive.
  const bool all_at_once = entry.batch_size == 0;
  const bool random = entry.dataset == "fashion-mnist" &&
                      !(pictures && std::filesystem::exists(default_fashion_mnist_folder()));
  return {entry.name, entry.spec, initial_parameters(entry.spec, DType::float64, entry.seed),
          random ? random_batches(entry.spec, kRows, entry.seed)
                 : stored_batches(load_dataset(entry.dataset), all_at_once)};
}

constexpr Seed kSeed = 1;

Subject of_an_example(const Stem& stem, const Example& example) {
  Subject subject{
      name_of(stem, example), example.spec, initial_parameters(example, DType::float64, kSeed), {}};
  for (std::uint32_t b = 0; b < kBatches; ++b)
    subject.batches.push_back(random_batch(example, DType::float64, kSeed, b));
  return subject;
}

// "primes", and the like of it under another loss.
Subject primes_under(std::string name, LossSpec loss) {
  // Neither lr nor 1 - momentum is the other, and no float is the first.
  const NetworkSpec spec =
      mlp({3, 7, 5}, std::move(loss), SgdSpec{.lr = 0.03, .momentum = 0.9}, UniformInitialiser{});
  return {std::move(name), spec, initial_parameters(spec, DType::float64, kSeed),
          random_batches(spec, kRows, kSeed)};
}

// Some losses want pairs of outputs, or more extents.
bool takes_five_outputs(const LossSpec& loss) {
  try {
    target_shape(loss, {kRows, 5});
    return true;
  } catch (const ShapeError&) {
    return false;
  }
}

bool is_given_its_error(const NetworkSpec& spec) {
  return std::holds_alternative<InnerProductLossSpec>(spec.loss);
}

}  // namespace

std::vector<Subject> subjects(const std::vector<std::string>& names, bool pictures) {
  std::vector<Subject> all;
  for (const std::string& name : names) {
    const Stem* stem = find_stem(name);
    if (stem)
      for (const Example& example : stem->examples) all.push_back(of_an_example(*stem, example));
    else
      all.push_back(name == "primes" ? primes_under(name, MseLossSpec{})
                                     : of_the_catalogue(find_network(name), pictures));
  }
  return all;
}

std::vector<Situation> weak_situations(const std::vector<std::string>& names) {
  std::vector<Situation> all;
  for (const std::string& name : names) {
    if (const Stem* stem = find_stem(name))
      for (const Example& example : stem->examples)
        all.push_back(
            {of_an_example(*stem, example), stem->kind == "layers", is_given_its_error(example.spec)});
    if (name != "primes") continue;
    for (const Stem& loss : stems()) {
      if (loss.kind != "losses") continue;
      const LossSpec& kind = loss.examples.front().spec.loss;
      if (!takes_five_outputs(kind)) continue;
      Subject subject = primes_under(loss.name, kind);
      const bool upstream = is_given_its_error(subject.spec);
      all.push_back({std::move(subject), false, upstream});
    }
  }
  return all;
}

}  // namespace twin::mutants
