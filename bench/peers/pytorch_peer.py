"""A training step in PyTorch: python3 pytorch_peer.py FOLDER (see exchange.py)."""
import collections
import sys

import torch
from torch import nn

from exchange import measure, read_case

LOSSES = {"mse": nn.MSELoss, "cross_entropy": nn.CrossEntropyLoss}


def build_model(case):
    layers = collections.OrderedDict()
    for layer in case["layers"]:
        if layer["kind"] == "dense":
            outputs, inputs = case["arrays"][layer["name"] + ".weight"].shape
            layers[layer["name"]] = nn.Linear(inputs, outputs)
        else:
            layers[layer["name"]] = nn.Sigmoid()
    model = nn.Sequential(layers).to(getattr(torch, case["dtype"]))
    model.load_state_dict({name: torch.from_numpy(case["arrays"][name]) for name in model.state_dict()})
    return model


def main():
    case = read_case(sys.argv[1])
    if case["loss"] not in LOSSES:
        sys.exit(f"the loss {case['loss']} is not known here")
    torch.set_num_threads(case["threads"])
    model = build_model(case)
    loss_function = LOSSES[case["loss"]]()
    optimizer = torch.optim.SGD(model.parameters(), lr=case["lr"], momentum=case["momentum"])
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
