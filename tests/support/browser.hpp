// A page as a browser shows it: Debian's chromium without a window, told what to look at by a page around it.
#pragma once

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "shared/errors.hpp"
#include "shared/formats/files.hpp"
#include "shared/machine/process.hpp"

namespace twin {

inline bool has_browser() {
  try {
    return run_program({"chromium", "--version"}).code == 0;
  } catch (const MachineError&) {
    return false;
  }
}

/// Shows the page `html` at every width in every language that it can be switched to, and returns
/// {"problems": ["390 px, en: …"], "languages": ["en", "id"], "pictures": 12, "ends":
/// {"390": 800}}: where the answer and its numbers end, on a wide page its picture too; and what is cut or
/// wider than the page, pictures that do not show, links into the page that lead nowhere, a switch that does
/// not switch, an error in the console. Precondition: has_browser().
inline nlohmann::json browse(const std::string& html, const std::vector<int>& widths) {
  // The page is a frame in another page that may look into it, so it stays as it is and its width is exact.
  static constexpr const char* kAround = R"HTML(<!DOCTYPE html><meta charset="utf-8">
<pre id="result">unfinished</pre><iframe id="frame" style="border:0;height:900px"></iframe>
<script>
const html = PAGE, widths = WIDTHS, problems = [];
const frame = document.getElementById('frame');
const shown = element => element.getClientRects().length > 0;
const languages = new Set();
const ends = {};
let pictures = 0;

function scrolls(element, root) {
  for (let e = element; e && e !== root; e = e.parentElement)
    if (/auto|scroll/.test(frame.contentWindow.getComputedStyle(e).overflowX)) return e;
  return null;
}

async function look(page, where) {
  const root = page.documentElement, width = frame.clientWidth;
  const problem = text => problems.push(where + ': ' + text);
  if (root.scrollWidth > width) problem('the page is ' + root.scrollWidth + ' px wide');
  for (const element of page.body.querySelectorAll('*')) {
    if (!shown(element)) continue;
    const box = element.getBoundingClientRect(), scroller = scrolls(element, page.body);
    const name = element.tagName + ' ' + (element.id || element.textContent.trim().slice(0, 40));
    if (scroller !== null && scroller !== element) continue;
    if (box.left < -0.5 || box.right > width + 0.5) problem(name + ' ends at ' + Math.round(box.right) + ' px');
    const hides = /hidden|clip/.test(frame.contentWindow.getComputedStyle(element).overflowX);
    if (hides && element.scrollWidth > element.clientWidth + 1) problem(name + ' is cut');
  }
  const narrow = width < 640;
  for (const part of page.querySelectorAll(narrow ? '.first > :not(figure)' : '.first > *'))
    if (shown(part)) ends[width] = Math.max(ends[width] ?? 0, Math.round(part.getBoundingClientRect().bottom));
  // On a telephone the first figures of a table are on the screen, and its first column stays.
  for (const table of page.querySelectorAll('.wide')) {
    if (!shown(table) || table.scrollWidth <= table.clientWidth) continue;
    const cells = [...table.querySelectorAll('tr')].find(row => row.querySelector('td'))?.children ?? [];
    const figures = [...cells].find(cell => cell.getAttribute('align') === 'right');
    const edge = table.getBoundingClientRect().right;
    if (figures && figures.getBoundingClientRect().right > edge + 0.5)
      problem('the first figures of a table are out of sight: ' + figures.textContent);
    table.scrollLeft = table.scrollWidth;
    if (cells.length && cells[0].getBoundingClientRect().left < table.getBoundingClientRect().left - 0.5)
      problem('the first column of a table does not stay: ' + cells[0].textContent);
    table.scrollLeft = 0;
    if (!table.getAttribute('aria-label')) problem('a table that scrolls has no name');
  }
  for (const image of page.images) {
    if (!shown(image)) continue;
    ++pictures;
    await image.decode().catch(() => problem('picture does not decode: ' + image.alt));
    const box = image.getBoundingClientRect();
    if (image.naturalWidth === 0 || box.width < 200 || box.height < 100) problem('picture does not show: ' + image.alt);
    if (!image.alt) problem('a picture has no alternative text');
  }
  for (const link of page.querySelectorAll('a[href^="#"]')) {
    const target = page.getElementById(decodeURIComponent(link.getAttribute('href').slice(1)));
    if (shown(link) && !(target && shown(target))) problem('link leads nowhere: ' + link.getAttribute('href'));
  }
}

frame.onload = async () => {
  try {
    const page = frame.contentDocument;
    for (const width of widths) {
      frame.style.width = width + 'px';
      const buttons = [...page.querySelectorAll('input[name=language]')];
      for (const button of buttons.length ? buttons : [null]) {
        if (button) page.querySelector('label[for=' + button.id + ']').click();
        const parts = [...page.querySelectorAll('body [lang]:not(label)')].filter(shown);
        const spoken = new Set(parts.map(part => part.lang));
        if (spoken.size !== 1) problems.push(width + ' px: ' + spoken.size + ' languages show at once');
        if (button && !button.checked) problems.push(width + ' px: the switch ' + button.id + ' does not switch');
        for (const language of spoken) {
          languages.add(language);
          await look(page, width + ' px, ' + language);
        }
      }
    }
  } catch (error) {
    problems.push('' + error);
  }
  document.getElementById('result').textContent =
      JSON.stringify({problems, languages: [...languages].sort(), pictures, ends}).replace(/[<>&]/g, '?');
};
frame.srcdoc = html;
</script>
)HTML";
  std::string around = kAround;
  const auto fill = [&](const char* name, std::string value) {
    for (std::size_t at = 0; (at = value.find("</", at)) != std::string::npos;) value.replace(at, 2, "<\\/");
    around.replace(around.find(name), std::string_view(name).size(), value);
  };
  fill("WIDTHS", nlohmann::json(widths).dump());
  fill("PAGE", nlohmann::json(html).dump());

  const TemporaryFolder folder;
  const Finished said =
      run_program({"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                   "--disable-dev-shm-usage", "--enable-logging=stderr", "--virtual-time-budget=60000",
                   "--window-size=1600,1000", "--user-data-dir=" + (folder / "profile").string(),
                   "--dump-dom", "file://" + write_file(folder / "around.html", around).string()});
  const std::string begin = "<pre id=\"result\">";
  const std::size_t at = said.out.find(begin);
  nlohmann::json result = nlohmann::json::object();
  if (at != std::string::npos) {
    const std::size_t from = at + begin.size();
    result =
        nlohmann::json::parse(said.out.substr(from, said.out.find("</pre>", from) - from), nullptr, false);
  }
  if (!result.is_object() || !result.contains("problems"))
    return {{"problems", {"the browser did not finish: " + said.out.substr(0, 300) + said.err}}};
  if (said.err.find("CONSOLE") != std::string::npos)
    result["problems"].push_back("console: " + said.err.substr(said.err.find("CONSOLE"), 300));
  return result;
}

}  // namespace twin

/// Where there is no browser the test is left out, and says so.
#define SKIP_WITHOUT_BROWSER() \
  if (!::twin::has_browser()) GTEST_SKIP() << "there is no chromium; apt-get install chromium"
