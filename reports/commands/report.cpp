// twin report: every question measured, answered and drawn, on one page.
#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

#include "reports/backends.hpp"
#include "reports/commands/command.hpp"
#include "reports/page/contents.hpp"
#include "reports/page/folder.hpp"
#include "reports/runs/kernels.hpp"
#include "reports/runs/peers.hpp"
#include "shared/errors.hpp"
#include "shared/terminal/style.hpp"

namespace twin::reports {
namespace {

struct ReportArguments : CommonOptions {
  std::filesystem::path folder = "twin-report";
  std::string language = "en";
  bool quick = false;
  std::vector<std::string> only;
  std::filesystem::path earlier, libtorch, from;
};

Language parse_language(const std::string& name) {
  for (const Language language : kLanguages)
    if (name == code_of(language)) return language;
  throw UsageError(fmt::format("unknown language {}", name), {}, "choose from en, id");
}

std::vector<std::string_view> ids_of(const std::vector<Question>& all) {
  std::vector<std::string_view> ids;
  for (const Question& question : all) ids.push_back(question.id);
  return ids;
}

// In the order of the report.
std::vector<Question> chosen(const std::vector<std::string>& only) {
  std::vector<Question> all = questions();
  const std::vector<std::string_view> ids = ids_of(all);
  for (const std::string& id : only)
    if (std::find(ids.begin(), ids.end(), id) == ids.end())
      throw UsageError(fmt::format("unknown question {}", id), {},
                       fmt::format("choose from {}", fmt::join(ids, ", ")));
  if (!only.empty())
    std::erase_if(all, [&](const Question& question) {
      return std::find(only.begin(), only.end(), question.id) == only.end();
    });
  return all;
}

std::string text_of(const Json& json) {
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// What has to be known before any number, in every language: [{"en", "id"}].
Json warnings_of(const Json& kernels) {
  Json warnings = Json::array();
  const auto say_in = [&](Language language, std::size_t i, const std::string& warning) {
    if (warnings.size() <= i) warnings.push_back(Json::object());
    warnings[i][std::string(code_of(language))] = warning;
  };
  for (const Language language : kLanguages) {
    std::vector<std::string> all = kernel_warnings(kernels, language);
    if (const std::string mended = kernels_mended(kernels, language); !mended.empty()) all.push_back(mended);
    for (std::size_t i = 0; i < all.size(); ++i) say_in(language, i, all[i]);
  }
  return warnings;
}

// What a report says, and of what.
struct Results {
  std::vector<Measured> measured;
  Json report;  // report.json, but for the names of the pictures
  std::optional<Changes> changes;
};

Results measure(const ReportArguments& options, const std::vector<Question>& asked) {
  const BusyThreads busy;
  const auto header = [&] {
    return json_header("report", {{"quick", options.quick}, {"only", options.only}}, options.threads, busy);
  };
  std::optional<Json> earlier;
  if (!options.earlier.empty()) earlier = read_earlier(options.earlier, header());
  const Json kernels = measured_kernels();
  if (!options.libtorch.empty()) second_libtorch(options.libtorch);

  Results results;
  for (const Question& question : asked) {
    Progress progress(fmt::format("{} ({}/{})", question.id, results.measured.size() + 1, asked.size()));
    results.measured.push_back({question, question.measure({options.quick, options.threads, options.data,
                                                            [&](std::int64_t done, std::int64_t total) {
                                                              progress.show(done, total);
                                                            },
                                                            options.libtorch})});
  }
  results.report = report_json(header(), results.measured);
  results.report["kernels"] = kernels;
  if (earlier) results.changes = changes_between(*earlier, results.report);
  return results;
}

Json read_json(const std::filesystem::path& path) {
  Json json = Json::parse(read_file(path), nullptr, false);
  if (!json.is_object())
    throw DataError("is no JSON of a report, damaged or half-written", path.string(), "measure again");
  return json;
}

// The numbers of an earlier report, of this machine or another; questions that it did not ask are left out.
Results read_results(const std::filesystem::path& folder, const std::vector<Question>& asked) {
  const Json header = read_report(folder / "report.json");
  Results results;
  for (const Question& question : asked)
    if (std::filesystem::exists(folder / json_path(question)))
      results.measured.push_back({question, read_json(folder / json_path(question))});
  results.report = report_json(header, results.measured);
  return results;
}

void write_page(const ReportFolder& folder, Results results, Language language) {
  auto& [measured, report, changes] = results;
  report["warnings"] = warnings_of(report.at("kernels"));
  std::vector<Contents> contents;
  for (const Language each : kLanguages) contents.push_back(contents_of(measured, report, changes, each));
  const auto& shown = *std::find_if(contents.begin(), contents.end(),
                                    [&](const Contents& each) { return each.language == language; });

  Files files{{"index.html", html_page(contents, language)}, {"report.md", markdown_page(shown)}};
  for (const auto& [question, json] : measured) files[json_path(question)] = text_of(json);
  const auto add = [&](const std::string& id, const DrawnPicture& picture) {
    if (files.emplace(picture.path, picture.svg).second)
      report["questions"][id]["pictures"].push_back(picture.path);
  };
  for (const std::vector<Section>* sections : {&shown.sections, &shown.appendix})
    for (const Section& section : *sections)
      for (const DrawnPicture& picture : section.pictures) add(section.id, picture);
  for (const auto& [question, json] : measured)
    if (question.pages && was_measured(json))
      for (auto& [path, page] : question.pages(json, language)) {
        report["questions"][std::string(question.id)]["pages"].push_back(path);
        files[path] = std::move(page);
      }
  if (shown.first.picture) add(shown.first.question, *shown.first.picture);
  files["report.json"] = text_of(report);
  folder.write(files);

  fmt::print("{}", answer_text(shown, measured));
  if (changes) fmt::print("{}\n", changes_text(*changes, language, Medium::terminal));
}

int run(const ReportArguments& options) {
  // Whatever can be refused is refused before anything is measured.
  const Language language = parse_language(options.language);
  for (const Language each : kLanguages) say(each, "1 thread");  // a damaged catalogue, too
  const std::vector<Question> asked = chosen(options.only);
  use_threads(options.threads, backends());
  const ReportFolder folder(options.folder);
  if (options.from.empty()) {
    write_page(folder, measure(options, asked), language);
  } else {
    try {
      write_page(folder, read_results(options.from, asked), language);
    } catch (const Json::exception&) {
      throw DataError("is damaged, or of another version: something is missing in it", options.from.string(),
                      "measure again");
    }
  }
  fmt::print("{}\n", (std::filesystem::absolute(options.folder) / "index.html").string());
  return 0;
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("report", "Measure everything and write the page");
  auto options = std::make_shared<ReportArguments>();
  command->add_flag("--quick", options->quick, "A shorter run: fewer epochs, fewer widths");
  command
      ->add_option("--only", options->only,
                   fmt::format("Only these questions: {}", fmt::join(ids_of(questions()), ", ")))
      ->delimiter(',')
      ->option_text("ID,…");
  command
      ->add_option(
          "--out", options->folder,
          "Where to write it: a folder that is new, empty or an earlier report, which is replaced once "
          "everything is measured; other files in it stay")
      ->option_text("DIR [twin-report]");
  command
      ->add_option("--lang", options->language,
                   "Language of report.md, and the one that the page shows first")
      ->option_text("en|id [en]");
  command
      ->add_option("--from", options->from,
                   "Measure nothing: write the page anew out of the numbers of an earlier report, its folder")
      ->option_text("DIR");
  command
      ->add_option("--compare", options->earlier,
                   "Show what has changed since an earlier report of this machine: its report.json")
      ->option_text("FILE");
  add_libtorch(*command, options->libtorch);
  add_data(*command, *options);
  add_threads(*command, *options);
  command->callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace twin::reports
