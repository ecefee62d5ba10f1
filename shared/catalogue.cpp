#include "shared/catalogue.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "shared/data/text.hpp"
#include "shared/data/words.hpp"
#include "shared/errors.hpp"
#include "shared/networks/characters.hpp"
#include "shared/networks/mlp.hpp"
#include "shared/networks/pictures.hpp"
#include "shared/networks/words.hpp"

namespace twin {
namespace {

// How long a network trains: its rate falls over its epochs, since at one rate the last ones go up and down
// by as much as they gain.
constexpr TrainingLength kLenet{5, 64, 60000}, kResnet{6, 64, 60000}, kTransformerEncoder{6, 64, 60000},
    kAutoencoder{10, 100, 60000}, kConvAutoencoder{5, 100, 60000}, kVae{10, 100, 60000};

// Windows of the training text of Debian's jargon-text.
constexpr TrainingLength kJargon{5, 32, 23650};
constexpr TextShape kJargonText{kTextWindow, kByteValues};
// Pairs of words of the same text.
constexpr TrainingLength kJargonWords{3, 256, 442514};

}  // namespace

const std::vector<CatalogueEntry>& catalogue() {
  static const std::vector<CatalogueEntry> entries{
      {"perceptron", "one sigmoid neuron",
       mlp({2, 1}, MseLossSpec{}, SgdSpec{.lr = 1.0}, UniformInitialiser{.bound = 1.0}), "or", 1000, 0, 1},
      {"xor", "the smallest network that needs its hidden layer",
       mlp({2, 4, 1}, MseLossSpec{}, SgdSpec{.lr = 2.0}, UniformInitialiser{.bound = 1.0}), "xor", 10000, 0,
       1},
      {"fashion-mlp", "sigmoid MLP on 28×28 pictures of clothes",
       mlp({784, 256, 128, 10}, CrossEntropyLossSpec{}, SgdSpec{.lr = 0.05, .momentum = 0.9},
           XavierUniformInitialiser{}),
       "fashion-mnist", 10, 100, 1},
      {"lenet", "two convolutions and three dense layers on the same pictures", lenet(kLenet),
       "fashion-mnist", kLenet.epochs, kLenet.batch_size, 1},
      {"resnet", "residual blocks with batch norms on the same pictures", resnet(kResnet), "fashion-mnist",
       kResnet.epochs, kResnet.batch_size, 1},
      {"transformer-encoder", "attention among the rows of the same pictures",
       transformer_encoder(kTransformerEncoder), "fashion-mnist", kTransformerEncoder.epochs,
       kTransformerEncoder.batch_size, 1},
      {"autoencoder", "the same pictures through a code of 32 numbers, and back", autoencoder(kAutoencoder),
       "fashion-pixels", kAutoencoder.epochs, kAutoencoder.batch_size, 1},
      {"conv-autoencoder", "the same by convolutions and transposed ones", conv_autoencoder(kConvAutoencoder),
       "fashion-pixels", kConvAutoencoder.epochs, kConvAutoencoder.batch_size, 1},
      {"vae", "the same through a code that is drawn at random: a variational autoencoder", vae(kVae),
       "fashion-pixels", kVae.epochs, kVae.batch_size, 1},
      {"char-lstm", "the next character of a book, by an LSTM", char_lstm(kJargonText), "jargon",
       kJargon.epochs, kJargon.batch_size, 1},
      {"char-gru", "the same by gated recurrent units", char_gru(kJargonText), "jargon", kJargon.epochs,
       kJargon.batch_size, 1},
      {"char-transformer", "the same by two blocks of GPT-2", char_transformer(kJargonText, kJargon.steps()),
       "jargon", kJargon.epochs, kJargon.batch_size, 1},
      {"char-llama", "the same by two blocks of Llama", char_llama(kJargonText, kJargon.steps()), "jargon",
       kJargon.epochs, kJargon.batch_size, 1},
      {"word2vec", "vectors of words, learnt from the words beside them",
       word2vec(kVocabulary, kJargonWords.steps()), "jargon-words", kJargonWords.epochs,
       kJargonWords.batch_size, 1},
  };
  return entries;
}

bool is_large(const NetworkSpec& spec) { return training_step_flops(spec, 1) > 1e7; }

const CatalogueEntry& find_network(std::string_view name) {
  const std::vector<CatalogueEntry>& all = catalogue();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& entry) { return entry.name == name; });
  if (found != all.end()) return *found;
  std::vector<std::string> names;
  for (const CatalogueEntry& entry : all) names.push_back(entry.name);
  throw UsageError(fmt::format("unknown network {}", name), {},
                   fmt::format("choose from {}", fmt::join(names, ", ")));
}

}  // namespace twin
