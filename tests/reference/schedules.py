"""The factors of PyTorch's learning-rate schedules in the first 40 steps, as a list in C++.

    python3 tests/reference/schedules.py > tests/reference/schedules.inc

PyTorch's eta_min is a rate, ours a part of the optimiser's. OneCycleLR sets the rate of its optimiser from max_lr, and
takes no more than total_steps steps.
"""

import warnings

import torch
from torch.optim import lr_scheduler as schedules

warnings.filterwarnings("ignore")  # no step of an optimiser is taken
torch.set_default_dtype(torch.float64)

RATE, STEPS = 0.5, 40

CASES = {
    "step/defaults": (schedules.StepLR, {"step_size": 7}),
    "step/half": (schedules.StepLR, {"step_size": 3, "gamma": 0.5}),
    "multi_step/defaults": (schedules.MultiStepLR, {"milestones": [3, 4, 17]}),
    "multi_step/half": (schedules.MultiStepLR, {"milestones": [0, 9], "gamma": 0.5}),
    "exponential/slow": (schedules.ExponentialLR, {"gamma": 0.9}),
    "cosine_annealing/defaults": (schedules.CosineAnnealingLR, {"T_max": 13}),
    "cosine_annealing/floor": (schedules.CosineAnnealingLR, {"T_max": 10, "eta_min": RATE / 8}),
    "cosine_annealing_warm_restarts/defaults": (schedules.CosineAnnealingWarmRestarts, {"T_0": 7}),
    "cosine_annealing_warm_restarts/longer": (
        schedules.CosineAnnealingWarmRestarts,
        {"T_0": 3, "T_mult": 2, "eta_min": RATE / 8},
    ),
    "one_cycle/defaults": (schedules.OneCycleLR, {"max_lr": RATE, "total_steps": 40}),
    "one_cycle/linear": (
        schedules.OneCycleLR,
        {"max_lr": RATE, "total_steps": 31, "pct_start": 0.4, "anneal_strategy": "linear", "div_factor": 5},
    ),
    "one_cycle/three_phases": (
        schedules.OneCycleLR,
        {"max_lr": RATE, "total_steps": 37, "three_phase": True, "final_div_factor": 8},
    ),
    "linear/defaults": (schedules.LinearLR, {}),
    "linear/fall": (schedules.LinearLR, {"start_factor": 0.75, "end_factor": 0.125, "total_iters": 17}),
    "polynomial/defaults": (schedules.PolynomialLR, {}),
    "polynomial/square": (schedules.PolynomialLR, {"total_iters": 17, "power": 2.0}),
}


def main():
    print(f"// Made by tests/reference/schedules.py with PyTorch {torch.__version__}.")
    for name, (make, options) in CASES.items():
        optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE, momentum=0.5)
        schedule = make(optimiser, **options)
        factors = []
        for _ in range(min(STEPS, options.get("total_steps", STEPS))):
            factors.append(repr(optimiser.param_groups[0]["lr"] / RATE))
            schedule.step()
        print(f'{{"{name}", {{{", ".join(factors)}}}}},')


main()
