#include "reports/json.hpp"

#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "reports/backends.hpp"
#include "reports/commit.hpp"
#include "shared/machine/fingerprint.hpp"
#include "shared/machine/kernels.hpp"

namespace twin::reports {

std::string_view commit() { return TWINGRAD_COMMIT; }

Json json_header(std::string_view command, Json options, int threads, const BusyThreads& busy, int version) {
  const Fingerprint machine = fingerprint();
  const BlasKernels kernels = blas_kernels();
  Json used{{"requested", threads}};
  for (const auto& [library, count] : thread_counts(backends())) used[library] = count;
  used["busy"] = busy.average();
  Json sides;
  for (const Backend* backend : backends()) sides[std::string(backend->name())] = backend->description();
  return {{"schema", fmt::format("twingrad.{}/{}", command, version)},
          {"commit", commit()},
          {"date", fmt::format("{:%F}", fmt::gmtime(std::time(nullptr)))},
          {"options", std::move(options)},
          {"machine",
           {{"processor", machine.processor},
            {"processors", machine.processors},
            {"gpus", machine.gpus},
            {"l2_bytes", machine.l2_bytes},
            {"l3_bytes", machine.l3_bytes},
            {"memory_bytes", machine.memory_bytes},
            {"system", machine.system},
            {"compiler", machine.compiler},
            {"build", machine.build}}},
          {"blas_kernels", {{"core", kernels.core}, {"found", kernels.found}}},
          {"backends", std::move(sides)},
          {"threads", std::move(used)},
          {"seconds", busy.wall_seconds()}};
}

Json json_of(const CheckRow& row) {
  return {
      {"max_abs", row.gap.max_abs},        {"max_rel", row.gap.max_rel()},      {"max_ulp", row.gap.max_ulp},
      {"cosine", row.gap.cosine},          {"norm_ratio", row.gap.norm_ratio},  {"index", row.gap.index},
      {"actual", row.gap.actual},          {"expected", row.gap.reference},     {"bound", row.bound},
      {"verdict", to_string(row.verdict)}, {"ok", row.verdict == Verdict::pass}};
}

Json json_of(const Finding& finding) {
  return {{"cause", finding.cause}, {"tensor", finding.tensor}, {"text", finding.text}};
}

JsonOutput::JsonOutput(const std::filesystem::path& path) {
  if (!path.empty()) file_.emplace(path);
}

void JsonOutput::write(const Json& json) {
  // The name of a file may be any bytes.
  if (file_) file_->commit(json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace twin::reports
