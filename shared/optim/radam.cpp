#include "shared/optim/radam.hpp"

#include "shared/specs/example.hpp"

namespace twin {

// The three steps that are judged come before the rectified ones, which begin with the sixth at the earliest:
// tests/optim/radam_test.cpp goes on.
std::vector<Example> RadamSpec::examples() {
  return {training_example("plain", RadamSpec{.lr = 0.01}),
          large_training_example("several_hundred_parameters", RadamSpec{.lr = 0.01}),
          training_example("large_eps", RadamSpec{.lr = 0.01, .eps = 0.1}),
          training_example("short_memory", RadamSpec{.lr = 0.1, .beta1 = 0.5, .beta2 = 0.5}),
          training_example("weight_decay", RadamSpec{.lr = 0.01, .weight_decay = 0.5})};
}

}  // namespace twin
