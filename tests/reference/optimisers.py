"""Weights and states of PyTorch's optimisers after 1, 10 and 100 steps of a small problem, as a list in C++.

    python3 tests/reference/optimisers.py > tests/reference/optimisers.inc

The problem is a dense layer of three inputs and two outputs under the inner product of its outputs with targets, on
one row: the gradient of the weight is targets x inputs, that of the bias the targets. Inputs, targets and first
weights are eighths and quarters, so that the gradients are exact; zeros are among them. tests/support/
reference.cpp makes the same numbers.

Everything is float64, torch's default dtype too: NAdam keeps its product of momenta in that.

Lion, which PyTorch does not have, is written down here from the paper (Chen et al. 2023, alg. 2).
"""

import torch

torch.set_default_dtype(torch.float64)

CHECKPOINTS = (1, 10, 100)


class Lion(torch.optim.Optimizer):
    def __init__(self, parameters, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(parameters, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for w in group["params"]:
                state = self.state[w]
                if not state:
                    state["exp_avg"] = torch.zeros_like(w)
                m, g = state["exp_avg"], w.grad
                update = torch.sign(beta1 * m + (1 - beta1) * g) + group["weight_decay"] * w
                w -= group["lr"] * update
                m.copy_(beta2 * m + (1 - beta2) * g)


def adamw(parameters, decay_all=False, weight_decay=1e-2, **options):
    weight, bias = parameters
    groups = [
        {"params": [weight], "weight_decay": weight_decay},
        {"params": [bias], "weight_decay": weight_decay if decay_all else 0.0},
    ]
    return torch.optim.AdamW(groups, **options)


CASES = {
    "sgd/plain": (torch.optim.SGD, {"lr": 0.1}),
    "sgd/weight_decay": (torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.25}),
    "sgd/momentum": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    "sgd/dampening": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.25}),
    "sgd/dampening_weight_decay": (
        torch.optim.SGD,
        {"lr": 0.1, "momentum": 0.9, "dampening": 0.5, "weight_decay": 0.25},
    ),
    "sgd/nesterov": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "sgd/nesterov_weight_decay": (
        torch.optim.SGD,
        {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.25, "nesterov": True},
    ),
    "adam/defaults": (torch.optim.Adam, {}),
    "adam/weight_decay": (torch.optim.Adam, {"lr": 0.01, "weight_decay": 0.25}),
    "adam/amsgrad": (torch.optim.Adam, {"lr": 0.01, "betas": (0.9, 0.5), "amsgrad": True}),
    "adamw/defaults": (adamw, {}),
    "adamw/decay_all": (adamw, {"lr": 0.01, "weight_decay": 0.25, "decay_all": True}),
    "adamw/amsgrad": (adamw, {"lr": 0.01, "betas": (0.9, 0.5), "amsgrad": True}),
    "adagrad/defaults": (torch.optim.Adagrad, {}),
    "adagrad/all_options": (
        torch.optim.Adagrad,
        {"lr": 0.1, "lr_decay": 0.5, "weight_decay": 0.25, "initial_accumulator_value": 0.5, "eps": 0.125},
    ),
    "rmsprop/defaults": (torch.optim.RMSprop, {}),
    "rmsprop/momentum": (torch.optim.RMSprop, {"lr": 0.01, "alpha": 0.9, "momentum": 0.9}),
    "rmsprop/centered": (torch.optim.RMSprop, {"lr": 0.01, "alpha": 0.9, "centered": True}),
    "rmsprop/all_options": (
        torch.optim.RMSprop,
        {"lr": 0.01, "alpha": 0.9, "eps": 0.125, "weight_decay": 0.25, "momentum": 0.5, "centered": True},
    ),
    "adadelta/defaults": (torch.optim.Adadelta, {}),
    "adadelta/all_options": (torch.optim.Adadelta, {"lr": 0.5, "rho": 0.75, "eps": 0.125, "weight_decay": 0.25}),
    "adamax/defaults": (torch.optim.Adamax, {}),
    "adamax/all_options": (
        torch.optim.Adamax,
        {"lr": 0.01, "betas": (0.75, 0.5), "eps": 0.125, "weight_decay": 0.25},
    ),
    "nadam/defaults": (torch.optim.NAdam, {}),
    "nadam/all_options": (
        torch.optim.NAdam,
        {"lr": 0.01, "betas": (0.75, 0.5), "eps": 0.125, "weight_decay": 0.25, "momentum_decay": 0.5},
    ),
    "radam/defaults": (torch.optim.RAdam, {}),
    "radam/all_options": (
        torch.optim.RAdam,
        {"lr": 0.01, "betas": (0.75, 0.9), "eps": 0.125, "weight_decay": 0.25},
    ),
    "radam/never_scaled": (torch.optim.RAdam, {"lr": 0.01, "betas": (0.75, 0.5)}),
    "rprop/defaults": (torch.optim.Rprop, {}),
    "rprop/all_options": (torch.optim.Rprop, {"lr": 0.02, "etas": (0.25, 1.5), "step_sizes": (0.015625, 0.03125)}),
    "lion/defaults": (Lion, {}),
    "lion/all_options": (Lion, {"lr": 0.01, "betas": (0.5, 0.75), "weight_decay": 0.25}),
}

# Numbers that are no state in the twins.
LEFT_OUT = {"step", "mu_product"}


def inputs(step):
    return torch.tensor([((7 * step + 3 * i) % 17 - 8) / 8 for i in range(3)])


def targets(step):
    return torch.tensor([((5 * step + 4 * o) % 11 - 5) / 4 for o in range(2)])


def braced(tensor):
    return "{" + ", ".join(repr(float(x)) for x in tensor.flatten()) + "}"


def main():
    print(f"// Made by tests/reference/optimisers.py with PyTorch {torch.__version__}.")
    for name, (make, options) in CASES.items():
        weight = torch.tensor([[(3 * o + i) / 8 - 0.25 for i in range(3)] for o in range(2)], requires_grad=True)
        bias = torch.tensor([0.5, -0.75], requires_grad=True)
        optimiser = make([weight, bias], **options)
        for step in range(CHECKPOINTS[-1]):
            x, t = inputs(step), targets(step)
            weight.grad, bias.grad = torch.outer(t, x), t.clone()
            optimiser.step()
            if step + 1 not in CHECKPOINTS:
                continue
            for of, parameter in (("dense.weight", weight), ("dense.bias", bias)):
                print(f'{{"{name}", {step + 1}, "{of}", {braced(parameter.detach())}}},')
                for state, value in optimiser.state[parameter].items():
                    if state not in LEFT_OUT and value is not None:
                        print(f'{{"{name}", {step + 1}, "{of}.{state}", {braced(value)}}},')


main()
