#include <memory>
#include <set>

#include "shared/compare/causes.hpp"
#include "shared/compare_networks/examination.hpp"
#include "shared/compare_networks/traced_step.hpp"
#include "shared/compare_networks/wrong_updates.hpp"
#include "shared/seeds/initialise.hpp"
#include "shared/stems.hpp"

namespace twin {
namespace {

// A layer knows by its values which mistakes may show on them: in a second step, all that there are.
void add_causes(std::set<std::string>& causes, const Backend& right, const Example& example) {
  constexpr Seed kSeed = 1;
  const auto batch = [&](std::uint32_t index) { return random_batch(example, DType::float64, kSeed, index); };
  const auto add = [&](const std::vector<Prediction>& predictions) {
    for (const Prediction& prediction : predictions) causes.insert(prediction.cause);
  };
  const NetworkSpec& spec = example.spec;
  const std::unique_ptr<Network> network = right.build(spec, DType::float64, Device::cpu);
  network->load_parameters(initial_parameters(spec, DType::float64, kSeed));

  const OwnedBatch first_batch = batch(0), second_batch = batch(1);
  const TracedStep first(*network, spec, first_batch, nullptr), second(*network, spec, second_batch, &first);
  for (const TraceEntry& entry : second.trace()) add(second.predictions(entry));

  const RightUpdate update = right_update_of(*network, batch(2));
  for (const ParameterSpec& parameter : parameters_of(spec)) {
    const UpdateValues values = update_values(spec, update, parameter);
    for (const std::string& state : state_names(spec.optimizer))
      add(mistakes_of(spec.optimizer, {Role::state, state}, values));
    add(mistakes_of(spec.optimizer, {Role::parameter}, values));
    add(clipping_mistakes(spec, update, parameter));
  }
}

}  // namespace

std::vector<std::string> known_causes(const Backend& right) {
  std::set<std::string> causes(kCausesOfMarks.begin(), kCausesOfMarks.end());
  for (const Stem& stem : stems())
    for (const Example& example : stem.examples) add_causes(causes, right, example);
  return {causes.begin(), causes.end()};
}

}  // namespace twin
