"""A training step in NumPy, in the tutorial's words: python3 numpy_peer.py (see exchange.py)."""
import numpy as np

from exchange import parts_for, serve


class NeuralNetwork:
    """What it is made of is the class Numpy of each stem. A layer has parameters, gradients, forward(x) and
    backward(error, needs_error); a loss returns itself and its derivative by the predicted output; an optimiser has
    update(parameters, gradients).
    """

    def __init__(self, case):
        parts = parts_for(case, "Numpy")
        self.layers = [part(layer, case["arrays"]) for part, layer in zip(parts["layers"], case["layers"])]
        self.loss = parts["loss"](case["loss"])
        self.parameters = [parameter for layer in self.layers for parameter in layer.parameters]
        self.optimizer = parts["optimizer"](case["optimizer"], self.parameters)

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


def prepare(case):
    network = NeuralNetwork(case)
    x, y = case["arrays"]["inputs"], case["arrays"]["targets"]
    return lambda: network.train_step(x, y)


if __name__ == "__main__":
    serve("NumPy", np.__version__, prepare)
