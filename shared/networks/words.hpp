// The network of the catalogue that learns vectors for words.
#pragma once

#include "shared/specs/network_spec.hpp"

namespace twin {

/// Skip-gram (Mikolov, Chen, Corrado, Dean 2013, "Efficient estimation of word representations in vector
/// space", 3.2): a word's vector says which words stand beside it. The softmax is the whole one (Mikolov,
/// Sutskever, Chen, Corrado, Dean 2013, "Distributed representations of words and phrases and their
/// compositionality", eq. 2), which a vocabulary of some thousand words allows: no negative samples, no tree.
/// A sample is one index. The rate falls along a line over `steps`, as in the authors' program.
NetworkSpec word2vec(std::int64_t vocabulary, std::int64_t steps);

}  // namespace twin
