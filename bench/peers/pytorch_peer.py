"""A training step in PyTorch: python3 pytorch_peer.py (see exchange.py)."""
import collections

import torch
from torch import nn

from exchange import parts_for, serve


def build_model(case, parts):
    layers = collections.OrderedDict(
        (layer["name"], part(layer)) for part, layer in zip(parts["layers"], case["layers"])
    )
    model = nn.Sequential(layers).to(getattr(torch, case["dtype"]))
    model.load_state_dict({name: torch.from_numpy(case["arrays"][name]) for name in model.state_dict()})
    return model


def make_train_step(case):
    parts = parts_for(case, "pytorch")  # of each stem the function that makes it
    torch.set_num_threads(case["threads"])
    model = build_model(case, parts)
    loss_function = parts["loss"](case["loss"])
    optimizer = parts["optimizer"](case["optimizer"], model.parameters())

    def train_step(X, y):
        optimizer.zero_grad()
        outputs = model(X)
        loss = loss_function(outputs, y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return train_step


def prepare(case):
    train_step = make_train_step(case)
    X = torch.from_numpy(case["arrays"]["inputs"])
    y = torch.from_numpy(case["arrays"]["targets"])
    return lambda: train_step(X, y)


if __name__ == "__main__":
    serve("PyTorch", torch.__version__, prepare)
