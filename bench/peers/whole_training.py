"""A whole training in one of the peers: python3 whole_training.py PEER FOLDER (numpy or pytorch; the folder as in
exchange.py, its inputs and targets with one batch after the other, and the number of "steps" in case.json).
"""
import json
import sys
import time


def train(train_step, batches, steps, checked):
    """What the steps take by the clock; the losses of the `checked` steps before them, in which the libraries make
    room, and the last loss.
    """
    losses = [train_step(*batches[step % len(batches)]) for step in range(checked)]
    start = time.perf_counter()
    for step in range(checked, checked + steps):
        loss = train_step(*batches[step % len(batches)])
    return time.perf_counter() - start, losses, loss


def main():
    peer, folder = sys.argv[1:]
    start = time.perf_counter()
    if peer == "numpy":
        import numpy as library
    else:
        import torch as library
    import_seconds = time.perf_counter() - start

    from exchange import blas, read_case

    case = read_case(folder)
    batches = list(zip(case["arrays"].pop("inputs"), case["arrays"].pop("targets")))
    if peer == "numpy":
        from numpy_peer import NeuralNetwork

        train_step = NeuralNetwork(case).train_step
    else:
        from pytorch_peer import make_train_step

        train_step = make_train_step(case)
        batches = [(library.from_numpy(x), library.from_numpy(y)) for x, y in batches]
    seconds, losses, loss = train(train_step, batches, case["steps"], case["checked_steps"])
    print(
        json.dumps(
            {
                "schema": "twingrad.training/1",
                "version": library.__version__,
                "blas": blas()[0],
                "import_seconds": import_seconds,
                "seconds": seconds,
                "losses": losses,
                "last_loss": loss,
            }
        )
    )


if __name__ == "__main__":
    main()
