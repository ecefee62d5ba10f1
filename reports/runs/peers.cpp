#include "reports/runs/peers.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unistd.h>

#include "shared/errors.hpp"

namespace twin::reports {
namespace {

struct Package {
  std::string module, package;
};

std::string said_by(const std::vector<std::string>& words,
                    const std::map<std::string, std::string>& environment = {}) {
  try {
    const Finished finished = run_program(words, {}, environment);
    return finished.code == 0 ? "yes " + last_line(finished.out) : "";
  } catch (const MachineError&) {  // there is no such program
    return {};
  }
}

bool has_module(const std::string& python, const std::string& module) {
  const std::string script =
      fmt::format("import importlib.util, sys; sys.exit(importlib.util.find_spec('{}') is None)", module);
  return !said_by({python, "-c", script}).empty();
}

std::string script_of(const std::string& peer) {
  return (std::filesystem::path(TWINGRAD_PEERS_DIR) / (peer + "_peer.py")).string();
}

// In both languages, as reason_of() reads it.
template <typename... Values>
Json in_both(Text text, const Values&... values) {
  return {{"en", say(Language::english, text, values...)},
          {"id", say(Language::indonesian, text, values...)}};
}

// The first python3 that has every module.
GuestProgram python_peer(const std::string& peer, const std::vector<Package>& modules,
                         const std::vector<std::string>& pythons) {
  GuestProgram program{peer, {}};
  program.not_measured = in_both(translatable("there is no python3; apt-get install python3"));
  for (const std::string& python : pythons) {
    if (said_by({python, "-c", ""}).empty()) continue;
    const auto lacking = std::find_if(modules.begin(), modules.end(), [&](const Package& package) {
      return !has_module(python, package.module);
    });
    if (lacking == modules.end()) return {peer, {python, script_of(peer)}};
    program.not_measured = in_both(translatable("python3 has no module {}; apt-get install {}"),
                                   lacking->module, lacking->package);
  }
  return program;
}

// The folder in which Python finds the package torch that `folder` lies in; nothing when it lies in none.
std::optional<std::filesystem::path> packages_around(const std::filesystem::path& folder) {
  for (std::filesystem::path at = folder; at.has_relative_path(); at = at.parent_path())
    if (at.filename() == "torch" && std::filesystem::exists(at / "__init__.py")) return at.parent_path();
  return {};
}

}  // namespace

std::vector<GuestProgram> python_peers(const std::vector<std::string>& pythons) {
  const Package numpy{"numpy", "python3-numpy"}, torch{"torch", "python3-torch"};
  return {python_peer("numpy", {numpy}, pythons), python_peer("pytorch", {numpy, torch}, pythons)};
}

SecondLibTorch second_libtorch(const std::filesystem::path& folder) {
  const std::string where = fmt::format("--libtorch {}", folder.string());
  const std::string front_door = TWINGRAD_SOURCE_DIR "/twin";
  std::error_code ignored;
  const std::filesystem::path absolute = std::filesystem::absolute(folder, ignored);
  const std::vector<std::string> words{front_door, "--libtorch", absolute.string(), "serve-side"};
  // It reads nothing, so it says who it is, and ends. On a terminal the building is seen.
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  const Finished finished = run_program(words, "it is built from the sources, which must be there", {},
                                        terminal ? Errors::shown : Errors::captured);
  if (finished.code != 0) {
    std::string why = last_line(finished.err);
    for (const std::string prefix : {"twin: ", "--libtorch: "})
      if (why.starts_with(prefix)) why.erase(0, prefix.size());
    throw MachineError(why.empty() ? "no twin could be built over this LibTorch" : why, where,
                       "give the unpacked zip, or the wheel's torch/share/cmake");
  }
  const Json hello = Json::parse(last_line(finished.out), nullptr, false);
  if (!hello.is_object() || hello.value("schema", Json()) != kSideSchema)
    throw MachineError("what was built over this LibTorch says nothing", where, "build it again");
  return {absolute, hello.at("program").get<std::string>(), hello.at("version")};
}

std::vector<GuestProgram> guests_of_libtorch(const SecondLibTorch& second,
                                             const std::vector<std::string>& pythons) {
  std::vector<GuestProgram> programs{{"autograd-2", {second.program.string(), "serve-side"}}};
  std::error_code ignored;
  const auto packages = packages_around(std::filesystem::weakly_canonical(second.folder, ignored));
  if (!packages) return programs;
  GuestProgram peer{"pytorch-2", {}};
  peer.not_measured =
      in_both(translatable("no python3 can import NumPy and the torch of {}"), packages->string());
  // That of the virtual environment, <venv>/lib/python3.x/site-packages, knows where its packages are.
  const std::filesystem::path of_venv = *packages / "../../../bin/python3";
  std::vector<std::pair<std::string, std::map<std::string, std::string>>> tried;
  if (std::filesystem::exists(of_venv)) tried.push_back({of_venv.lexically_normal().string(), {}});
  for (const std::string& python : pythons) tried.push_back({python, {{"PYTHONPATH", packages->string()}}});
  for (const auto& [python, environment] : tried)
    if (said_by({python, "-c", "import numpy, torch; print(torch.__file__)"}, environment) ==
        "yes " + (*packages / "torch/__init__.py").string()) {
      peer = {"pytorch-2", {python, script_of("pytorch")}, environment};
      break;
    }
  programs.push_back(std::move(peer));
  return programs;
}

}  // namespace twin::reports
