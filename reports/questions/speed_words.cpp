#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "reports/page/markup.hpp"
#include "reports/questions/speed.hpp"
#include "shared/terminal/table.hpp"

namespace twin::reports::speed {
namespace {

// A factor that nobody would change a program for.
constexpr double kLittle = 1.25;

std::string left_out_sentence(std::size_t noisy, Language language) {
  return noisy == 0   ? std::string()
         : noisy == 1 ? " " + say(language, "1 noisy point is left out.")
                      : " " + say(language, "{} noisy points are left out.", noisy);
}

std::string standing_sentence(const Json& json, std::string_view side, Language language) {
  const Points points = points_of(json, side);
  const Standing where = standing(points.sound);
  if (where.all() == 0) return {};
  const Timing &low = least(points.sound), &high = most(points.sound);
  return say(language,
             "**{}** takes longer than code by hand at {} of {} points, less time at {}, and at {} the "
             "difference is too small to tell. Its step takes {:.3Lg} times as long ({}) to {:.3Lg} times "
             "as long ({}).",
             name_of(json, side, language), where.slower.size(), where.all(), where.faster.size(),
             where.undecided.size(), low.ratio, point(low, language), high.ratio, point(high, language)) +
         left_out_sentence(points.noisy, language);
}

// "1.34 (1.31…1.37)"; what it is worth, where it is worth little.
std::string ratio_cell(const Timing& timing, Language language) {
  return fmt::format("{} ({}…{}){}", rounded(timing.ratio, language), rounded(timing.ratio_low, language),
                     rounded(timing.ratio_high, language),
                     !timing.valid()  ? " " + say(language, "invalid")
                     : timing.noisy() ? " " + say(language, "noisy")
                                      : "");
}

std::string ratio_table(const Json& json, std::string_view side, std::string_view dtype, int threads,
                        Language language) {
  std::map<std::int64_t, std::map<std::int64_t, Timing>> rows;  // by width, by batch
  std::set<std::int64_t> batches;
  for (const Timing& timing : timings(json))
    if (timing.side == side && timing.device == "cpu" && timing.dtype == dtype && timing.threads == threads &&
        width_of(timing.subject) > 0) {
      rows[width_of(timing.subject)][timing.batch] = timing;
      batches.insert(timing.batch);
    }
  if (rows.empty()) return {};
  std::vector<std::string> head{">" + say(language, "width")};
  for (const std::int64_t batch : batches) head.push_back(fmt::format(">batch {}", batch));
  Table table(head);
  for (const auto& [width, by_batch] : rows) {
    std::vector<Cell> cells{std::to_string(width)};
    for (const std::int64_t batch : batches) {
      const auto found = by_batch.find(batch);
      cells.push_back(found == by_batch.end() ? std::string() : ratio_cell(found->second, language));
    }
    table.add(std::move(cells));
  }
  return details(say(language, "{}: time over that by hand at every width and batch, {}, {}",
                     name_of(json, side, language), dtype, threads_in_words(threads, language)),
                 say(language, "The 95 % interval stands in brackets.") + "\n\n" + table.markdown());
}

std::string named_table(const Json& json, Language language) {
  Table table({say(language, "network"), say(language, "side"), ">batch", "dtype",
               ">" + say(language, "threads"), ">" + say(language, "µs per step"),
               ">" + say(language, "time over that by hand"), ">" + say(language, "busy threads")});
  for (const Timing& timing : timings(json))
    if (width_of(timing.subject) == 0 && timing.device == "cpu")
      table.add({timing.subject, name_of(json, timing.side, language), std::to_string(timing.batch),
                 timing.dtype, std::to_string(timing.threads), rounded(timing.us.median, language, 4),
                 ratio_cell(timing, language), rounded(timing.busy, language)});
  return table.empty()
             ? std::string()
             : details(say(language, "Every side at the networks of the catalogue"), table.markdown());
}

// Every point at which a framework is ahead, and every one at which it may be.
std::string behind_lists(const Json& json, Language language) {
  std::vector<std::string> ahead, level;
  for (const std::string& side : frameworks(json)) {
    const Standing where = standing(points_of(json, side).sound);
    const auto list = [&](const std::vector<Timing>& points, std::vector<std::string>& to) {
      for (const Timing& timing : points)
        to.push_back(fmt::format("- {}, {}: {}\n", name_of(json, side, language), point(timing, language),
                                 ratio_cell(timing, language)));
    };
    list(where.faster, ahead);
    list(where.undecided, level);
  }
  const auto folded = [&](const std::vector<std::string>& items, const std::string& summary) {
    std::string text;
    for (const std::string& item : items) text += item;
    return items.empty() ? std::string() : details(summary, text);
  };
  std::string text;
  if (ahead.empty()) text = say(language, "No framework is faster than code by hand at any point.") + "\n\n";
  text += folded(ahead,
                 say(language, "Points at which a framework is faster than code by hand: {}", ahead.size()));
  text +=
      folded(level, say(language, "Points at which the difference is too small to tell: {}", level.size()));
  return text;
}

std::string guests_text(const Json& json, Language language) {
  std::set<std::string> gaps;
  for (const Json& guest : json.value("guests", Json::array()))
    if (const std::string why = guest_reason(guest, language); !why.empty())
      gaps.insert(say(language, "Left out: {} ({}).",
                      name_of(json, guest.at("side").get<std::string>(), language), why));
  std::string text;
  for (const std::string& gap : gaps) text += "- " + gap + "\n";
  return text.empty() ? text : text + "\n";
}

std::string peak_sentence(const Json& json, Language language) {
  const Peak peak = peak_of(json);
  double share = 0;
  std::int64_t width = 0;
  for (const Timing& timing : points_of(json, "manual").sound)
    if (peak.measured && timing.batch == 256 && width_of(timing.subject) >= 512 && timing.dtype == kDType &&
        timing.threads == 1 && (width == 0 || timing.gflops / peak.gflops < share)) {
      share = timing.gflops / peak.gflops;
      width = width_of(timing.subject);
    }
  if (width == 0) return {};
  return say(language,
             "From width 512 on, at batch 256 in float32 with 1 thread, a step by hand reaches at least "
             "{:.0f} % of what one core of this processor can compute ({:.3Lg} GFLOP/s, measured); that "
             "least "
             "share is at width {}.",
             100 * share, peak.gflops, width) +
         "\n\n";
}

// Where a quarter of the points is lost, something else was at work on the machine.
std::string noise_warning(const Json& json, Language language) {
  std::size_t noisy = 0, all = 0;
  for (const std::string& side : frameworks(json)) {
    const Points points = points_of(json, side);
    noisy += points.noisy;
    all += points.noisy + points.sound.size();
  }
  if (4 * noisy <= all) return {};
  return say(language,
             "This was a noisy run: {} of {} comparisons are noisy, and left out. Run it again while nothing "
             "else runs on "
             "the machine.",
             noisy, all);
}

// The claim, from every sound point of every framework.
std::optional<FirstWords::Claim> inefficient(const Json& json, Language language) {
  std::size_t slower = 0, undecided = 0, faster = 0, noisy = 0;
  std::string names;
  for (const std::string& side : frameworks(json)) {
    const Points points = points_of(json, side);
    const Standing where = standing(points.sound);
    if (where.all() > 0) names += (names.empty() ? "" : ", ") + name_of(json, side, language);
    slower += where.slower.size();
    undecided += where.undecided.size();
    faster += where.faster.size();
    noisy += points.noisy;
  }
  const std::size_t all = slower + undecided + faster;
  if (all == 0) return {};
  using Verdict = FirstWords::Claim::Verdict;
  return FirstWords::Claim{
      say(language, "Code written by hand in C++ is inefficient."),
      faster == 0        ? Verdict::does_not_hold
      : 2 * faster > all ? Verdict::holds
                         : Verdict::holds_in_part,
      say(language,
          "Code by hand in C++ is faster in {} of {} comparisons of width, batch, precision and threads, "
          "slower in {}, and too close to tell in {}. It was compared with: {}.",
          slower, all, faster, undecided, names) +
          left_out_sentence(noisy, language)};
}

// The framework's newest version in C++, with at least a point on the curve.
std::vector<std::string> libtorches(const Json& json) {
  std::vector<std::string> sides;
  for (const char* side : {"autograd-2", "autograd"})
    if (!curve_of(points_of(json, side).sound).empty()) sides.push_back(side);
  return sides;
}

std::string stay_sentence(const Json& json, const std::string& side, const std::vector<Timing>& curve,
                          Language language) {
  const auto end = std::find_if(curve.begin(), curve.end(),
                                [](const Timing& timing) { return timing.ratio_low < kLittle; });
  if (end == curve.begin()) return {};
  const Timing &first = curve.front(), &last = *(end - 1);
  if (&first == &last)
    return say(language,
               "**The layers are narrow.** At width {}, a step of {} takes {:.3Lg} times as long as "
               "by hand (three layers, batch {}, {}, 1 thread).",
               width_of(first.subject), name_of(json, side, language), first.ratio, kBatch, kDType);
  return say(language,
             "**The layers are narrow**, up to width {}. A step of {} takes {:.3Lg} times as long as "
             "by hand at width {}, and {:.3Lg} times at width {} (three layers, batch {}, {}, 1 thread).",
             width_of(last.subject), name_of(json, side, language), first.ratio, width_of(first.subject),
             last.ratio, width_of(last.subject), kBatch, kDType);
}

std::string move_sentence(const Json& json, const std::string& side, const std::vector<Timing>& curve,
                          Language language) {
  // From where on every wider network is as `good` says.
  const auto from = [&](const auto& good) {
    const auto bad = std::find_if_not(curve.rbegin(), curve.rend(), good);
    return std::vector<Timing>(bad.base(), curve.end());
  };
  const std::string name = name_of(json, side, language);
  const std::vector<Timing> level = from([](const Timing& timing) { return timing.ratio_low < 1; });
  if (!level.empty())
    return say(language,
               "**The layers are wide**, from width {} on. There {} is level or ahead: its step takes "
               "{:.2Lf} to {:.2Lf} times as long as by hand (three layers, batch {}, {}, 1 thread).",
               width_of(level.front().subject), name, least(level).ratio, most(level).ratio, kBatch, kDType);
  const std::vector<Timing> little = from([](const Timing& timing) { return timing.ratio_high < kLittle; });
  if (!little.empty())
    return say(language,
               "**The layers are wide.** From width {} on, speed is no reason to stay: there a step "
               "of {} takes at most {:.2Lf} times as long as by hand (three layers, batch {}, {}, 1 thread).",
               width_of(little.front().subject), name, most(little).ratio, kBatch, kDType);
  return {};
}

}  // namespace

std::string verdict(const Json& json, Language language) {
  const Points points = points_of(json, "autograd");
  const Standing where = standing(points.sound);
  if (where.all() == 0) return {};
  const Timing &low = least(points.sound), &high = most(points.sound);
  return say(language,
             "On this processor {} is faster than code by hand at {} of {} points of width, batch, precision "
             "and threads, and slower at {}: its step takes {:.3Lg} times as long at {}, and {:.3Lg} times "
             "at {}.",
             name_of(json, "autograd", language), where.faster.size(), where.all(), where.slower.size(),
             high.ratio, point(high, language), low.ratio, point(low, language)) +
         left_out_sentence(points.noisy, language);
}

std::string answer(const Json& json, Language language) {
  std::string text;
  for (const char* side :
       {"autograd", "autograd-2", "pytorch", "pytorch-2", "numpy", "tuned", "control", "eigen"})
    if (const std::string sentence = standing_sentence(json, side, language); !sentence.empty())
      text += sentence + "\n\n";
  if (text.empty()) return say(language, "No point is free of noise.") + "\n\n" + guests_text(json, language);
  text += peak_sentence(json, language) + behind_lists(json, language) + guests_text(json, language) +
          named_table(json, language);
  std::set<std::pair<std::string, int>> settings;
  for (const Timing& timing : timings(json))
    if (timing.side == "autograd" && timing.device == "cpu") settings.emplace(timing.dtype, timing.threads);
  for (const auto& [dtype, threads] : settings)
    for (const char* side : {"autograd", "autograd-2", "pytorch", "pytorch-2", "numpy", "products"})
      text += ratio_table(json, side, dtype, threads, language);
  return text;
}

FirstWords first_words(const Json& json, Language language) {
  FirstWords words;
  // Of the newest alone: two sentences that differ in a number are one too many.
  if (const std::vector<std::string> sides = libtorches(json); !sides.empty()) {
    const std::string& side = sides.front();
    const std::vector<Timing> curve = curve_of(points_of(json, side).sound);
    if (std::string sentence = stay_sentence(json, side, curve, language); !sentence.empty())
      words.stay_when.push_back(std::move(sentence));
    if (std::string sentence = move_sentence(json, side, curve, language); !sentence.empty())
      words.move_when.push_back(std::move(sentence));
  }
  if (std::string warning = noise_warning(json, language); !warning.empty())
    words.warnings.push_back(std::move(warning));
  if (auto claim = inefficient(json, language)) words.claims.push_back(*std::move(claim));
  if (!libtorches(json).empty()) words.picture = ratio_picture(json, language);
  return words;
}

}  // namespace twin::reports::speed
