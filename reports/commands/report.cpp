// twin report: every question measured, answered and drawn, on one page.
#include <fmt/format.h>
#include <unistd.h>
#include <vector>

#include "reports/backends.hpp"
#include "reports/commands/command.hpp"
#include "reports/page/page.hpp"
#include "reports/questions/question.hpp"
#include "shared/errors.hpp"
#include "shared/machine/fingerprint.hpp"
#include "shared/terminal/style.hpp"

namespace twin::reports {
namespace {

struct Options : CommonOptions {
  std::filesystem::path folder = "twin-report";
  std::string language = "en";
  bool quick = false;
};

Language parse_language(const std::string& name) {
  if (name == "en") return Language::english;
  if (name == "id") return Language::indonesian;
  throw UsageError(fmt::format("unknown language {}", name), {}, "choose from en, id");
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || !std::filesystem::is_directory(folder) || ::access(folder.c_str(), W_OK) != 0)
    throw OutputError(fmt::format("cannot use the folder{}", error ? ": " + error.message() : ""),
                      folder.string(), "choose another with --out");
}

std::string json_path(const Question& question) { return fmt::format("data/{}.json", question.id); }

std::string section(const Question& question, const Json& json, Language language, Pictures& pictures) {
  const bool english = language == Language::english;
  std::string text = fmt::format("\n## {}\n\n> {}\n\n{}\n", question.title.in(language),
                                 question.method.in(language), question.answer(json, language));
  for (const Picture& picture : question.pictures(json, language)) {
    const std::string path = fmt::format("pictures/{}.svg", picture.name);
    pictures[path] = draw_svg(picture.plot);
    text += fmt::format("\n![{}]({})\n", picture.plot.title, path);
  }
  return text + fmt::format(fmt::runtime(english ? "\nThe numbers: [{}]({}). To repeat them: `{}`.\n"
                                                 : "\nAngkanya: [{}]({}). Untuk mengulanginya: `{}`.\n"),
                            json_path(question), json_path(question), question.command);
}

std::string machine_line(Language language, int threads) {
  const Fingerprint machine = fingerprint();
  const Text text{
      "Measured on: {}, {} processors, {:.0f} GiB, {}; {}, {}; {} thread(s); manual: {}; autograd: {}; "
      "commit {}.",
      "Diukur pada: {}, {} prosesor, {:.0f} GiB, {}; {}, {}; {} utas; manual: {}; autograd: {}; commit {}."};
  return fmt::format(fmt::runtime(text.in(language)), machine.processor, machine.processors,
                     static_cast<double>(machine.memory_bytes) / (1 << 30), machine.system, machine.compiler,
                     machine.build, threads, twins().manual.description(), twins().autograd->description(),
                     commit());
}

void write(const std::filesystem::path& path, std::string_view text) { AtomicFile(path).commit(text); }

int run(const Options& options) {
  const Language language = parse_language(options.language);
  for (const char* folder : {"", "data", "pictures"}) make_folder(options.folder / folder);
  use_threads(options.threads, backends());

  std::vector<Question> all = questions();
  std::vector<Json> measured;
  for (const Question& question : all) {
    Progress progress(fmt::format("{} ({}/{})", question.id, measured.size() + 1, all.size()));
    measured.push_back(
        question.measure({options.quick, options.threads, options.data,
                          [&](std::int64_t done, std::int64_t total) { progress.show(done, total); }}));
  }

  const Text title{"Why move from hand-written code to a framework?",
                   "Mengapa beralih dari kode tulisan tangan ke framework?"};
  const Text lead{
      "Every network here exists twice: once by hand in Eigen, once in LibTorch with autograd. This page "
      "holds "
      "what both did on one machine; every number comes from the run.",
      "Setiap jaringan di sini ada dua kali: sekali ditulis tangan dengan Eigen, sekali dengan LibTorch dan "
      "autograd. Halaman ini memuat hasil keduanya pada satu mesin; setiap angka berasal dari pengukuran."};
  std::string markdown = fmt::format("# {}\n\n{}\n\n", title.in(language), lead.in(language));
  for (std::size_t i = 0; i < all.size(); ++i)
    markdown += fmt::format("- {}\n", all[i].verdict(measured[i], language));
  Pictures pictures;
  for (std::size_t i = 0; i < all.size(); ++i) markdown += section(all[i], measured[i], language, pictures);
  markdown += fmt::format("\n---\n\n{}\n", machine_line(language, options.threads));
  const std::string html = html_page(std::string(title.in(language)), options.language, markdown, pictures);

  // Nothing is written before everything is there; the page comes last.
  for (std::size_t i = 0; i < all.size(); ++i)
    write(options.folder / json_path(all[i]), measured[i].dump(1) + "\n");
  for (const auto& [path, svg] : pictures) write(options.folder / path, svg);
  write(options.folder / "report.md", markdown);
  write(options.folder / "index.html", html);

  for (std::size_t i = 0; i < all.size(); ++i) fmt::print("- {}\n", all[i].verdict(measured[i], language));
  fmt::print("\n{}\n", (std::filesystem::absolute(options.folder) / "index.html").string());
  return 0;
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("report", "Measure everything and write the page");
  auto options = std::make_shared<Options>();
  command->add_flag("--quick", options->quick, "A shorter run: fewer epochs, fewer widths");
  command->add_option("--out", options->folder, "Where to write it")->option_text("DIR [twin-report]");
  command->add_option("--lang", options->language, "Language of the page")->option_text("en|id [en]");
  add_data(*command, *options);
  add_threads(*command, *options);
  command->callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace twin::reports
