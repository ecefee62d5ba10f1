#include "reports/page/words.hpp"

#include <algorithm>
#include <gettext-po.h>
#include <memory>
#include <vector>

#include "shared/errors.hpp"

namespace twin::reports {
namespace {

using Catalogue = std::map<std::string, std::string>;

class DecimalComma final : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
};

// libgettextpo calls C functions with what it finds, and ends the process where one of them returns from a
// fatal error: the first is kept here, and thrown from there.
thread_local std::string fault;

void note(int severity, po_message_t, const char* file, std::size_t line, std::size_t, int,
          const char* message) {
  std::string text = message;
  text.resize(std::min(text.size(), text.find_last_not_of(" \n") + 1));
  if (severity == PO_SEVERITY_WARNING) return;
  if (fault.empty()) fault = file ? fmt::format("line {}: {}", line, text) : text;
  if (severity == PO_SEVERITY_FATAL_ERROR)
    throw DataError("is no catalogue of gettext: " + fault, file ? file : "");
}

void note_two(int severity, po_message_t first, const char* file, std::size_t line, std::size_t column,
              int multiline, const char* message, po_message_t, const char*, std::size_t, std::size_t, int,
              const char*) {
  note(severity, first, file, line, column, multiline, message);
}

// All catalogues of a language, a file for each part of the report.
Catalogue read_all(std::string_view code) {
  const std::filesystem::path folder = std::filesystem::path(TWINGRAD_PO_DIR) / code;
  std::error_code none;
  Catalogue all;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none))
    if (entry.path().extension() == ".po") all.merge(read_catalogue(entry.path()));
  if (none)
    throw DataError("the report's texts cannot be read", folder.string(),
                    "take the folder as it came with the sources");
  return all;
}

}  // namespace

std::string_view code_of(Language language) { return language == Language::english ? "en" : "id"; }

Catalogue read_catalogue(const std::filesystem::path& path) {
  constexpr const char* kRemedy = "take the file as it came with the sources";
  fault.clear();
  const po_xerror_handler handler{note, note_two};
  const std::unique_ptr<struct po_file, decltype(&po_file_free)> file(po_file_read(path.c_str(), &handler),
                                                                      po_file_free);
  if (!file) throw DataError("cannot be read", path.string(), kRemedy);
  if (!fault.empty()) throw DataError("is no catalogue of gettext: " + fault, path.string(), kRemedy);
  Catalogue catalogue;
  const std::unique_ptr<struct po_message_iterator, decltype(&po_message_iterator_free)> messages(
      po_message_iterator(file.get(), nullptr), po_message_iterator_free);
  while (const po_message_t message = po_next_message(messages.get()))
    if (!po_message_is_obsolete(message) && !po_message_is_fuzzy(message) &&
        *po_message_msgid(message) != '\0')
      catalogue[po_message_msgid(message)] = po_message_msgstr(message);
  return catalogue;
}

std::string translated(std::string_view english, Language language) {
  if (language == Language::english) return std::string(english);
  static const Catalogue translations = read_all(code_of(Language::indonesian));
  const auto found = translations.find(std::string(english));
  return found == translations.end() || found->second.empty() ? std::string(english) : found->second;
}

std::string Text::in(Language language) const { return translated(english, language); }

const std::locale& locale_of(Language language) {
  static const std::locale comma(std::locale::classic(), new DecimalComma);
  return language == Language::english ? std::locale::classic() : comma;
}

std::string rounded(double value, int digits) { return rounded(value, Language::english, digits); }

std::string rounded(double value, Language language, int digits) {
  std::string text = fmt::format("{:.{}g}", value, digits);
  if (text.find("e+") != std::string::npos) return fmt::format("{:.0f}", std::stod(text));
  if (language == Language::indonesian) std::replace(text.begin(), text.end(), '.', ',');
  return text;
}

std::string threads_in_words(int threads, Language language) {
  return threads == 1 ? say(language, "1 thread") : say(language, "{} threads", threads);
}

}  // namespace twin::reports
