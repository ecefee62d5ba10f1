// The smallest program that trains: builds XOR, takes one step, and says its loss and the most memory it
// held, as JSON. It is linked to one side alone, and does not know to which: the build names the header and
// the side.
#include <cstdio>
#include <exception>
#include <fstream>
#include <limits>
#include <memory>
#include <string>

#include TWINGRAD_SIDE_HEADER
#include "shared/catalogue.hpp"
#include "shared/data/batches.hpp"
#include "shared/seeds/initialise.hpp"

namespace {

// In bytes; 0 where the system does not say. getrusage() would not do: it begins at the peak of the program
// that started this one.
long long peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long long kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

}  // namespace

int main() try {
  const twin::CatalogueEntry& entry = twin::find_network("xor");
  const twin::Dataset dataset = twin::load_dataset(entry.dataset);
  const twin::OwnedBatch batch = twin::slice(dataset.train, twin::DType::float32, 0, dataset.train.size());
  const std::unique_ptr<twin::Network> network =
      twin::TWINGRAD_SIDE::backend().build(entry.spec, twin::DType::float32, twin::Device::cpu);
  network->load_parameters(twin::initial_parameters(entry.spec, twin::DType::float32, entry.seed));
  const double loss = network->train_step(batch.view());
  std::printf("{\"loss\": %.9g, \"peak_bytes\": %lld}\n", loss, peak_memory());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 2;
}
