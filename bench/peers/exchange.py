"""What both peers share: they read the network that the caller has written, and time its steps when they are told to.

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


class Unsupported(Exception):
    """A network holds what a peer does not do: "layer conv2d"."""


def part_of(folder, kind, stem, peer):
    """What the file of a stem, <folder>/<stem>.py, has under the peer's name, or Unsupported."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), folder, stem + ".py")
    if not os.path.isfile(path):
        raise Unsupported(f"{kind} {stem}")
    spec = importlib.util.spec_from_file_location(f"{folder}.{stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not hasattr(module, peer):
        raise Unsupported(f"{kind} {stem}")
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
            raise Unsupported(f"{kind} {case[kind]}")
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


SCHEMA = "twingrad.side/1"


def take(train_step, steps, threads):
    """Seconds and processor seconds of so many steps. Where they are several, one more goes before them: while others
    computed, the caches were theirs.
    """
    if steps > 1:
        train_step()
    wall, processor = time.perf_counter(), time.process_time()
    for _ in range(steps):
        train_step()
    took = {"seconds": time.perf_counter() - wall, "processor_seconds": time.process_time() - processor}
    if threads > 1:
        time.sleep(2e-3)  # until the threads of the pools sleep too, and disturb nobody
    return took


def first_losses(train_step, steps):
    """The loss before each of the first updates."""
    losses = []
    for step in range(steps):
        losses.append(float(train_step()))
        if not math.isfinite(losses[-1]):
            raise ArithmeticError(f"the loss of step {step + 1} is {losses[-1]}")
    return {"losses": losses}


def serve(library, version, prepare):
    """One side of a benchmark: says who it is, then answers each line on standard input with one on standard output.

    {"case": FOLDER}  the losses of the first steps of train_step(), which prepare(case) returns
    {"steps": N}      what so many steps of it take

    Or, instead, "unsupported": what of this case the peer does not do, or "fault": what went wrong.
    """
    threads = int(os.environ["OMP_NUM_THREADS"])
    name, pool = blas()
    say({"schema": SCHEMA, "library": library, "version": version, "python": platform.python_version(), "blas": name,
         "blas_threads": pool})
    train_step = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "case" in request:
                train_step = None  # the memory of the last case, before that of the next
                case = read_case(request["case"])
                train_step = prepare(case)
                say(first_losses(train_step, case["checked_steps"]))
            else:
                say(take(train_step, request["steps"], threads))
        except Unsupported as lacking:
            say({"unsupported": str(lacking)})
        except Exception as error:  # whatever it is, the others are measured
            say({"fault": f"{type(error).__name__}: {error}".splitlines()[0]})


def say(answer):
    print(json.dumps(answer), flush=True)
