#include "reports/runs/mutant_patches.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <regex>
#include <sstream>

#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/process.hpp"

namespace twin::reports {
namespace {

// What a diagnosis may say. A word that stands in a patch and not here is a slip of the pen.
constexpr auto kCauses = std::to_array<std::string_view>(
    {// Of any tensor.
     "zero", "sign", "factor_batch", "factor_batch_twice", "factor_elements", "factor_outputs", "factor_two",
     "factor_half", "constant_factor", "transposed", "rank_one", "swapped", "accumulated", "weight_decay",
     "offset", "float32_rounding", "zero_slices", "sign_per_slice", "factor_per_slice", "stale",
     "unexplained",
     // Of a layer or a loss.
     "last_sample_only", "first_sample_only", "bias_missing", "bias_subtracted", "weight_not_transposed",
     "upstream_ignored", "derivative_left_out", "derivative_twice", "derivative_of_output",
     "derivative_in_input", "derivative_of_tanh", "derivative_factor_missing", "absolute_error",
     "target_missing", "onehot_missing", "wrong_label", "extra_softmax_derivative",
     "softmax_jacobian_missing",
     // Of an update.
     "ascent", "lr_missing", "velocity_unused", "moving_average", "nesterov", "momentum_missing",
     "lr_in_velocity", "never_updated"});

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(std::move(part));
  return parts;
}

bool may_change(const std::string& file) {
  return file.starts_with("manual/") || (file.starts_with("shared/") && file.ends_with(".cpp"));
}

Mutant read_mutant(const std::filesystem::path& path) {
  std::map<std::string, std::string> header;
  Mutant mutant;
  mutant.name = path.stem().string();
  mutant.patch = path;
  bool in_header = true;
  constexpr std::string_view kChanged = "+++ b/";
  for (const std::string& line : split(read_file(path), '\n')) {
    in_header = in_header && !line.starts_with("diff ") && !line.starts_with("--- ");
    const std::size_t colon = line.find(": ");
    if (in_header && colon != std::string::npos) header[line.substr(0, colon)] = line.substr(colon + 2);
    if (line.starts_with(kChanged))
      mutant.files.push_back(line.substr(kChanged.size(), line.find('\t') - kChanged.size()));
  }
  const auto take = [&](const char* key) {
    if (header[key].empty())
      throw DataError(fmt::format("the line \"{}: …\" is missing", key), path.string(),
                      "write it above the first diff");
    return header[key];
  };
  mutant.mistake = take("Mistake");
  mutant.right = take("Right");
  mutant.seen = take("Seen");
  if (take("Cause") != "none") mutant.causes = split(header["Cause"], '|');
  mutant.tensor = header["Tensor"];

  for (const std::string& cause : mutant.causes)
    if (std::find(kCauses.begin(), kCauses.end(), cause) == kCauses.end())
      throw DataError(fmt::format("no diagnosis says {}", cause), path.string(),
                      "see the list of causes in "
                      "reports/runs/mutant_patches.cpp");
  if (mutant.files.empty()) throw DataError("changes no file", path.string(), "a unified diff is expected");
  for (const std::string& file : mutant.files)
    if (!may_change(file))
      throw DataError(fmt::format("changes {}", file), path.string(),
                      "a mutant may change manual/ and the sources of shared/");
  return mutant;
}

// patch(1) says "patching file F", then "Hunk #2 FAILED at 31." or "can't find file to patch …".
[[noreturn]] void throw_does_not_apply(const Mutant& mutant, const std::string& said) {
  std::string file = mutant.files.front(), hunk = "the patch";
  std::smatch match;
  for (const std::string& line : split(said, '\n')) {
    if (std::regex_search(line, match, std::regex("patching file (\\S+)"))) file = match[1];
    if (std::regex_search(line, match, std::regex("Hunk (#[0-9]+) FAILED"))) {
      hunk = "hunk " + match[1].str();
      break;
    }
  }
  throw DataError(fmt::format("{} does not apply to {}", hunk, file), mutant.patch.string(),
                  "bring it up to date with the file");
}

}  // namespace

std::vector<Mutant> load_mutants(const std::filesystem::path& source) {
  const std::filesystem::path folder = source / "tests/mutants";
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored))
    throw MachineError("the source tree is gone", folder.string(),
                       "build the program anew where it is to stay");
  std::vector<Mutant> mutants;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".patch") mutants.push_back(read_mutant(entry.path()));
  std::sort(mutants.begin(), mutants.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return mutants;
}

std::map<std::string, std::string> patched_files(const Mutant& mutant, const std::filesystem::path& source,
                                                 const std::filesystem::path& scratch) {
  std::filesystem::remove_all(scratch);
  for (const std::string& file : mutant.files) {
    std::filesystem::create_directories((scratch / file).parent_path());
    if (std::filesystem::exists(source / file)) std::filesystem::copy_file(source / file, scratch / file);
  }
  const Finished patch =
      run_program({"patch", "-p1", "--batch", "--forward", "--fuzz=0", "--no-backup-if-mismatch",
                   "--reject-file=-", "-d", scratch.string(), "-i", mutant.patch.string()});
  if (patch.code != 0) throw_does_not_apply(mutant, patch.out);
  std::map<std::string, std::string> contents;
  for (const std::string& file : mutant.files) contents[file] = read_file(scratch / file);
  return contents;
}

bool names_the_cause(const Mutant& mutant, std::string_view cause, const std::string& tensors) {
  if (std::find(mutant.causes.begin(), mutant.causes.end(), cause) == mutant.causes.end()) return false;
  if (mutant.tensor.empty()) return true;
  const std::regex expected(mutant.tensor), name("[^, ]+");
  return std::all_of(std::sregex_iterator(tensors.begin(), tensors.end(), name), std::sregex_iterator(),
                     [&](const std::smatch& tensor) { return std::regex_match(tensor.str(), expected); });
}

}  // namespace twin::reports
