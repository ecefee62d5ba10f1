// At which width and batch does LibTorch overtake hand-written code on this processor? And hand-written code
// without BLAS? And NumPy, and PyTorch in Python?
#include "reports/questions/speed.hpp"

#include <fmt/format.h>

namespace twin::reports {
namespace speed {

Json measure(const Measuring& measuring) {
  std::vector<std::string> words;
  if (measuring.quick) words.push_back("--quick");
  words.push_back("--device=cpu");
  if (!measuring.libtorch.empty()) words.push_back("--libtorch=" + measuring.libtorch.string());
  return run_benching_apart(words, bench_threads());
}

std::vector<Figure> figures(const Json& json) {
  std::vector<Figure> all;
  for (const Timing& timing : timings(json)) {
    if (timing.side != "manual" && timing.side != "autograd") continue;
    const std::string where =
        fmt::format("{}, {}, batch {}, {}, {}", timing.side, timing.subject, timing.batch, timing.dtype,
                    threads_in_words(timing.threads, Language::english));
    all.push_back({where, timing.us.median, "µs", Figure::Better::lower});
  }
  return all;
}

}  // namespace speed

Question speed_question() {
  using namespace speed;
  return {
      "speed",
      translatable("At which width and batch does LibTorch overtake hand-written code on this processor?"),
      translatable(
          "The networks have three dense layers of the same width, a sigmoid after each; those of "
          "the catalogue are measured too. There is one process for each number of threads. Its "
          "thread pools are limited before it starts. In it all sides take turns, in an order drawn "
          "anew each round, on the same weights and data. NumPy, PyTorch in Python and a second "
          "LibTorch run in processes of their own; each waits until it is its turn. A ratio is the "
          "median over the rounds, with its 95 % interval. A point is noisy when this interval is wider "
          "than a tenth of the ratio."),
      "./twin bench",
      measure,
      verdict,
      answer,
      pictures,
      figures,
      first_words};
}

}  // namespace twin::reports
