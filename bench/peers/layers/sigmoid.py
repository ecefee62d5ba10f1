"""y = 1 / (1 + exp(-x)), element by element."""
import numpy as np


class Numpy:
    parameters = gradients = ()

    def __init__(self, layer, arrays):
        pass

    def forward(self, x):
        self.output = 1 / (1 + np.exp(-x))
        return self.output

    def backward(self, error, needs_error):
        return error * (self.output * (1 - self.output))


def pytorch(layer):
    from torch import nn

    return nn.Sigmoid()
