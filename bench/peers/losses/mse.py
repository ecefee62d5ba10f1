"""The mean of the squared errors."""
import numpy as np


class Numpy:
    def __init__(self, loss):
        pass

    def __call__(self, predicted_output, y):
        error = predicted_output - y
        return np.mean(error**2), error * (2 / error.size)


def pytorch(loss):
    from torch import nn

    return nn.MSELoss()
