"""A training step in NumPy, in the tutorial's words: python3 numpy_peer.py FOLDER (see exchange.py)."""
import sys

import numpy as np

from exchange import expect_known, measure, read_case


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _sigmoid_derivative(y):
    return y * (1 - y)


class Dense:
    def __init__(self, layer, arrays):
        # Stored out×in as in torch.nn.Linear, used in×out.
        self.weights = arrays[layer["name"] + ".weight"].T.copy()
        self.parameters = [self.weights]
        if layer["bias"]:
            self.bias = arrays[layer["name"] + ".bias"]
            self.parameters.append(self.bias)

    def forward(self, x):
        self.inputs = x
        output = x @ self.weights
        return output + self.bias if len(self.parameters) == 2 else output

    def backward(self, adjustment, needs_error):
        self.gradients = [self.inputs.T @ adjustment]
        if len(self.parameters) == 2:
            self.gradients.append(adjustment.sum(axis=0))
        return adjustment @ self.weights.T if needs_error else None


class Sigmoid:
    parameters = gradients = ()

    def __init__(self, layer, arrays):
        pass

    def forward(self, x):
        self.output = _sigmoid(x)
        return self.output

    def backward(self, error, needs_error):
        return error * _sigmoid_derivative(self.output)


class Mse:
    def __init__(self, loss):
        pass

    def __call__(self, predicted_output, y):
        """The loss, and its derivative by the predicted output."""
        error = predicted_output - y
        return np.mean(error**2), error * (2 / error.size)


class CrossEntropy:
    def __init__(self, loss):
        self.ignore_index = int(loss["ignore_index"])

    def __call__(self, logits, labels):
        """The same, of the softmax of the logits and labels that are numbers of classes."""
        counted = np.flatnonzero(labels != self.ignore_index)
        shifted = logits - logits.max(axis=1, keepdims=True)
        exponentials = np.exp(shifted)
        sums = exponentials.sum(axis=1, keepdims=True)
        loss = np.mean(np.log(sums[counted, 0]) - shifted[counted, labels[counted]])
        error = exponentials / sums
        error[counted, labels[counted]] -= 1
        if len(counted) < len(labels):
            error[labels == self.ignore_index] = 0
        return loss, error / len(counted)


class Sgd:
    def __init__(self, optimizer, parameters):
        self.lr, self.momentum = optimizer["lr"], optimizer["momentum"]
        self.velocities = [np.zeros_like(parameter) for parameter in parameters]

    def update(self, parameters, gradients):
        for parameter, gradient, velocity in zip(parameters, gradients, self.velocities):
            if self.momentum:
                velocity *= self.momentum
                velocity += gradient
                gradient = velocity
            parameter -= self.lr * gradient


LAYERS = {"dense": Dense, "sigmoid": Sigmoid}
LOSSES = {"mse": Mse, "cross_entropy": CrossEntropy}
OPTIMIZERS = {"sgd": Sgd}


class NeuralNetwork:
    def __init__(self, case):
        expect_known(case, LAYERS, LOSSES, OPTIMIZERS)
        self.layers = [LAYERS[layer["stem"]](layer, case["arrays"]) for layer in case["layers"]]
        self.loss = LOSSES[case["loss"]["stem"]](case["loss"])
        self.parameters = [parameter for layer in self.layers for parameter in layer.parameters]
        self.optimizer = OPTIMIZERS[case["optimizer"]["stem"]](case["optimizer"], self.parameters)

    def predict(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def train_step(self, x, y):
        predicted_output = self.predict(x)
        loss, error = self.loss(predicted_output, y)
        for i in reversed(range(len(self.layers))):
            error = self.layers[i].backward(error, i > 0)
        gradients = [gradient for layer in self.layers for gradient in layer.gradients]
        self.optimizer.update(self.parameters, gradients)
        return float(loss)


def main():
    case = read_case(sys.argv[1])
    network = NeuralNetwork(case)
    x, y = case["arrays"]["inputs"], case["arrays"]["targets"]
    measure("numpy", np.__version__, case, lambda: network.train_step(x, y), {})


if __name__ == "__main__":
    main()
