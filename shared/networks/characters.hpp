// The networks of the catalogue that read a text, character by character, and say which one comes next.
#pragma once

#include "shared/specs/network_spec.hpp"

namespace twin {

/// Windows of `length` characters, each one of `characters`.
struct TextShape {
  std::int64_t length, characters;
};

/// An embedding, one recurrent layer, and a dense layer for the next character (Karpathy 2015, "The
/// unreasonable effectiveness of recurrent neural networks"; Hochreiter and Schmidhuber 1997; Cho et al.
/// 2014).
NetworkSpec char_lstm(const TextShape& text);
NetworkSpec char_gru(const TextShape& text);

/// Two blocks of GPT-2 (Radford et al. 2019): learned positions, norms in front of attention and
/// feed-forward, GELU.
NetworkSpec char_transformer(const TextShape& text, std::int64_t steps);

/// Two blocks of Llama (Touvron et al. 2023): rotary positions, RMS norms, two heads of queries to each of
/// keys, SwiGLU, no biases.
NetworkSpec char_llama(const TextShape& text, std::int64_t steps);

}  // namespace twin
