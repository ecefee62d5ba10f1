"""What both peers share: reads the network that the caller has written, times its steps, prints JSON.

The caller sets OPENBLAS_NUM_THREADS and OMP_NUM_THREADS before this process starts: the pools are made when the
libraries are loaded.
"""
import ctypes
import importlib.util
import json
import math
import os
import platform
import sys
import time

import numpy as np


def read_case(folder):
    """The specification of case.json, and under "arrays" those of arrays.npz: parameters, inputs, targets."""
    with open(os.path.join(folder, "case.json"), encoding="utf-8") as file:
        case = json.load(file)
    with np.load(os.path.join(folder, "arrays.npz")) as arrays:
        case["arrays"] = dict(arrays)
    return case


# The exit code of a peer that does not do this network; its last line on standard error is "unsupported: layer conv2d".
UNSUPPORTED = 3


def leave_out(kind, stem):
    print(f"unsupported: {kind} {stem}", file=sys.stderr)
    sys.exit(UNSUPPORTED)


def part_of(folder, kind, stem, peer):
    """What the file of a stem, <folder>/<stem>.py, has under the peer's name, or the end of this process."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), folder, stem + ".py")
    if not os.path.isfile(path):
        leave_out(kind, stem)
    spec = importlib.util.spec_from_file_location(f"{folder}.{stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not hasattr(module, peer):
        leave_out(kind, stem)
    return getattr(module, peer)


def parts_for(case, peer):
    """Of each stem that the network is made of what it has for a peer, "Numpy" or "pytorch"."""
    parts = {
        "layers": [part_of("layers", "layer", layer["stem"], peer) for layer in case["layers"]],
        "loss": part_of("losses", "loss", case["loss"]["stem"], peer),
        "optimizer": part_of("optim", "optimiser", case["optimizer"]["stem"], peer),
    }
    for kind in ("schedule", "clipping"):
        if case[kind]:
            leave_out(kind, case[kind])
    return parts


def blas():
    """Name and threads of the BLAS in this process, by its own word; None where it does not say."""
    paths = set()
    with open("/proc/self/maps", encoding="utf-8") as maps:
        for line in maps:
            path = line.split(maxsplit=5)[-1].strip()
            if any(name in os.path.basename(path) for name in ("openblas", "libblas", "libmkl_rt", "libblis")):
                paths.add(os.path.realpath(path))
    for path in sorted(paths, key=lambda path: "openblas" not in os.path.basename(path)):
        library = ctypes.CDLL(path)
        for prefix, suffix in (("", ""), ("", "64_"), ("scipy_", ""), ("scipy_", "64_")):  # Debian's, and the wheels'
            threads = getattr(library, f"{prefix}openblas_get_num_threads{suffix}", None)
            config = getattr(library, f"{prefix}openblas_get_config{suffix}", None)
            if threads and config:
                config.restype = ctypes.c_char_p
                return " ".join(config().decode().split()[:2]), threads()
        return os.path.basename(path), None
    return None, None


def run_round(step, steps):
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return time.perf_counter() - start


def steps_to_fill(step, seconds):
    """How many steps take as long as a round shall last."""
    steps = 1
    while True:
        elapsed = run_round(step, steps)
        if elapsed >= seconds:
            return steps
        steps = max(steps + 1, min(10 * steps, math.ceil(1.1 * steps * seconds / elapsed)))


def measure(peer, version, case, train_step, threads):
    """Prints what `train_step`, which returns the loss before the update, does and takes."""
    losses = []
    for step in range(case["checked_steps"]):
        losses.append(float(train_step()))
        if not math.isfinite(losses[-1]):
            sys.exit(f"the loss of step {step + 1} is {losses[-1]}")

    steps = steps_to_fill(train_step, case["round_seconds"])
    wall, processor = time.perf_counter(), time.process_time()
    rounds = [1e6 * run_round(train_step, steps) / steps for _ in range(case["rounds"])]
    busy = (time.process_time() - processor) / (time.perf_counter() - wall)

    blas_name, blas_threads = blas()
    print(
        json.dumps(
            {
                "schema": "twingrad.peer/1",
                "peer": peer,
                "version": version,
                "python": platform.python_version(),
                "blas": blas_name,
                "threads": {"blas": blas_threads, **threads},
                "busy_threads": busy,
                "losses": losses,
                "steps_per_round": steps,
                "us_per_step": rounds,
            }
        )
    )
