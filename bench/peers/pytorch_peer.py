"""A training step in PyTorch: python3 pytorch_peer.py FOLDER (see exchange.py)."""
import collections
import sys

import torch
from torch import nn

from exchange import expect_known, measure, read_case

LAYERS = {
    "dense": lambda layer: nn.Linear(int(layer["in_features"]), int(layer["out_features"]), bias=bool(layer["bias"])),
    "sigmoid": lambda layer: nn.Sigmoid(),
}
LOSSES = {
    "mse": lambda loss: nn.MSELoss(),
    "cross_entropy": lambda loss: nn.CrossEntropyLoss(ignore_index=int(loss["ignore_index"])),
}
OPTIMIZERS = {
    "sgd": lambda parameters, optimizer: torch.optim.SGD(
        parameters, lr=optimizer["lr"], momentum=optimizer["momentum"]
    ),
}


def build_model(case):
    layers = collections.OrderedDict((layer["name"], LAYERS[layer["stem"]](layer)) for layer in case["layers"])
    model = nn.Sequential(layers).to(getattr(torch, case["dtype"]))
    model.load_state_dict({name: torch.from_numpy(case["arrays"][name]) for name in model.state_dict()})
    return model


def main():
    case = read_case(sys.argv[1])
    expect_known(case, LAYERS, LOSSES, OPTIMIZERS)
    torch.set_num_threads(case["threads"])
    model = build_model(case)
    loss_function = LOSSES[case["loss"]["stem"]](case["loss"])
    optimizer = OPTIMIZERS[case["optimizer"]["stem"]](model.parameters(), case["optimizer"])
    X = torch.from_numpy(case["arrays"]["inputs"])
    y = torch.from_numpy(case["arrays"]["targets"])

    def train_step():
        optimizer.zero_grad()
        outputs = model(X)
        loss = loss_function(outputs, y)
        loss.backward()
        optimizer.step()
        return loss.item()

    measure("pytorch", torch.__version__, case, train_step, {"torch": torch.get_num_threads()})


if __name__ == "__main__":
    main()
