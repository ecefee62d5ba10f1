#include "reports/page/contents.hpp"

#include <fmt/format.h>

namespace twin::reports {
namespace {

template <typename... Values>
std::string filled(const Text& text, Language language, const Values&... values) {
  return fmt::format(fmt::runtime(text.in(language)), values...);
}

Section section_of(const Measured& measured, std::size_t number, Language language) {
  const auto& [question, json] = measured;
  Section section{std::string(question.id), fmt::format("{}. {}", number, question.title.in(language)),
                  fmt::format("> {}\n\n", question.method.in(language))};
  if (!was_measured(json)) {
    section.markdown += filled({"**Not measured here:** {}", "**Tidak diukur di sini:** {}"}, language,
                               reason_of(json, language));
    section.source = filled({"To measure it: `{}`.", "Untuk mengukurnya: `{}`."}, language, question.command);
    return section;
  }
  section.markdown += question.answer(json, language);
  if (question.pictures)
    for (const Picture& picture : question.pictures(json, language))
      section.pictures.push_back(
          {fmt::format("pictures/{}.svg", picture.name), picture.plot.title, draw_svg(picture.plot)});
  section.source = filled({"The numbers: [{0}]({0}). To repeat them: `{1}`.",
                           "Angkanya: [{0}]({0}). Untuk mengulanginya: `{1}`."},
                          language, json_path(question), question.command);
  return section;
}

std::string machine_of(const Json& header, Language language) {
  const Json& machine = header.at("machine");
  return filled({"Measured on: {}, {} processors, {:.0f} GiB, {}; {}, {}; {}; manual: {}; autograd: {}; "
                 "commit {}; {:.0f} s in all. Every figure of this page: [report.json](report.json).",
                 "Diukur pada: {}, {} prosesor, {:.0f} GiB, {}; {}, {}; {}; manual: {}; autograd: {}; commit "
                 "{}; seluruhnya {:.0f} detik. Semua angka halaman ini: [report.json](report.json)."},
                language, machine.at("processor").get<std::string>(), machine.at("processors").get<int>(),
                machine.at("memory_bytes").get<double>() / (1 << 30), machine.at("system").get<std::string>(),
                machine.at("compiler").get<std::string>(), machine.at("build").get<std::string>(),
                threads_in_words(header.at("threads").at("requested").get<int>(), language),
                header.at("backends").at("manual").get<std::string>(),
                header.at("backends").at("autograd").get<std::string>(),
                header.at("commit").get<std::string>(), header.at("seconds").get<double>());
}

}  // namespace

std::vector<std::string> verdict_of(const std::vector<Measured>& measured, Language language) {
  constexpr std::size_t kMostSentences = 5;
  std::vector<std::string> sentences;
  for (const auto& [question, json] : measured)
    if (sentences.size() < kMostSentences && question.verdict && was_measured(json))
      sentences.push_back(question.verdict(json, language));
  return sentences;
}

Contents contents_of(const std::vector<Measured>& measured, const Json& header,
                     const std::optional<Changes>& changes, Language language) {
  constexpr Text title{"Why move from hand-written code to a framework?",
                       "Mengapa beralih dari kode tulisan tangan ke framework?"};
  constexpr Text lead{
      "Every network here exists twice: once by hand in Eigen, once in LibTorch with autograd. This page "
      "holds what both did on one machine; every number comes from the run.",
      "Setiap jaringan di sini ada dua kali: sekali ditulis tangan dengan Eigen, sekali dengan LibTorch dan "
      "autograd. Halaman ini memuat hasil keduanya pada satu mesin; setiap angka berasal dari pengukuran."};
  Contents contents{language,
                    std::string(title.in(language)),
                    std::string(lead.in(language)),
                    {},
                    machine_of(header, language)};

  const std::vector<std::string> sentences = verdict_of(measured, language);
  if (!sentences.empty()) {
    Section verdict{"verdict", filled({"The verdict", "Kesimpulan"}, language), ""};
    for (const std::string& sentence : sentences) verdict.markdown += fmt::format("- {}\n", sentence);
    contents.sections.push_back(std::move(verdict));
  }
  if (changes)
    contents.sections.push_back(
        {"changes", filled({"What has changed since {}", "Yang berubah sejak {}"}, language, changes->since),
         changes_text(*changes, language, Medium::markdown)});
  for (std::size_t i = 0; i < measured.size(); ++i)
    contents.sections.push_back(section_of(measured[i], i + 1, language));
  return contents;
}

}  // namespace twin::reports
