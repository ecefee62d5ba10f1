"""Stochastic gradient descent, with momentum where it is not 0."""
import numpy as np


class Numpy:
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


def pytorch(optimizer, parameters):
    import torch

    return torch.optim.SGD(parameters, lr=optimizer["lr"], momentum=optimizer["momentum"])
