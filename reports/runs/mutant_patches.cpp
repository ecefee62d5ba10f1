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
    {// shared/compare/diagnosis.cpp
     "accumulated", "added_previous", "axes_permuted", "constant_factor", "factor_batch",
     "factor_batch_twice", "factor_elements", "factor_elements_twice", "factor_extent", "factor_extent_twice",
     "factor_half", "factor_outputs", "factor_outputs_twice", "factor_per_slice", "factor_root",
     "factor_root_twice", "factor_two", "float32_rounding", "mask_missing", "mask_too_many", "not_finite",
     "offset", "other_mask", "permuted", "rank_one", "reversed", "rolled", "sign", "sign_per_slice",
     "some_right", "stale", "swapped", "term_added", "term_missing", "transposed", "unexplained",
     "weight_decay", "wrong_shape", "zero", "zero_slices",
     // shared/compare_networks/wrong_formulas.cpp
     "absolute_error", "activation_left_out", "ascent", "bias_missing", "bias_subtracted", "bias_twice",
     "derivative_factor_missing", "derivative_in_input", "derivative_left_out", "derivative_of_output",
     "derivative_of_tanh", "derivative_sign", "derivative_twice", "extra_sigmoid_derivative",
     "extra_softmax_derivative", "first_sample_only", "last_sample_only", "logits_for_softmax",
     "lr_in_velocity", "lr_missing", "lr_twice", "momentum_missing", "momentum_on_gradient", "moving_average",
     "nesterov", "never_updated", "old_velocity", "onehot_missing", "other_activation", "output_for_input",
     "sign_in_exponent", "softmax_diagonal_only", "softmax_jacobian_missing", "softmax_missing",
     "square_not_derived", "target_missing", "upstream_ignored", "velocity_unused", "weight_ignored",
     "weight_not_transposed", "wrong_label"});

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
