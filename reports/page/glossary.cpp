#include "reports/page/glossary.hpp"

#include <algorithm>

namespace twin::reports {

std::vector<Term> glossary(Language language) {
  struct Entry {
    const char* id;
    Text word, meaning;
  };
  static constexpr Entry kEntries[] = {
      {"batch", translatable("Batch"),
       translatable(
           "A batch is a group of examples that go through the network together. Its size is how many "
           "examples one step sees.")},
      {"blas", translatable("BLAS"),
       translatable(
           "BLAS is the common interface of libraries that multiply matrices fast. Each of them, such "
           "as OpenBLAS, holds code for every type of processor.")},
      {"bound", translatable("Bound"),
       translatable("A bound is the largest difference between two right results that rounding can explain. "
                    "When two gradients differ by more, at least one of them is wrong.")},
      {"dispatch", translatable("Dispatch"),
       translatable(
           "Dispatch is the work of LibTorch before it computes: it looks at the tensors and picks the "
           "right function for them. It takes about as long for small tensors as for large ones.")},
      {"float32", translatable("float32 and float64"),
       translatable(
           "These are numbers of 32 and of 64 bits. A float32 holds about 7 decimal digits, a float64 "
           "about 16.")},
      {"graph", translatable("Graph"),
       translatable(
           "The graph is the record of what the forward pass computed, in its order. Autograd walks it "
           "from the end to the beginning and so finds the gradients.")},
      {"noise", translatable("Noise"),
       translatable("Noise is what makes two measurements of the same work differ, such as other programs on "
                    "the machine. A noisy measurement is marked here and does not enter a headline.")},
      {"step", translatable("Step"),
       translatable(
           "A training step takes one batch forward through the network, takes the gradients back and "
           "changes the weights once. A training consists of many steps.")},
      {"tensor", translatable("Tensor"),
       translatable("A tensor is an array of numbers of any dimension: a vector and a matrix are tensors. "
                    "LibTorch keeps the type, the shape and the place in memory of each of them.")},
      {"ulp", translatable("ULP"),
       translatable(
           "A ULP (unit in the last place) is the distance from a number to the next one that the "
           "computer can store. Just above 1 it is about 1.2e-7 in float32 and 2.2e-16 in float64.")}};
  std::vector<Term> terms;
  for (const auto& [id, word, meaning] : kEntries)
    terms.push_back({id, word.in(language), meaning.in(language)});
  std::sort(terms.begin(), terms.end(), [](const Term& a, const Term& b) { return a.word < b.word; });
  return terms;
}

}  // namespace twin::reports
