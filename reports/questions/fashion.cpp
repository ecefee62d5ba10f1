// Do both twins learn the same on real pictures?
#include <fmt/format.h>

#include "reports/questions/learning.hpp"
#include "shared/catalogue.hpp"

namespace twin::reports {
namespace {

Json measure(const Measuring& measuring) {
  constexpr std::int64_t kQuickEpochs = 2;
  return measure_training(measuring, "fashion-mlp", DType::float32,
                          measuring.quick ? kQuickEpochs : find_network("fashion-mlp").epochs);
}

std::string verdict(const Json& json, Language language) {
  const Text text{
      "On Fashion-MNIST both learn alike: {:.2f} % of the test pictures are classified rightly by the "
      "hand-written network after {} epochs, {:.2f} % by autograd's.",
      "Pada Fashion-MNIST keduanya belajar sama baiknya: {:.2f} % gambar uji dikenali dengan benar oleh "
      "jaringan tulisan tangan setelah {} epoch, {:.2f} % oleh autograd."};
  return fmt::format(fmt::runtime(text.in(language)), 100 * last_of(json, "accuracy_manual"),
                     json.at("epochs").size(), 100 * last_of(json, "accuracy_autograd"));
}

std::string answer(const Json& json, Language language) {
  const double hand = json.at("final").at("step_seconds_manual"),
               framework = json.at("final").at("step_seconds_autograd");
  const Text text{
      "The training loss ends at {:.4f} by hand and {:.4f} with autograd. In float32 rounding moves the "
      "weights apart by "
      "{:.1e} of the largest, and the accuracies by {:.2f} percentage points. The {} training steps took "
      "{:.1f} s by hand "
      "and {:.1f} s with autograd: a ratio of {:.2f}.",
      "Loss pelatihan berakhir pada {:.4f} (tulisan tangan) dan {:.4f} (autograd). Dalam float32 pembulatan "
      "memisahkan "
      "bobot sebesar {:.1e} dari yang terbesar, dan akurasi sebesar {:.2f} poin persen. {} langkah pelatihan "
      "memakan {:.1f} "
      "detik dengan tulisan tangan dan {:.1f} detik dengan autograd: rasio {:.2f}."};
  return fmt::format(fmt::runtime(text.in(language)), last_of(json, "loss_manual"),
                     last_of(json, "loss_autograd"), json.at("final").at("max_rel_weight_gap").get<double>(),
                     100 * std::abs(last_of(json, "accuracy_manual") - last_of(json, "accuracy_autograd")),
                     json.at("final").at("steps").get<std::int64_t>(), hand, framework, framework / hand);
}

}  // namespace

Question fashion_question() {
  return {
      "fashion-mlp",
      {"Do both twins learn the same on real pictures?",
       "Apakah kedua kembaran belajar hal yang sama pada gambar nyata?"},
      {"A 784-256-128-10 sigmoid network on the 60,000 training pictures of Fashion-MNIST, softmax "
       "cross-entropy, SGD "
       "with momentum, the same weights and the same batches on both sides, in float32; accuracy on the "
       "10,000 test "
       "pictures.",
       "Jaringan sigmoid 784-256-128-10 pada 60.000 gambar latih Fashion-MNIST, softmax cross-entropy, SGD "
       "dengan "
       "momentum, bobot dan batch yang sama di kedua sisi, dalam float32; akurasi pada 10.000 gambar uji."},
      "./twin train fashion-mlp",
      measure,
      verdict,
      answer,
      training_pictures,
      nullptr};
}

}  // namespace twin::reports
