// How the page looks: on a telephone, on a large screen, in the dark, on paper.
#pragma once

#include <string_view>

namespace twin::reports {

inline constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --faint: #5f5f5f; --line: #d8d8d8;
        --accent: #0064a0; --move: #a04600; --stay: #0064a0; --good: #1a6e3c; --bad: #a3202a; --soft: #f5f6f7; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #161616; --faint: #a8a8a8; --line: #3a3a3a; --accent: #6cb8ea;
          --move: #f0a35e; --stay: #6cb8ea; --good: #6fce95; --bad: #ff9a9a; --soft: #202224; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 0.6rem 1rem 4rem; font: 1.05rem/1.6 system-ui, sans-serif;
       color: var(--ink); background: var(--paper); overflow-wrap: break-word; }
body > header, #answer { max-width: 76rem; margin: 0 auto; }
section, nav, .term, body > footer { max-width: 46rem; margin: 0 auto; }
fieldset { width: fit-content; margin: 0 0 0 auto; padding: 0; border: 0; font-size: 0.9rem; }
legend { float: left; padding: 0 1rem 0 0; color: var(--faint); }
input + label { margin-left: 0.3rem; }
label + input { margin-left: 1rem; }
h1, h2 { line-height: 1.25; }
h1 { margin: 0.2rem 0 0.3rem; font-size: 1.9rem; }
body > header p { margin: 0 0 0.8rem; color: var(--faint); }
section h2 { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1.5rem; }
h2.part { margin-top: 4rem; font-size: 1.9rem; }
#answer h2 { margin: 0 0 0.3rem; border: 0; padding: 0; font-size: 1.1rem; }
.warning { margin: 0 0 0.8rem; padding: 0.4rem 0.8rem; border-left: 4px solid var(--bad); background: var(--soft); }
.first { display: grid; grid-template-columns: 1fr; gap: 0.8rem 1.2rem; line-height: 1.45; }
.first > * { min-width: 0; margin: 0; }
.when { padding: 0.7rem 0.9rem; border-top: 4px solid; background: var(--soft); }
.when ul { margin: 0; padding-left: 1.1rem; }
.when li { margin: 0.3rem 0; }
.move { border-color: var(--move); }
.stay { border-color: var(--stay); }
.move h2 { color: var(--move); }
.stay h2 { color: var(--stay); }
.numbers { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.5rem; padding: 0; list-style: none; }
.numbers li { display: grid; grid-template-columns: 6.2rem minmax(0, 1fr); gap: 0.7rem; align-items: center;
              font-size: 0.85rem; line-height: 1.35; }
.numbers strong { font-size: 1.5rem; line-height: 1.1; }
.first figure { order: 1; }
.warning::before { content: "⚠ "; }
#answer .first + h2 { margin-top: 1.5rem; }
.claims { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 0.8rem 1.2rem;
          margin: 0.5rem 0 0; padding: 0; list-style: none; font-size: 0.95rem; line-height: 1.45; }
.claims li { padding: 0.6rem 0.9rem; border: 1px solid var(--line); border-radius: 4px; }
.claims p { margin: 0 0 0.3rem; }
.holds { color: var(--good); }
.in-part { color: var(--move); }
.fails { color: var(--bad); }
.claims strong[class] { white-space: nowrap; }
.holds::before { content: "✓ "; }
.in-part::before { content: "≈ "; }
.fails::before { content: "✗ "; }
.verdict { font-weight: bold; }
@media (max-width: 39.99rem) {
  body { line-height: 1.5; }
  h1 { font-size: 1.35rem; }
  body > header p, .warning, .first { font-size: 0.93rem; line-height: 1.35; }
  body > header p { margin-bottom: 0.6rem; }
  .first { gap: 0.6rem; }
  .when { padding: 0.5rem 0.7rem; }
  .when li { margin: 0.15rem 0; }
  #answer h2 { font-size: 1rem; }
  .numbers { gap: 0.35rem; }
  .numbers li { font-size: 0.8rem; line-height: 1.25; }
  .numbers strong { font-size: 1.2rem; }
}
@media (min-width: 40rem) {
  .first { grid-template-columns: 1fr 1fr; }
  .first figure, .numbers { grid-column: 1 / -1; }
  .numbers { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1.2rem; }
  .numbers li { display: block; }
  .numbers strong { display: block; font-size: 2rem; }
}
@media (min-width: 64rem) {
  .first { grid-template-columns: 1fr 1fr 1.45fr; grid-template-rows: auto 1fr; }
  .first figure { order: 0; grid-column: 3; grid-row: 1 / 3; }
  .first figure img { max-width: none; }
  .numbers { grid-column: 1 / 3; }
}
nav { margin-top: 2.5rem; }
nav h2 { font-size: 1.1rem; margin: 0; }
nav ol { list-style: none; margin: 0.5rem 0; padding: 0; columns: 20rem; }
nav li { break-inside: avoid; padding: 0.2rem 0; }
a { color: var(--accent); }
code { font: 0.9em ui-monospace, monospace; overflow-wrap: anywhere; }
pre, .wide { overflow-x: auto; }
/* A shadow says that a table goes on. */
.wide { width: fit-content; max-width: 100%; margin: 1rem 0;
        background: linear-gradient(to left, var(--paper) 1.5rem, transparent) right / 3rem 100% no-repeat local,
                    linear-gradient(to left, var(--line), transparent) right / 1rem 100% no-repeat scroll; }
@media screen and (min-width: 50rem) { .wide { max-width: calc(50vw + 21rem); } }  /* the margin at the right too */
.columns .wide { max-width: 100%; }
pre { padding: 0.6rem 0.8rem; border: 1px solid var(--line); border-radius: 4px; }
pre code { overflow-wrap: normal; }
figure { margin: 1.5rem 0; }
img { display: block; width: 100%; max-width: 36rem; height: auto; margin: 0 auto; }
figcaption { max-width: 36rem; margin: 0.3rem auto 0; color: var(--faint); font-size: 0.85rem; line-height: 1.4; }
table { border-collapse: collapse; font-size: 0.85rem; }
th, td { padding: 0.25rem 0.7rem; border-bottom: 1px solid var(--line); }
th:not([align]) { text-align: left; }
td { white-space: nowrap; }
/* What a row is about stays while its figures scroll. */
.wide th:first-child, .wide td:first-child { position: sticky; left: 0; background: var(--paper); }
@media (max-width: 39.99rem) {
  th, td { padding: 0.25rem 0.45rem; }
  td:not([align=right]) { white-space: normal; }
  .wide th:first-child, .wide td:first-child { max-width: 40vw; }
}
.columns { display: grid; grid-template-columns: 1fr; gap: 0 1.5rem; }
.columns > div { min-width: 0; }
@media (min-width: 50rem) { .columns { grid-template-columns: 1fr 1fr; } }
/* Code is wider than text. */
@media screen and (min-width: 64rem) {
  section .columns { width: min(76rem, 100vw - 3rem); margin-left: calc(50% - min(38rem, 50vw - 1.5rem)); }
}
details { margin: 1rem 0; }
summary { cursor: pointer; color: var(--accent); }
blockquote { margin: 0; padding-left: 1rem; border-left: 3px solid var(--line); color: var(--faint); }
body > footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--faint); font-size: 0.9rem; }
@media print {
  body { font-size: 10pt; }
  fieldset, nav { display: none; }
  h2 { break-after: avoid; }
  figure, tr, .claims li { break-inside: avoid; }
  img { max-width: 14cm; }
  td { white-space: normal; }
  table { font-size: 8pt; }
  .wide { max-width: none; background: none; }
  pre { white-space: pre-wrap; }
  details::details-content { content-visibility: visible; }
}
)";

}  // namespace twin::reports
