"""Records every ``gluon.loss`` of MXNet 1.9.1: output, and gradient of the prediction.

The head gradient is ones. Case i has a JSON description (class, constructor options, names of its
inputs) and arrays ``out_i``, ``grad_i``. Usage: python losses.py OUT.npz
"""

import json
import sys

import numpy as np

import mxnet as mx
from mxnet import autograd, gluon, nd

RNG = np.random.RandomState(3)


def softmax(a, axis=-1):
    e = np.exp(a - a.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


PRED = RNG.randn(4, 3).astype("float32")
DENSE = softmax(RNG.randn(4, 3)).astype("float32")
INPUTS = {
    "pred": PRED,
    "target": RNG.randn(4, 3).astype("float32"),
    "target_flat": RNG.randn(12).astype("float32"),
    "prob": softmax(PRED),
    "logprob": np.log(softmax(PRED)),
    "dense": DENSE,
    "sparse": np.array([0, 2, 1, 1], "float32"),
    "sparse_column": np.array([[0], [2], [1], [1]], "float32"),
    "sparse_int": np.array([0, 2, 1, 1], "int32"),
    "binary": RNG.randint(0, 2, (4, 3)).astype("float32"),
    "signed": (RNG.randint(0, 2, (4, 3)) * 2 - 1).astype("float32"),
    "sigmoid": (1 / (1 + np.exp(-PRED))).astype("float32"),
    "positive": (RNG.rand(4, 3) + 0.1).astype("float32"),
    "counts": RNG.poisson(2.0, (4, 3)).astype("float32"),
    "sample": np.array([1, 0, 2, 0.5], "float32").reshape(4, 1),
    "sample_flat": np.array([1, 0, 2, 0.5], "float32"),
    "pos_weight": np.array([1, 2, 3], "float32"),
    "pred3": RNG.randn(4, 3, 2).astype("float32"),
    "sparse3": RNG.randint(0, 3, (4, 2)).astype("float32"),
    "second": RNG.randn(4, 3).astype("float32"),
    "third": RNG.randn(4, 3).astype("float32"),
    "pair": np.array([1, -1, 1, -1], "float32"),
    "ctc_pred": RNG.randn(2, 6, 5).astype("float32"),
    "ctc_label": np.array([[1, 2, 2], [3, 0, -1]], "float32"),
    "smooth": RNG.randn(3, 5).astype("float32"),
    "smooth2": RNG.randn(3, 5).astype("float32"),
}
CASES = []


def case(loss, inputs, **options):
    CASES.append((loss, options, inputs.split()))


for kind in ("L2Loss", "L1Loss", "HuberLoss"):
    case(kind, "pred target")
    case(kind, "pred target_flat")
    case(kind, "pred target sample")
    case(kind, "pred target", weight=3.0)
    case(kind, "pred target", batch_axis=1)
case("HuberLoss", "pred target", rho=0.5)
case("SoftmaxCrossEntropyLoss", "pred sparse")
case("SoftmaxCrossEntropyLoss", "pred sparse_int")
case("SoftmaxCrossEntropyLoss", "pred sparse_column")
case("SoftmaxCrossEntropyLoss", "pred sparse sample")
case("SoftmaxCrossEntropyLoss", "pred sparse", weight=0.5)
case("SoftmaxCrossEntropyLoss", "pred dense", sparse_label=False)
case("SoftmaxCrossEntropyLoss", "pred dense sample", sparse_label=False)
case("SoftmaxCrossEntropyLoss", "logprob sparse", from_logits=True)
case("SoftmaxCrossEntropyLoss", "logprob dense", from_logits=True, sparse_label=False)
case("SoftmaxCrossEntropyLoss", "pred3 sparse3", axis=1)
case("SoftmaxCELoss", "pred sparse")
case("SigmoidBinaryCrossEntropyLoss", "pred binary")
case("SigmoidBinaryCrossEntropyLoss", "pred binary sample")
case("SigmoidBinaryCrossEntropyLoss", "pred binary", weight=2.0)
case("SigmoidBinaryCrossEntropyLoss", "sigmoid binary", from_sigmoid=True)
case("SigmoidBCELoss", "pred binary none pos_weight")
case("SigmoidBCELoss", "sigmoid binary none pos_weight", from_sigmoid=True)
case("KLDivLoss", "logprob dense")
case("KLDivLoss", "pred dense", from_logits=False)
case("KLDivLoss", "logprob dense sample")
case("HingeLoss", "pred signed")
case("HingeLoss", "pred signed sample", margin=0.5)
case("SquaredHingeLoss", "pred signed")
case("SquaredHingeLoss", "pred signed sample", margin=0.5, weight=2.0)
case("LogisticLoss", "pred signed")
case("LogisticLoss", "pred binary", label_format="binary")
case("LogisticLoss", "pred signed sample", weight=2.0)
case("TripletLoss", "pred second third")
case("TripletLoss", "pred second third", margin=0.2)
case("TripletLoss", "pred second third sample_flat")
case("PoissonNLLLoss", "pred counts")
case("PoissonNLLLoss", "positive counts", from_logits=False)
case("PoissonNLLLoss", "pred counts", compute_full=True)
case("PoissonNLLLoss", "pred counts sample", weight=2.0)
case("CosineEmbeddingLoss", "pred second pair")
case("CosineEmbeddingLoss", "pred second pair", margin=0.3)
case("CosineEmbeddingLoss", "pred second pair sample")
case("CTCLoss", "ctc_pred ctc_label")
case("CTCLoss", "ctc_pred ctc_label", weight=2.0)
case("SDMLLoss", "smooth smooth2")


def main(out):
    arrays, described = dict(INPUTS), []
    for number, (kind, options, names) in enumerate(CASES):
        # An integer label keeps its dtype: nd.array alone would make it float32.
        inputs = [
            None if n == "none" else nd.array(INPUTS[n], dtype=INPUTS[n].dtype) for n in names
        ]
        inputs[0].attach_grad()
        try:
            with autograd.record():
                loss = getattr(gluon.loss, kind)(**options)(*inputs)
            loss.backward()
            arrays["out_%d" % number], arrays["grad_%d" % number] = (
                loss.asnumpy(),
                inputs[0].grad.asnumpy(),
            )
            print(kind, options, names, loss.shape, loss.dtype.__name__, loss.asnumpy().ravel()[:4])
        except Exception as error:  # noqa: BLE001 - recorded
            print(kind, options, names, type(error).__name__, str(error)[:300])
            kind = kind + " raises " + type(error).__name__
        described.append([kind, options, names])
    np.savez_compressed(out, cases=json.dumps(described), **arrays)


if __name__ == "__main__":
    mx.random.seed(0)
    main(sys.argv[1])
