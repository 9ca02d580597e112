"""Records outputs and gradients of MXNet 1.9.1's network, loss and update operators.

Case i: JSON description [operator, attributes, mode, names of the inputs]; arrays ``in_i_K`` inputs
before and ``aft_i_K`` after the call (where it changed them), ``out_i_K`` visible outputs,
``head_i`` the head gradient of the first output and ``grad_i_K`` gradients of the inputs. Usage:
python operators_nn.py OUT.npz
"""

import json
import sys

import numpy as np

import mxnet as mx
from mxnet import autograd, nd

RNG = np.random.RandomState(3)


def f(*shape):
    return RNG.randn(*shape).astype("float32")


def pos(*shape):
    return (RNG.rand(*shape) + 0.1).astype("float32")


def ties(*shape):
    return RNG.randint(0, 3, shape).astype("float32")


def ids(high, *shape):
    return RNG.randint(0, high, shape).astype("float32")


def cases():
    yield "FullyConnected", {"num_hidden": 4}, [f(3, 2, 2), f(4, 4), f(4)]
    yield "FullyConnected", {"num_hidden": 4, "flatten": False}, [f(3, 2, 2), f(4, 2), f(4)]
    for act in ("relu", "sigmoid", "softrelu", "softsign", "tanh"):
        yield "Activation", {"act_type": act}, [ties(2, 4) - 1 + f(2, 4) * (ties(2, 4) > 0)]
    for act in ("elu", "gelu", "leaky", "selu"):
        yield "LeakyReLU", {"act_type": act}, [ties(2, 4) - 1 + f(2, 4) * (ties(2, 4) > 0)]
    yield "LeakyReLU", {"act_type": "prelu"}, [f(2, 3, 2), f(3)]
    yield "LeakyReLU", {"act_type": "prelu"}, [f(2, 3, 2), f(1)]
    yield "hard_sigmoid", {}, [f(2, 4) * 3]
    for kind in ("max", "avg", "sum", "lp"):
        for convention in ("valid", "full"):
            for kernel, stride, pad in (
                ((2, 2), (2, 2), (0, 0)),
                ((3, 2), (2, 1), (1, 0)),
                ((3, 3), (2, 2), (1, 1)),
                ((2, 2), (3, 3), (0, 1)),
            ):
                yield (
                    "Pooling",
                    {
                        "kernel": kernel,
                        "stride": stride,
                        "pad": pad,
                        "pool_type": kind,
                        "pooling_convention": convention,
                        "p_value": 2,
                    },
                    [ties(2, 2, 6, 5)],
                )
        yield "Pooling", {"pool_type": kind, "global_pool": True, "p_value": 2}, [ties(2, 2, 4, 3)]
        yield (
            "Pooling",
            {"kernel": (2,), "stride": (2,), "pool_type": kind, "p_value": 3},
            [f(2, 2, 5)],
        )
        yield (
            "Pooling",
            {"kernel": (2, 2, 2), "stride": (2, 1, 2), "pool_type": kind, "p_value": 2},
            [f(1, 2, 4, 3, 4)],
        )
    for convention in ("valid", "full"):
        yield (
            "Pooling",
            {
                "kernel": (3, 3),
                "stride": (2, 2),
                "pad": (1, 1),
                "pool_type": "avg",
                "pooling_convention": convention,
                "count_include_pad": False,
            },
            [f(1, 2, 6, 5)],
        )
    yield (
        "Convolution",
        {"kernel": (3, 2), "num_filter": 4, "stride": (2, 1), "pad": (1, 0)},
        [f(2, 3, 5, 6), f(4, 3, 3, 2), f(4)],
    )
    yield (
        "Convolution",
        {"kernel": (3, 3), "num_filter": 4, "dilate": (2, 1), "num_group": 2, "no_bias": True},
        [f(2, 4, 6, 6), f(4, 2, 3, 3)],
    )
    yield (
        "Convolution",
        {"kernel": (3,), "num_filter": 2, "pad": (1,)},
        [f(2, 3, 5), f(2, 3, 3), f(2)],
    )
    yield (
        "Convolution",
        {"kernel": (2, 2, 2), "num_filter": 2},
        [f(1, 2, 3, 3, 4), f(2, 2, 2, 2, 2), f(2)],
    )
    yield "Convolution", {"kernel": (1, 1), "num_filter": 5}, [f(2, 3, 4, 4), f(5, 3, 1, 1), f(5)]
    yield (
        "Convolution",
        {"kernel": (1, 1), "num_filter": 5, "stride": (2, 2)},
        [f(2, 3, 5, 4), f(5, 3, 1, 1), f(5)],
    )
    yield (
        "Deconvolution",
        {"kernel": (3, 2), "num_filter": 4, "stride": (2, 3), "pad": (1, 0), "adj": (1, 2)},
        [f(2, 3, 3, 4), f(3, 4, 3, 2)],
    )
    yield (
        "Deconvolution",
        {"kernel": (3, 3), "num_filter": 4, "num_group": 2, "no_bias": False},
        [f(2, 4, 3, 3), f(4, 2, 3, 3), f(4)],
    )
    for target in ((7, 6), (6, 5), (5, 4), (8, 7)):
        yield (
            "Deconvolution",
            {"kernel": (4, 3), "num_filter": 2, "stride": (2, 2), "target_shape": target},
            [f(1, 2, 3, 3), f(2, 2, 4, 3)],
        )
    yield (
        "Deconvolution",
        {"kernel": (3,), "num_filter": 2, "stride": (2,)},
        [f(1, 2, 3), f(2, 2, 3)],
    )
    for mode in ("train", "predict"):
        for fixed in (True, False):
            yield (
                "BatchNorm",
                {"fix_gamma": fixed, "momentum": 0.7},
                [f(4, 3, 2, 2), f(3), f(3), f(3), pos(3)],
                mode,
            )
        yield (
            "BatchNorm",
            {"fix_gamma": False, "output_mean_var": True},
            [f(4, 3), f(3), f(3), f(3), pos(3)],
            mode,
        )
        yield (
            "BatchNorm",
            {"fix_gamma": False, "axis": -1, "eps": 0.1},
            [f(4, 2, 3), f(3), f(3), f(3), pos(3)],
            mode,
        )
    yield (
        "BatchNorm",
        {"fix_gamma": False, "use_global_stats": True},
        [f(4, 3), f(3), f(3), f(3), pos(3)],
        "train",
    )
    yield "LayerNorm", {}, [f(3, 4), f(4), f(4)]
    yield "LayerNorm", {"axis": 1, "eps": 0.1, "output_mean_var": True}, [f(3, 4, 2), f(4), f(4)]
    yield "InstanceNorm", {}, [f(2, 3, 4), f(3), f(3)]
    yield "GroupNorm", {"num_groups": 2, "output_mean_var": True}, [f(2, 4, 3), f(2), f(2)]
    yield "GroupNorm", {"num_groups": 4}, [f(2, 4, 3), f(4), f(4)]
    for mode in ("instance", "channel", "spatial"):
        yield "L2Normalization", {"mode": mode}, [f(2, 3, 4)]
    yield "LRN", {"nsize": 3, "alpha": 0.5}, [f(2, 4, 2, 3)]
    yield "LRN", {"nsize": 5, "alpha": 0.1, "beta": 0.5, "knorm": 1.0}, [f(2, 5, 2, 1)]
    yield "softmax", {"axis": 1, "temperature": 0.5}, [f(2, 3, 2)]
    yield "log_softmax", {"axis": -2, "temperature": 2.0}, [f(2, 3, 2)]
    yield "softmin", {"temperature": 2.0}, [f(2, 3)]
    yield "softmax", {"use_length": True}, [f(3, 4), np.array([1, 4, 2], "int32")]
    yield (
        "softmax",
        {"use_length": True, "axis": 1},
        [f(2, 4, 2), np.array([[1, 4], [2, 3]], "int32")],
    )
    yield "SoftmaxActivation", {}, [f(2, 3)]
    yield "SoftmaxActivation", {}, [f(2, 3, 2)]
    yield "SoftmaxActivation", {"mode": "channel"}, [f(2, 3, 2, 2)]
    yield "softmax_cross_entropy", {}, [f(4, 3), ids(3, 4)]
    for norm in ("null", "batch", "valid"):
        yield "SoftmaxOutput", {"normalization": norm, "grad_scale": 2.0}, [f(4, 3), ids(3, 4)]
        yield (
            "SoftmaxOutput",
            {"normalization": norm, "use_ignore": True, "ignore_label": 1},
            [f(4, 3), np.array([0, 1, 2, 1], "float32")],
        )
        yield (
            "SoftmaxOutput",
            {"normalization": norm, "ignore_label": 1},
            [f(4, 3), np.array([0, 1, 2, 1], "float32")],
        )
        yield (
            "SoftmaxOutput",
            {"normalization": norm, "multi_output": True, "use_ignore": True, "ignore_label": 0},
            [f(2, 3, 4), ids(3, 2, 4)],
        )
        yield (
            "SoftmaxOutput",
            {"normalization": norm, "multi_output": True},
            [f(2, 3, 2, 2), ids(3, 2, 2, 2)],
        )
        yield (
            "SoftmaxOutput",
            {"normalization": norm, "preserve_shape": True},
            [f(2, 3, 4), ids(4, 2, 3)],
        )
        yield "SoftmaxOutput", {"normalization": norm, "grad_scale": 2.0}, [f(4, 3), pos(4, 3)]
    yield "SoftmaxOutput", {"out_grad": True}, [f(4, 3), ids(3, 4)]
    yield "SoftmaxOutput", {"smooth_alpha": 0.1}, [f(4, 3), ids(3, 4)]
    yield "SoftmaxOutput", {"smooth_alpha": 0.1, "multi_output": True}, [f(2, 3, 4), ids(3, 2, 4)]
    for name in ("LinearRegressionOutput", "LogisticRegressionOutput", "MAERegressionOutput"):
        yield name, {}, [f(4, 3), f(4, 3)]
        yield name, {"grad_scale": 3.0}, [f(4, 1), f(4)]
        yield name, {"grad_scale": 0.5}, [f(4, 2, 3), f(4, 2, 3)]
    for linear in (True, False):
        yield (
            "SVMOutput",
            {"use_linear": linear, "margin": 0.7, "regularization_coefficient": 0.3},
            [f(4, 3), ids(3, 4)],
        )
    for norm in ("null", "batch", "valid"):
        yield "MakeLoss", {"grad_scale": 3.0, "normalization": norm, "valid_thresh": 0.1}, [f(4, 3)]
    labels = np.array([[1, 2, 0], [2, 2, 1], [3, 0, 0]], "float32")
    yield "CTCLoss", {}, [f(6, 3, 4), labels]
    yield "CTCLoss", {"blank_label": "last"}, [f(6, 3, 4), labels - 1]
    yield (
        "CTCLoss",
        {"use_data_lengths": True},
        [f(6, 3, 4), labels, np.array([3, 5, 6], "float32")],
    )
    yield (
        "CTCLoss",
        {"use_data_lengths": True, "use_label_lengths": True},
        [
            f(6, 3, 4),
            labels + (labels == 0),
            np.array([3, 5, 6], "float32"),
            np.array([1, 3, 2], "float32"),
        ],
    )
    yield (
        "CTCLoss",
        {"use_label_lengths": True, "blank_label": "last"},
        [f(6, 3, 4), np.abs(labels - 1), None, np.array([1, 3, 2], "float32")],
    )
    yield "CTCLoss", {}, [f(2, 1, 3), np.array([[1, 1]], "float32")]
    yield "CTCLoss", {}, [f(3, 2, 3), np.array([[0, 0], [1, 0]], "float32")]
    yield from updates()


def updates():
    plain = [{"lr": 0.1}, {"lr": 0.1, "wd": 0.2, "rescale_grad": 0.5, "clip_gradient": 0.3}]
    for common in plain:
        w = (f(5), f(5))
        yield "sgd_update", common, [*w], "update"
        yield "sgd_mom_update", {**common, "momentum": 0.9}, [*w, f(5)], "update"
        yield "nag_mom_update", {**common, "momentum": 0.9}, [*w, f(5)], "update"
        yield "adam_update", common, [*w, f(5), pos(5)], "update"
        yield "rmsprop_update", common, [*w, pos(5)], "update"
        yield (
            "rmsprop_update",
            {**common, "gamma1": 0.5, "clip_weights": 0.4},
            [*w, pos(5)],
            "update",
        )
        n, g = pos(5) + 2, f(5) * 0.3
        yield "rmspropalex_update", common, [*w, n, g, f(5)], "update"
        yield "rmspropalex_update", {**common, "clip_weights": 0.4}, [*w, n, g, f(5)], "update"
        yield "ftrl_update", {**common, "lamda1": 0.3}, [*w, f(5), pos(5)], "update"
        yield (
            "ftml_update",
            {
                **{("clip_grad" if k == "clip_gradient" else k): v for k, v in common.items()},
                "t": 3,
            },
            [*w, pos(5), pos(5), f(5)],
            "update",
        )
        yield "signsgd_update", common, [*w], "update"
        yield "signum_update", {**common, "momentum": 0.9, "wd_lh": 0.1}, [*w, f(5)], "update"
        yield (
            "lamb_update_phase1",
            {**{k: v for k, v in common.items() if k != "lr"}, "wd": common.get("wd", 0.0), "t": 2},
            [*w, f(5), pos(5)],
            "update",
        )
        half = [a.astype("float16") for a in w]
        yield "mp_sgd_update", common, [*half, w[0]], "update"
        yield "mp_sgd_mom_update", {**common, "momentum": 0.9}, [*half, f(5), w[0]], "update"
        yield "mp_nag_mom_update", {**common, "momentum": 0.9}, [*half, f(5), w[0]], "update"
        yield (
            "mp_lamb_update_phase1",
            {**{k: v for k, v in common.items() if k != "lr"}, "wd": common.get("wd", 0.0), "t": 2},
            [*half, f(5), pos(5), w[0]],
            "update",
        )
        yield "sgd_update", common, [*half], "update"
    yield (
        "adam_update",
        {"lr": 0.1, "beta1": 0.5, "beta2": 0.7, "epsilon": 0.1},
        [f(5), f(5), f(5), pos(5)],
        "update",
    )
    one = np.array([0.7], "float32")
    for bounds in (
        {},
        {"lower_bound": 0.9, "upper_bound": 2.0},
        {"lower_bound": 0.1, "upper_bound": 0.5},
    ):
        yield "lamb_update_phase2", {"lr": 0.1, **bounds}, [f(5), f(5), one, one * 2], "update"
    yield "lamb_update_phase2", {"lr": 0.1}, [f(5), f(5), one * 0, one], "update"
    yield "lamb_update_phase2", {"lr": 0.1}, [f(5), f(5), one, one * 0], "update"
    yield (
        "lamb_update_phase1",
        {"wd": 0.1, "t": 2, "bias_correction": False},
        [f(5), f(5), f(5), pos(5)],
        "update",
    )


INDEX_NAMES = {"CTCLoss": ("data", "label", "data_lengths", "label_lengths")}


def main(out):
    """Run every case; those that the original cannot compute on a CPU are named and left out."""
    arrays, described = {}, []
    for name, attrs, inputs, *mode in cases():
        mode = mode[0] if mode else "train"
        try:
            found = run(name, attrs, inputs, mode)
        except mx.MXNetError as error:
            print("left out:", name, attrs, str(error).strip().splitlines()[-1])
            continue
        arrays.update({"%s_%d%s" % (k[0], len(described), k[1]): v for k, v in found.items()})
        described.append([name, attrs, mode, len(inputs)])
    np.savez_compressed(out, cases=json.dumps(described), **arrays)
    print(len(described), "cases")


def run(name, attrs, inputs, mode):
    """Arrays of one case by (kind, number)."""
    arrays = {}
    given = [None if a is None else nd.array(a, dtype=a.dtype) for a in inputs]
    keywords = {}
    if name in INDEX_NAMES:
        keywords = {n: g for n, g in zip(INDEX_NAMES[name], given) if g is not None}
    arguments = [] if keywords else given
    op = getattr(nd, name)
    if mode == "update":
        # in place as an optimizer calls it: some kernels read the weight after writing it
        out = {} if "phase1" in name else {"out": given[0]}
        results = op(*arguments, **attrs, **out)
    else:
        for g in given[:1] if name == "softmax_cross_entropy" else given:
            if g is not None and g.dtype != np.int32:
                g.attach_grad()
        with autograd.record(train_mode=mode == "train"):
            results = op(*arguments, **keywords, **attrs)
        first = results[0] if isinstance(results, list) else results
        head = RNG.randn(*first.shape).astype("float32")
        first.backward(nd.array(head), train_mode=mode == "train")
        arrays["head", ""] = head
    results = results if isinstance(results, list) else [results]
    for k, r in enumerate(results):
        arrays["out", "_%d" % k] = r.asnumpy()
    for k, (a, g) in enumerate(zip(inputs, given)):
        if g is None:
            continue
        arrays["in", "_%d" % k] = a
        if not np.array_equal(a, g.asnumpy()):
            arrays["aft", "_%d" % k] = g.asnumpy()
        if g.grad is not None:
            arrays["grad", "_%d" % k] = g.grad.asnumpy()
    return arrays


if __name__ == "__main__":
    main(sys.argv[1])
