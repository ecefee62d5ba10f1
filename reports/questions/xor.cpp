// Do both twins learn the same on the smallest problem that needs a hidden layer?
#include <fmt/format.h>

#include "reports/questions/learning.hpp"
#include "shared/catalogue.hpp"

namespace twin::reports {
namespace {

Json measure(const Measuring& measuring) {
  constexpr std::int64_t kQuickEpochs = 2000;
  return measure_training(measuring, "xor", DType::float64,
                          measuring.quick ? kQuickEpochs : find_network("xor").epochs);
}

std::string verdict(const Json& json, Language language) {
  const Text text{
      "After {} full-batch steps on XOR in float64 the weights of the twins differ by at most {:.1e} of the "
      "largest weight of their tensor; both classify {:.0f} % and {:.0f} % of the truth table rightly.",
      "Setelah {} langkah pada XOR dalam float64 bobot kedua kembaran berbeda paling banyak {:.1e} dari "
      "bobot "
      "terbesar tensornya; keduanya menjawab benar {:.0f} % dan {:.0f} % tabel kebenaran."};
  return fmt::format(fmt::runtime(text.in(language)), json.at("final").at("steps").get<std::int64_t>(),
                     json.at("final").at("max_rel_weight_gap").get<double>(),
                     100 * last_of(json, "accuracy_manual"), 100 * last_of(json, "accuracy_autograd"));
}

std::string answer(const Json& json, Language language) {
  const Text text{
      "The loss ends at {:.3g} by hand and {:.3g} with autograd. The gap is rounding, not mathematics: the "
      "two libraries "
      "add the same terms in another order. It stays where it is instead of growing, because the network is "
      "small and "
      "smooth. In the training steps themselves the hand took {:.3g} s, autograd {:.3g} s.",
      "Loss berakhir pada {:.3g} (tulisan tangan) dan {:.3g} (autograd). Selisihnya adalah pembulatan, bukan "
      "matematika: "
      "kedua pustaka menjumlahkan suku yang sama dengan urutan berbeda. Selisih itu tidak tumbuh, karena "
      "jaringannya kecil "
      "dan mulus. Langkah pelatihan tulisan tangan memakan {:.3g} detik, autograd {:.3g} detik."};
  return fmt::format(fmt::runtime(text.in(language)), last_of(json, "loss_manual"),
                     last_of(json, "loss_autograd"), json.at("final").at("step_seconds_manual").get<double>(),
                     json.at("final").at("step_seconds_autograd").get<double>());
}

}  // namespace

Question xor_question() {
  return {"xor",
          {"Do both twins learn the same on XOR?", "Apakah kedua kembaran belajar hal yang sama pada XOR?"},
          {"A 2-4-1 sigmoid network, mean squared error, SGD on all four samples at once, the same initial "
           "weights on "
           "both sides, in float64.",
           "Jaringan sigmoid 2-4-1, galat kuadrat rata-rata, SGD pada keempat sampel sekaligus, bobot awal "
           "yang sama di "
           "kedua sisi, dalam float64."},
          "./twin train xor --dtype float64",
          measure,
          verdict,
          answer,
          training_pictures,
          nullptr};
}

}  // namespace twin::reports
