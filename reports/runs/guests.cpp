#include "reports/runs/guests.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "reports/backends.hpp"
#include "reports/named.hpp"
#include "reports/questions/question.hpp"
#include "reports/runs/benching.hpp"
#include "shared/compare/tolerances.hpp"
#include "shared/errors.hpp"
#include "shared/formats/npy.hpp"
#include "shared/seeds/initialise.hpp"

namespace twin::reports {
namespace {

constexpr Seed kGuestSeed = 1;
constexpr int kCheckedSteps = 5;

// A stem and its numbers.
template <typename Spec>
Json stem_json(std::string_view stem, const Spec& spec) {
  Json json{{"stem", stem}};
  for (const Hyperparameter& number : hyperparameters_of(spec)) json[std::string(number.name)] = number.value;
  return json;
}

}  // namespace

Json network_json(const NetworkSpec& spec, DType dtype, int threads) {
  Json layers = Json::array();
  for (const LayerSpec& layer : spec.layers) {
    layers.push_back(stem_json(stem_of(layer), layer));
    layers.back()["name"] = layer.name;
  }
  return {{"layers", std::move(layers)},
          {"loss", stem_json(name_of(spec.loss), spec.loss)},
          {"optimizer", stem_json(name_of(spec.optimizer), spec.optimizer)},
          {"schedule", spec.schedule ? Json(name_of(*spec.schedule)) : Json()},
          {"clipping", spec.clipping ? Json(name_of(*spec.clipping)) : Json()},
          {"dtype", to_string(dtype)},
          {"threads", threads}};
}

// Where the twins themselves lie apart, because the network makes much of little, another may lie eight times
// as far from them.
std::string disagreement(const std::vector<double>& losses, const GuestCases::Losses& twins, DType dtype,
                         double& gap) {
  for (const auto& [twin, expected] : twins) {
    if (losses.size() != expected.size())
      return fmt::format("it gave {} losses where {} were asked for", losses.size(), expected.size());
    for (std::size_t i = 0; i < losses.size(); ++i) {
      double apart = 0;
      for (const auto& [other, values] : twins) apart = std::max(apart, std::abs(values[i] - expected[i]));
      const double difference = std::abs(losses[i] - expected[i]);
      const double bound =
          tolerance::kPeerLossRoundings * unit_roundoff(dtype) * std::abs(expected[i]) + 8 * apart;
      if (!(difference <= bound))
        return fmt::format("it does not compute the same: the loss of step {} is {}, and {} in the {} twin",
                           i + 1, losses[i], expected[i], twin);
      if (difference > 0) gap = std::max(gap, difference / std::abs(expected[i]));
    }
  }
  return {};
}

// ---- The cases

GuestCases::Case& GuestCases::find(const bench::Subject& subject, DType dtype) {
  const std::string name = fmt::format("{}, {}, {}", subject.name, subject.batch, to_string(dtype));
  if (case_ && case_->name == name) return *case_;
  case_.reset();
  case_ = std::make_unique<Case>();
  case_->parameters = initial_parameters(subject.spec, dtype, kGuestSeed);
  case_->batch = subject.random_batch(dtype, kGuestSeed);
  NamedTensors arrays = case_->parameters;
  arrays.add(case_->batch.inputs.renamed("inputs"));
  arrays.add(case_->batch.targets.renamed("targets"));
  Json spec = network_json(subject.spec, dtype, threads_);
  spec.update({{"subject", subject.name}, {"batch", subject.batch}, {"checked_steps", kCheckedSteps}});
  write_file(case_->folder / "case.json", spec.dump());
  write_npz(case_->folder / "arrays.npz", arrays);
  case_->name = name;
  return *case_;
}

const std::filesystem::path& GuestCases::folder(const bench::Subject& subject, DType dtype) {
  return find(subject, dtype).folder.path();
}

const GuestCases::Losses& GuestCases::losses(const bench::Subject& subject, DType dtype) {
  Case& found = find(subject, dtype);
  if (found.losses.empty())
    for (const Backend* backend : backends()) {
      const std::unique_ptr<Network> network = backend->build(subject.spec, dtype, Device::cpu);
      network->load_parameters(found.parameters);
      std::vector<double>& losses = found.losses[std::string(backend->name())];
      for (int step = 0; step < kCheckedSteps; ++step)
        losses.push_back(network->train_step(found.batch.view()));
    }
  return found.losses;
}

// ---- The guest

ProgramGuest::ProgramGuest(GuestProgram program, std::shared_ptr<GuestCases> cases, double patience)
    : program_(std::move(program)), cases_(std::move(cases)), patience_(patience) {
  lost_ = program_.words.empty();
}

// Returns false.
bool ProgramGuest::fails(std::string fault, bool lost) {
  faults_.push_back({{"subject", subject_}, {"batch", batch_}, {"fault", std::move(fault)}});
  if (lost) {
    lost_ = true;
    companion_.reset();
  }
  return false;
}

// One answer, or none when it is lost.
std::optional<Json> ProgramGuest::ask(const Json& request) {
  const std::optional<std::string> answer =
      companion_->ask(request.is_null() ? "" : request.dump(), patience_);
  if (!answer) {
    fails(fmt::format("it failed: {}", companion_->why()), true);
    return {};
  }
  Json json = Json::parse(*answer, nullptr, false);
  if (!json.is_object()) {
    fails(fmt::format("what it said is damaged: {}", answer->substr(0, 60)), true);
    return {};
  }
  return json;
}

bool ProgramGuest::start() {
  std::map<std::string, std::string> environment = environment_for(cases_->threads());
  environment.insert(program_.environment.begin(), program_.environment.end());
  companion_.emplace(program_.words, "install it", environment);
  const std::optional<Json> hello = ask(nullptr);
  if (!hello) return false;
  if (hello->value("schema", Json()) != kSideSchema)
    return fails(fmt::format("what it said is no {}", kSideSchema), true);
  for (const char* key : {"library", "version", "python", "blas"})
    if (hello->contains(key)) identity_[key] = hello->at(key);
  return true;
}

bool ProgramGuest::prepare(const bench::Subject& subject, DType dtype) {
  if (lost_) return false;
  subject_ = subject.name;
  batch_ = subject.batch;
  if (!companion_ && !start()) return false;
  const std::optional<Json> answer = ask({{"case", cases_->folder(subject, dtype).string()}});
  if (!answer) return false;
  try {
    if (answer->contains("unsupported")) {
      const std::string why = fmt::format("the {}", answer->at("unsupported").get<std::string>());
      auto found = std::find_if(left_out_.begin(), left_out_.end(),
                                [&](const bench::LeftOut& out) { return out.why == why; });
      if (found == left_out_.end()) found = left_out_.insert(left_out_.end(), {program_.side, why, {}});
      if (found->subjects.empty() || found->subjects.back() != subject.name)
        found->subjects.push_back(subject.name);
      return false;
    }
    if (answer->contains("fault"))
      return fails(fmt::format("it failed: {}", answer->at("fault").get<std::string>()), false);
    double gap = loss_gap_.value_or(0);
    const std::string fault = disagreement(answer->at("losses").get<std::vector<double>>(),
                                           cases_->losses(subject, dtype), dtype, gap);
    if (!fault.empty()) return fails(fault, false);
    loss_gap_ = gap;
    return true;
  } catch (const Json::exception&) {
    return fails(fmt::format("what it said is damaged: {}", answer->dump().substr(0, 60)), true);
  }
}

std::optional<bench::Guest::Took> ProgramGuest::run(std::int64_t steps) {
  const std::optional<Json> answer = ask({{"steps", steps}});
  if (!answer) return {};
  try {
    if (answer->contains("fault")) {
      fails(fmt::format("it failed: {}", answer->at("fault").get<std::string>()), false);
      return {};
    }
    const Took took{answer->at("seconds"), answer->at("processor_seconds")};
    if (took.seconds > 0 && std::isfinite(took.seconds) && took.processor_seconds >= 0) return took;
    fails("it gave no times", false);
  } catch (const Json::exception&) {
    fails(fmt::format("what it said is damaged: {}", answer->dump().substr(0, 60)), true);
  }
  return {};
}

Json ProgramGuest::json() const {
  Json row{{"side", program_.side}, {"threads", cases_->threads()}};
  if (!program_.not_measured.is_null()) row["not_measured"] = program_.not_measured;
  row.update(identity_);
  if (loss_gap_) row["loss_gap"] = *loss_gap_;
  if (!faults_.empty()) row["faults"] = faults_;
  return row;
}

Guests guests_of(const std::vector<GuestProgram>& programs, int threads) {
  const auto cases = std::make_shared<GuestCases>(threads);
  Guests guests;
  for (const GuestProgram& program : programs)
    guests.push_back(std::make_shared<ProgramGuest>(program, cases));
  return guests;
}

std::string guest_reason(const Json& row, Language language) {
  if (!was_measured(row)) return reason_of(row, language);
  std::string text;
  for (const Json& fault : row.value("faults", Json::array()))
    text +=
        say(language, "{}{}, batch {}: {}", text.empty() ? "" : "; ", fault.at("subject").get<std::string>(),
            fault.at("batch").get<std::int64_t>(), fault.at("fault").get<std::string>());
  return text;
}

std::map<std::string, std::string> environment_for(int threads) {
  std::map<std::string, std::string> variables = thread_pool_variables(threads);
  variables["MKL_NUM_THREADS"] = std::to_string(threads);
  variables["PYTHONDONTWRITEBYTECODE"] = "1";
  return variables;
}

bench::Subject subject_named(const std::string& name, std::int64_t batch) {
  if (const std::int64_t width = width_of(name); width > 0)
    return bench::width_grid({width}, {batch}).front();
  const Named named = find_named({name});
  if (!named.networks.empty()) return {name, named.networks.front().spec, batch};
  return bench::subjects_of(named.stems.front()).front();
}

}  // namespace twin::reports
