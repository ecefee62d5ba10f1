"""Of the softmax of the logits, and labels that are numbers of classes."""
import numpy as np

from exchange import Unsupported


class Numpy:
    def __init__(self, loss):
        if loss["weights"] or loss["sum"] or loss["label_smoothing"]:
            raise Unsupported("loss cross_entropy with weights, smoothing or a sum")
        self.ignore_index = int(loss["ignore_index"])

    def __call__(self, logits, labels):
        counted = np.flatnonzero(labels != self.ignore_index)
        shifted = logits - logits.max(axis=1, keepdims=True)
        exponentials = np.exp(shifted)
        sums = exponentials.sum(axis=1, keepdims=True)
        loss = np.mean(np.log(sums[counted, 0]) - shifted[counted, labels[counted]])
        error = exponentials / sums
        error[counted, labels[counted]] -= 1
        if len(counted) < len(labels):
            error[labels == self.ignore_index] = 0
        return loss, error / len(counted)


def pytorch(loss):
    from torch import nn

    if loss["weights"]:
        raise Unsupported("loss cross_entropy with weights")
    return nn.CrossEntropyLoss(
        ignore_index=int(loss["ignore_index"]),
        reduction="sum" if loss["sum"] else "mean",
        label_smoothing=loss["label_smoothing"],
    )
