// How many lines of code does each side need?
#include <algorithm>
#include <fmt/format.h>

#include "reports/questions/question.hpp"
#include "reports/runs/line_counts.hpp"
#include "shared/errors.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports {
namespace lines {

Json measure(const Measuring& measuring) {
  const BusyThreads busy;
  measuring.on_progress(0, 1);
  Json counts;
  try {
    counts = count_lines(source_tree());
  } catch (const MachineError& error) {
    const std::string indonesian = fmt::format("pohon sumber atau g++ tidak ada ({})", error.what());
    return not_measured({error.what(), indonesian});
  }
  Json json = json_header("lines", Json::object(), measuring.threads, busy);
  json.update(counts);
  measuring.on_progress(1, 1);
  return json;
}

int code_of(const Json& lines) { return lines.at("code"); }

// All the code that a network of one side is built with.
int code_of(const Json& network, const char* side) {
  return code_of(network.at(side).at("own")) + code_of(network.at(side).at("shared"));
}

// "sigmoid" of "layers/sigmoid".
std::string stem_of(const std::string& part) { return part.substr(part.rfind('/') + 1); }

bool any_network_has(const Json& json, const std::string& part) {
  const auto holds = [&](const Json& parts) {
    return std::find(parts.begin(), parts.end(), part) != parts.end();
  };
  const Json& networks = json.at("networks");
  return std::any_of(networks.begin(), networks.end(), [&](const Json& network) {
    return holds(network.at("parts")) || holds(network.at("manual").at("shared_parts")) ||
           holds(network.at("autograd").at("shared_parts"));
  });
}

bool is_choice(const std::string& part) {
  constexpr std::string_view kChoices[] = {"layers/", "losses/", "optim/", "schedules/", "clipping/"};
  return std::any_of(std::begin(kChoices), std::end(kChoices),
                     [&](std::string_view folder) { return part.starts_with(folder); });
}

int named(const Json& where) { return where.at("named").at("lines"); }

// All the code of one side that a stem costs.
int cost_of(const Json& stem, const char* side) {
  return stem.at(side).at("own").get<int>() + named(stem.at(side));
}

// The layers that cost the least and the most by hand.
std::pair<Json, Json> cheapest_and_dearest(const Json& json) {
  std::vector<Json> layers;
  for (const Json& stem : json.at("stems"))
    if (stem.at("stem").get<std::string>().starts_with("layers/")) layers.push_back(stem);
  const auto [least, most] = std::minmax_element(
      layers.begin(), layers.end(),
      [](const Json& a, const Json& b) { return cost_of(a, "manual") < cost_of(b, "manual"); });
  return {*least, *most};
}

std::string lines_cell(const Json& lines) {
  if (lines.is_null()) return "–";
  return fmt::format("{} / {} / {}", code_of(lines), lines.at("comment").get<int>(),
                     lines.at("blank").get<int>());
}

std::string ratio_cell(int manual, int autograd) {
  return autograd > 0 ? fmt::format("{:.2g}", static_cast<double>(manual) / autograd) : "–";
}

std::string verdict(const Json& json, Language language) {
  const Json& network = json.at("networks").back();
  const auto [least, most] = cheapest_and_dearest(json);
  const Text text{
      "{} is built with {} lines of code by hand and with {} over LibTorch; a layer takes from {} ({}) to {} "
      "({}) lines by hand, and {} and {} over LibTorch.",
      "{} dibangun dengan {} baris kode tulisan tangan dan dengan {} baris di atas LibTorch; satu lapis "
      "memerlukan {} ({}) sampai {} ({}) baris tulisan tangan, dan {} dan {} baris di atas LibTorch."};
  return fmt::format(fmt::runtime(text.in(language)), network.at("network").get<std::string>(),
                     code_of(network, "manual"), code_of(network, "autograd"), cost_of(least, "manual"),
                     stem_of(least.at("stem")), cost_of(most, "manual"), stem_of(most.at("stem")),
                     cost_of(least, "autograd"), cost_of(most, "autograd"));
}

std::string parts_table(const Json& json, Language language) {
  const bool english = language == Language::english;
  Table table(
      english ? std::vector<std::string>{"part", ">by hand: code / comment / blank",
                                         ">autograd: code / comment / blank", ">code, by hand / autograd"}
              : std::vector<std::string>{"bagian", ">tangan: kode / komentar / kosong",
                                         ">autograd: kode / komentar / kosong", ">kode, tangan / autograd"});
  const auto ratio = [](const Json& row) {
    return row.at("manual").is_null() || row.at("autograd").is_null()
               ? std::string("–")
               : ratio_cell(code_of(row.at("manual")), code_of(row.at("autograd")));
  };
  // First what a network chooses from; then what all of them share; then what none is built with.
  enum Group { choice, shared, unused };
  const auto group_of = [&](const std::string& part) {
    return !any_network_has(json, part) ? unused : is_choice(part) ? choice : shared;
  };
  constexpr Text suffixes[] = {
      {"", ""}, {" (shared)", " (bersama)"}, {" (in no network)", " (tidak dipakai jaringan)"}};
  for (const Group group : {choice, shared, unused})
    for (const Json& row : json.at("parts"))
      if (const std::string part = row.at("part"); group_of(part) == group)
        table.add({part + std::string(suffixes[group].in(language)), lines_cell(row.at("manual")),
                   lines_cell(row.at("autograd")), ratio(row)});
  const Json& totals = json.at("totals");
  table.add({english ? "all" : "semua", lines_cell(totals.at("manual")), lines_cell(totals.at("autograd")),
             ratio(totals)});
  return table.markdown();
}

std::string networks_table(const Json& json, bool english) {
  Table table(english
                  ? std::vector<std::string>{"network", ">by hand: own", ">shared", ">sum", ">autograd: own",
                                             ">shared", ">sum", ">sum, by hand / autograd"}
                  : std::vector<std::string>{"jaringan", ">tangan: sendiri", ">bersama", ">jumlah",
                                             ">autograd: sendiri", ">bersama", ">jumlah",
                                             ">jumlah, tangan / autograd"});
  for (const Json& network : json.at("networks")) {
    std::vector<Cell> row{network.at("network").get<std::string>()};
    for (const char* side : {"manual", "autograd"}) {
      row.emplace_back(std::to_string(code_of(network.at(side).at("own"))));
      row.emplace_back(std::to_string(code_of(network.at(side).at("shared"))));
      row.emplace_back(std::to_string(code_of(network, side)));
    }
    row.emplace_back(ratio_cell(code_of(network, "manual"), code_of(network, "autograd")));
    table.add(std::move(row));
  }
  return table.markdown();
}

// "52 + 3": its own lines, and those elsewhere that name it.
std::string cost_cell(const Json& where) {
  return fmt::format("{} + {}", where.at("own").get<int>(), named(where));
}

std::string stems_table(const Json& json, bool english) {
  Table table(english ? std::vector<std::string>{"stem", ">by hand", ">autograd", ">shared"}
                      : std::vector<std::string>{"unsur", ">tangan", ">autograd", ">bersama"});
  for (const Json& stem : json.at("stems"))
    table.add({stem.at("stem").get<std::string>(), cost_cell(stem.at("manual")),
               cost_cell(stem.at("autograd")), cost_cell(stem.at("shared"))});
  return table.markdown();
}

std::string answer(const Json& json, Language language) {
  const bool english = language == Language::english;
  const Text text{
      "Of each network the code of its own layers, loss and optimiser, and the code that every network of "
      "that side is built with:\n\n{}\nWhat each layer, loss, optimiser, schedule and clipping costs: the "
      "code of its own files on each side and in `shared/`, where both sides read what it is (its sizes, its "
      "examples, its classic mistakes), each with the lines of other files there that name it:\n\n{}\nEvery "
      "part, in lines:\n\n{}",
      "Untuk setiap jaringan: kode lapis, loss, dan optimizer-nya sendiri, serta kode yang dipakai setiap "
      "jaringan di sisi itu:\n\n{}\nBiaya setiap lapis, loss, optimizer, jadwal, dan pemangkasan: kode "
      "berkasnya sendiri di setiap sisi dan di `shared/`, tempat kedua sisi membaca apa itu (ukurannya, "
      "contoh-contohnya, kesalahan klasiknya), masing-masing ditambah baris berkas lain di sana yang "
      "menyebutnya:\n\n{}\nSetiap bagian, dalam baris:\n\n{}"};
  return fmt::format(fmt::runtime(text.in(language)), networks_table(json, english),
                     stems_table(json, english), parts_table(json, language));
}

std::vector<Picture> pictures(const Json& json, Language language) {
  const bool english = language == Language::english;
  Plot plot;
  plot.title =
      english ? "Lines of code that a network is built with" : "Baris kode yang membangun sebuah jaringan";
  plot.y_label = english ? "lines of code" : "baris kode";
  Curve manual{english ? "by hand" : "tulisan tangan", {}, {}}, autograd{"autograd", {}, {}};
  for (const Json& network : json.at("networks")) {
    plot.categories.push_back(network.at("network"));
    manual.y.push_back(code_of(network, "manual"));
    autograd.y.push_back(code_of(network, "autograd"));
  }
  plot.curves = {std::move(manual), std::move(autograd)};
  return {{"lines", std::move(plot)}};
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> result;
  const auto add = [&](const std::string& name, int lines) {
    result.push_back({name, static_cast<double>(lines), "1", Figure::Better::lower});
  };
  for (const char* side : {"manual", "autograd"}) {
    for (const Json& network : json.at("networks"))
      add(fmt::format("{}, {}", network.at("network").get<std::string>(), side), code_of(network, side));
    add(fmt::format("all, {}", side), code_of(json.at("totals").at(side)));
  }
  return result;
}

}  // namespace lines

Question lines_question() {
  using namespace lines;
  return {"lines",
          {"How many lines does each side need?", "Berapa baris yang diperlukan setiap sisi?"},
          {"The sources are counted when the report is made: what the compiler's own lexer leaves of a file "
           "is code, the rest are comments and blank lines. A network needs its layers, its loss, its "
           "optimiser, and what is included on the way to them.",
           "Sumbernya dihitung saat laporan dibuat: yang disisakan oleh lexer kompilator dari sebuah berkas "
           "adalah kode, sisanya komentar dan baris kosong. Sebuah jaringan memerlukan lapisnya, loss-nya, "
           "optimizer-nya, dan semua yang di-include untuk sampai ke sana."},
          "./twin report --only lines",
          measure,
          verdict,
          answer,
          pictures,
          figures};
}

}  // namespace twin::reports
