"""A training step in NumPy, in the tutorial's words: python3 numpy_peer.py FOLDER (see exchange.py)."""
import sys

import numpy as np

from exchange import measure, read_case


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _sigmoid_derivative(y):
    return y * (1 - y)


def mse(predicted_output, y):
    """The loss, and its derivative by the predicted output."""
    error = predicted_output - y
    return np.mean(error**2), error * (2 / error.size)


def cross_entropy(logits, labels):
    """The same, of the softmax of the logits and labels that are numbers of classes."""
    rows = np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    sums = exponentials.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[rows, labels])
    error = exponentials / sums
    error[rows, labels] -= 1
    return loss, error / len(labels)


LOSSES = {"mse": mse, "cross_entropy": cross_entropy}


class NeuralNetwork:
    """Dense layers, each with a sigmoid behind it or without, trained by gradient descent with momentum."""

    def __init__(self, case):
        if case["loss"] not in LOSSES:
            sys.exit(f"the loss {case['loss']} is not known here")
        self.loss = LOSSES[case["loss"]]
        self.lr, self.momentum = case["lr"], case["momentum"]
        self.weights, self.bias, self.has_sigmoid = [], [], []
        for layer in case["layers"]:
            if layer["kind"] == "dense":
                # Stored out×in as in torch.nn.Linear, used in×out.
                self.weights.append(case["arrays"][layer["name"] + ".weight"].T.copy())
                self.bias.append(case["arrays"][layer["name"] + ".bias"])
                self.has_sigmoid.append(False)
            elif self.has_sigmoid and not self.has_sigmoid[-1]:
                self.has_sigmoid[-1] = True
            else:
                sys.exit("a sigmoid that follows no dense layer is not known here")
        self.weights_velocity = [np.zeros_like(weights) for weights in self.weights]
        self.bias_velocity = [np.zeros_like(bias) for bias in self.bias]

    def predict(self, x):
        self.inputs = []
        for weights, bias, has_sigmoid in zip(self.weights, self.bias, self.has_sigmoid):
            self.inputs.append(x)
            x = x @ weights + bias
            if has_sigmoid:
                x = _sigmoid(x)
        return x

    def train_step(self, x, y):
        predicted_output = self.predict(x)
        loss, error = self.loss(predicted_output, y)
        output = predicted_output
        for i in reversed(range(len(self.weights))):
            adjustment = error * _sigmoid_derivative(output) if self.has_sigmoid[i] else error
            weights_gradient = self.inputs[i].T @ adjustment
            bias_gradient = adjustment.sum(axis=0)
            if i > 0:
                error = adjustment @ self.weights[i].T
                output = self.inputs[i]
            self._update(self.weights[i], self.weights_velocity[i], weights_gradient)
            self._update(self.bias[i], self.bias_velocity[i], bias_gradient)
        return float(loss)

    def _update(self, parameter, velocity, gradient):
        if self.momentum:
            velocity *= self.momentum
            velocity += gradient
            gradient = velocity
        parameter -= self.lr * gradient


def main():
    case = read_case(sys.argv[1])
    network = NeuralNetwork(case)
    x, y = case["arrays"]["inputs"], case["arrays"]["targets"]
    measure("numpy", np.__version__, case, lambda: network.train_step(x, y), {})


if __name__ == "__main__":
    main()
