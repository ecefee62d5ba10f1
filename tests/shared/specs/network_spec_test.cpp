#include "shared/specs/network_spec.hpp"

#include <limits>

#include "shared/errors.hpp"
#include "shared/networks/mlp.hpp"
#include "tests/support/expect_message.hpp"

namespace twin {
namespace {

using testing::ElementsAre;

NetworkSpec mlp_of(const std::vector<std::int64_t>& widths, LossSpec loss = MseLossSpec{}) {
  return mlp(widths, loss, SgdSpec{}, UniformInitialiser{});
}

// "hidden 2→3", "hidden_sigmoid"
std::vector<std::string> layers_of(const NetworkSpec& spec) {
  std::vector<std::string> layers;
  for (const LayerSpec& layer : spec.layers) {
    layers.push_back(layer.name);
    if (const auto* dense = std::get_if<DenseSpec>(&layer.kind))
      layers.back() += " " + std::to_string(dense->in_features) + "→" + std::to_string(dense->out_features);
  }
  return layers;
}

std::vector<std::string> parameter_shapes(const NetworkSpec& spec) {
  std::vector<std::string> parameters;
  for (const ParameterSpec& p : parameters_of(spec))
    parameters.push_back(p.name + " " + to_string(p.shape) + (p.role == ParameterRole::bias ? " bias" : ""));
  return parameters;
}

NetworkSpec with_sgd(double lr, double momentum) {
  NetworkSpec spec = mlp_of({2, 1});
  std::get<SgdSpec>(spec.optimizer) = {lr, momentum};
  return spec;
}

TEST(Mlp, WithoutHiddenLayerIsOneDenseLayer) {
  EXPECT_THAT(layers_of(mlp_of({2, 1})), ElementsAre("output 2→1", "output_sigmoid"));
}

TEST(Mlp, NamesASingleHiddenLayerWithoutANumber) {
  EXPECT_THAT(layers_of(mlp_of({2, 3, 1})),
              ElementsAre("hidden 2→3", "hidden_sigmoid", "output 3→1", "output_sigmoid"));
}

TEST(Mlp, NumbersTwoAndThreeHiddenLayersFromOne) {
  EXPECT_THAT(layers_of(mlp_of({2, 3, 5, 1})),
              ElementsAre("hidden1 2→3", "hidden1_sigmoid", "hidden2 3→5", "hidden2_sigmoid", "output 5→1",
                          "output_sigmoid"));
  EXPECT_THAT(layers_of(mlp_of({2, 3, 5, 7, 1})),
              ElementsAre("hidden1 2→3", "hidden1_sigmoid", "hidden2 3→5", "hidden2_sigmoid", "hidden3 5→7",
                          "hidden3_sigmoid", "output 7→1", "output_sigmoid"));
}

TEST(Mlp, EndsInLogitsForCrossEntropyAlone) {
  EXPECT_THAT(layers_of(mlp_of({2, 3, 5}, CrossEntropyLossSpec{})),
              ElementsAre("hidden 2→3", "hidden_sigmoid", "output 3→5"));
  EXPECT_EQ(layers_of(mlp_of({2, 3, 5}, InnerProductLossSpec{})).back(), "output_sigmoid");
}

TEST(Mlp, KeepsLossOptimizerAndInitialiser) {
  const NetworkSpec spec =
      mlp({2, 1}, CrossEntropyLossSpec{}, SgdSpec{.lr = 0.5, .momentum = 0.9}, UniformInitialiser{0.25});
  EXPECT_TRUE(std::holds_alternative<CrossEntropyLossSpec>(spec.loss));
  EXPECT_EQ(std::get<SgdSpec>(spec.optimizer).lr, 0.5);
  EXPECT_EQ(std::get<SgdSpec>(spec.optimizer).momentum, 0.9);
  EXPECT_EQ(std::get<UniformInitialiser>(spec.initialiser).bound, 0.25);
}

TEST(Mlp, RefusesFewerThanTwoWidths) {
  EXPECT_THROW_MESSAGE(mlp_of({}), ShapeError, "an MLP of 0 widths", "give two or more");
  EXPECT_THROW_MESSAGE(mlp_of({3}), ShapeError, "an MLP of 1 widths");
}

TEST(Mlp, RefusesWidthsThatAreNotPositive) {
  EXPECT_THROW_MESSAGE(mlp_of({0, 1}), ShapeError, "output: in_features is 0");
  EXPECT_THROW_MESSAGE(mlp_of({2, -3, 1}), ShapeError, "hidden: out_features is -3");
}

TEST(Validate, RefusesNeighboursThatDoNotFit) {
  NetworkSpec spec = mlp_of({2, 3, 5, 1});
  std::get<DenseSpec>(spec.layers[2].kind).in_features = 4;
  EXPECT_THROW_MESSAGE(validate(spec), ShapeError, "hidden2: expected 4 features, got 1×3");
}

TEST(Validate, RefusesTwoLayersOfOneName) {
  NetworkSpec spec = mlp_of({2, 3, 1});
  spec.layers[3].name = "hidden_sigmoid";
  EXPECT_THROW_MESSAGE(validate(spec), ShapeError, "two layers are named hidden_sigmoid");
}

TEST(Validate, RefusesALearningRateThatIsNotAboveZero) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_NO_THROW(validate(with_sgd(1e-300, 0)));
  EXPECT_THROW_MESSAGE(validate(with_sgd(0, 0)), UsageError, "lr is 0", "finite number above 0");
  EXPECT_THROW_MESSAGE(validate(with_sgd(-0.1, 0)), UsageError, "lr is -0.1");
  EXPECT_THROW_MESSAGE(validate(with_sgd(kNan, 0)), UsageError, "lr is nan");
  EXPECT_THROW_MESSAGE(validate(with_sgd(kInfinity, 0)), UsageError, "lr is inf");
}

TEST(Validate, RefusesANegativeMomentum) {
  EXPECT_NO_THROW(validate(with_sgd(0.1, 0)));
  EXPECT_NO_THROW(validate(with_sgd(0.1, 0.9)));
  EXPECT_THROW_MESSAGE(validate(with_sgd(0.1, -0.5)), UsageError, "momentum is -0.5",
                       "finite number of at least 0");
  EXPECT_THROW_MESSAGE(validate(with_sgd(0.1, std::numeric_limits<double>::quiet_NaN())), UsageError,
                       "momentum is nan");
}

TEST(NetworkSpec, ListsWeightBeforeBiasAsTorchDoes) {
  EXPECT_THAT(parameter_shapes(mlp_of({2, 3, 1})), ElementsAre("hidden.weight 3×2", "hidden.bias 3 bias",
                                                               "output.weight 1×3", "output.bias 1 bias"));
}

TEST(NetworkSpec, CountsParameters) {
  EXPECT_EQ(parameter_count(mlp_of({2, 3, 1})), 2 * 3 + 3 + 3 * 1 + 1);
  EXPECT_EQ(parameter_count(mlp_of({784, 256, 128, 10}, CrossEntropyLossSpec{})), 235146);
}

TEST(NetworkSpec, KnowsItsWidths) {
  const NetworkSpec spec = mlp_of({784, 256, 128, 10});
  EXPECT_EQ(input_features(spec), 784);
  EXPECT_EQ(output_features(spec), 10);
  EXPECT_EQ(widths_of(spec), "784-256-128-10");
}

TEST(NetworkSpec, HasNoFeaturesWithoutDenseLayer) {
  NetworkSpec spec = mlp_of({2, 1});
  spec.layers = {{"sigmoid", SigmoidSpec{}}};
  EXPECT_NO_THROW(validate(spec));
  EXPECT_EQ(input_features(spec), 0);
  EXPECT_EQ(output_features(spec), 0);
  EXPECT_EQ(parameter_count(spec), 0);
}

// A batch of 7 through 2-3-5: x·Wᵀ and d_yᵀ·x of the first layer (2·7·2·3 each); y, d_weight and d_x of the
// second (2·7·3·5 each).
TEST(NetworkSpec, CountsTheOperationsOfATrainingStep) {
  EXPECT_EQ(training_step_flops(mlp_of({2, 3, 5}), 7), 2 * 84 + 3 * 210);
}

// Nobody asks for the gradient of what a layer without parameters is given. A batch norm has parameters,
// though no product: the dense layer behind it sends a gradient back.
TEST(NetworkSpec, CountsTheGradientThatParametersInFrontAskFor) {
  NetworkSpec spec = mlp_of({3, 5});
  spec.input = {3};
  spec.layers = {{"tanh", TanhSpec{}}, {"dense", DenseSpec{3, 5}}};
  EXPECT_EQ(training_step_flops(spec, 7), 2 * 210);
  spec.layers = {{"norm", BatchNormSpec{3}}, {"dense", DenseSpec{3, 5}}};
  EXPECT_EQ(training_step_flops(spec, 7), 3 * 210);
}

TEST(NetworkSpec, TakesSamplesThatLieFlat) {
  NetworkSpec spec = mlp_of({12, 1});
  spec.input = {3, 4};
  spec.layers = {{"sigmoid", SigmoidSpec{}}, {"dense", DenseSpec{4, 2}}};
  EXPECT_EQ(layer_input_shape(spec, {5, 12}), (Shape{5, 3, 4}));
  EXPECT_EQ(layer_input_shape(spec, {5, 3, 4}), (Shape{5, 3, 4}));
  EXPECT_EQ(output_shape(spec, 5), (Shape{5, 3, 2}));
  EXPECT_EQ(widths_of(spec), "3×4-3×2");
  EXPECT_THROW_MESSAGE(layer_input_shape(spec, {5, 11}), ShapeError, "expected 5×3×4, got 5×11");
  EXPECT_THROW_MESSAGE(layer_input_shape(spec, {5, 4, 3}), ShapeError, "expected 5×3×4, got 5×4×3");
  EXPECT_THROW_MESSAGE(layer_input_shape(spec, {0, 12}), LayerError,
                       "sigmoid: expected one to five extents, all above 0, got 0×12");
}

TEST(NetworkSpec, RefusesInputsWithoutElements) {
  NetworkSpec spec = mlp_of({2, 1});
  spec.input = {0};
  EXPECT_THROW_MESSAGE(validate(spec), LayerError, "all above 0, got 1×0");
}

TEST(LayerSpec, RefusesNamesThatWouldBeNoLevelOfAPath) {
  for (const char* name : {"", "a.b"})
    EXPECT_THROW_MESSAGE(validate(std::vector<LayerSpec>{{name, SigmoidSpec{}}}), ShapeError,
                         "a layer is named \"" + std::string(name) + "\"");
}

TEST(LayerSpec, NamesTheLayerThatRefuses) {
  const std::vector<LayerSpec> layers{{"first", DenseSpec{3, 5}}, {"second", DenseSpec{4, 2}}};
  EXPECT_EQ(output_shape(layers[0], {7, 2, 3}), (Shape{7, 2, 5}));
  EXPECT_THROW_MESSAGE(output_shape(layers, {7, 3}), LayerError, "second: expected 4 features, got 7×5");
  EXPECT_THROW_MESSAGE(validate(std::vector<LayerSpec>{{"none", DenseSpec{0, 2}}}), LayerError,
                       "none: in_features is 0");
}

TEST(LayerSpec, IsFoundByItsPath) {
  const std::vector<LayerSpec> layers{{"first", DenseSpec{3, 5}}, {"second", SigmoidSpec{}}};
  EXPECT_EQ(find_layer(layers, "second"), layers[1]);
  EXPECT_EQ(find_layer(layers, "third"), std::nullopt);
  EXPECT_EQ(find_layer(layers, "first.weight"), std::nullopt);
}

TEST(Hyperparameters, AreReadAndSetByName) {
  OptimizerSpec optimizer = SgdSpec{.lr = 0.5, .momentum = 0.25};
  const std::vector<Hyperparameter> all = hyperparameters_of(optimizer);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].name, "lr");
  EXPECT_EQ(all[1].value, 0.25);
  set_hyperparameter(optimizer, "momentum", 0.75);
  EXPECT_EQ(std::get<SgdSpec>(optimizer).momentum, 0.75);
  EXPECT_THROW_MESSAGE(set_hyperparameter(optimizer, "eps", 1), UsageError, "no eps", "lr, momentum");
}

}  // namespace
}  // namespace twin
