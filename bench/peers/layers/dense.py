"""y = x·Wᵀ + b; the weights are stored out×in."""


class Numpy:
    def __init__(self, layer, arrays):
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


def pytorch(layer):
    from torch import nn

    return nn.Linear(int(layer["in_features"]), int(layer["out_features"]), bias=bool(layer["bias"]))
