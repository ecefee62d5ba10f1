// The smallest program that trains: builds XOR, takes one step, and says its loss and the most memory it
// held, as JSON. It is linked to one side alone, and does not know to which: the build names the header and
// the side.
#include <cstdio>
#include <exception>
#include <memory>

#include TWINGRAD_SIDE_HEADER
#include "shared/catalogue.hpp"
#include "shared/data/batches.hpp"
#include "shared/machine/memory.hpp"
#include "shared/seeds/initialise.hpp"

int main() try {
  const twin::CatalogueEntry& entry = twin::find_network("xor");
  const twin::Dataset dataset = twin::load_dataset(entry.dataset);
  const twin::OwnedBatch batch = twin::slice(dataset.train, twin::DType::float32, 0, dataset.train.size());
  const std::unique_ptr<twin::Network> network =
      twin::TWINGRAD_SIDE::backend().build(entry.spec, twin::DType::float32, twin::Device::cpu);
  network->load_parameters(twin::initial_parameters(entry.spec, twin::DType::float32, entry.seed));
  const double loss = network->train_step(batch.view());
  // getrusage() would not do: it begins at the peak of the program that started this one.
  std::printf("{\"loss\": %.9g, \"peak_bytes\": %lld}\n", loss,
              static_cast<long long>(twin::peak_resident_bytes()));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 2;
}
