"""Every operator states what its gradient is, and the statement is checked.

An operator's gradient is *derived* from its function unless a table below says otherwise: then
it must agree with central differences in float64, in random directions, for random head gradients
of all its results at once. The tables hold what no difference can tell: gradients that training
needs and mathematics does not know (``SoftmaxOutput``), and results that stop gradients. Those
must differ from a derived one, or vanish, so that no entry outlives its reason.
"""

import jax
import jax.numpy as jnp
import numpy as onp
import pytest

from mxnet._dtypes import is_floating
from mxnet._engine import plan
from mxnet._engine.evaluate import EVALUATION
from mxnet._ops import _spec
from support.ops import bind
from support.samples import samples

SAMPLES = samples()
OPERATORS = {op.name: op for op in _spec.registry.values()}

# inputs that are positions, lengths or classes: no gradient flows to them
POSITIONS = {
    "CTCLoss": {"label", "data_lengths", "label_lengths"},
    "Embedding": {"data"},
    "ROIPooling": {"rois"},
    "SequenceLast": {"sequence_length"},
    "SequenceMask": {"sequence_length"},
    "SequenceReverse": {"sequence_length"},
    "_backward_gather_nd": {"indices"},
    "_contrib_DeformablePSROIPooling": {"rois"},
    "_contrib_PSROIPooling": {"rois"},
    "_contrib_ROIAlign": {"rois"},
    "_contrib_RROIAlign": {"rois"},
    "_contrib_count_sketch": {"h", "s"},
    "_contrib_hawkesll": {"state", "lags", "marks", "valid_length", "max_time"},
    "_random_pdf_generalized_negative_binomial": {"sample"},
    "_random_pdf_negative_binomial": {"sample"},
    "_random_pdf_poisson": {"sample"},
    "_scatter_set_nd": {"indices"},
    "_sparse_retain": {"indices"},
    "batch_take": {"indices"},
    "fill_element_0index": {"rhs"},
    "gather_nd": {"indices"},
    "pick": {"index"},
    "scatter_nd": {"indices"},
    "softmax_cross_entropy": {"label"},
    "take": {"indices"},
}
# a gradient of their own, by definition; each has tests of its values in its family's file
OWN = {
    "BlockGrad", "IdentityAttachKLSparseReg", "LinearRegressionOutput",
    "LogisticRegressionOutput", "MAERegressionOutput", "MakeLoss", "SVMOutput", "SoftmaxOutput",
    "_contrib_gradientmultiplier", "_contrib_round_ste", "_contrib_sign_ste", "make_loss",
}  # fmt: skip
# results that stop gradients: comparisons, positions, boxes after a selection, 8-bit numbers,
# draws, and the updates of optimizers
STOPS = {
    "_contrib_MultiBoxDetection", "_contrib_MultiBoxTarget", "_contrib_MultiProposal",
    "_contrib_Proposal", "_contrib_RROIAlign", "_contrib_box_decode", "_contrib_box_encode",
    "_contrib_box_iou", "_contrib_dequantize", "_contrib_quantize", "_contrib_quantize_v2",
    "_contrib_quantized_act", "_contrib_quantized_concat", "_contrib_quantized_conv",
    "_contrib_quantized_elemwise_add", "_contrib_quantized_elemwise_mul",
    "_contrib_quantized_embedding", "_contrib_quantized_flatten",
    "_contrib_quantized_fully_connected", "_contrib_quantized_pooling", "_contrib_requantize",
    "_onehot_encode", "_ravel_multi_index", "_sample_exponential", "_sample_gamma",
    "_sample_negative_binomial", "_sample_normal", "_sample_uniform", "_unravel_index", "one_hot",
}  # fmt: skip
# what differences in float64 cannot show
UNCOMPARED = {
    **dict.fromkeys(
        ["_npi_beta", "_npi_chisquare", "_npi_gamma"],
        "the derivative of the law, not of the draws that were rejected: np/test_random.py",
    ),
    "amp_cast": "the result is in float16; the gradient is cast back",
    "_contrib_hawkesll": "the state it returns stops gradients; test_contrib_misc.py compares",
    "_multi_mp_lamb_update": "as _multi_lamb_update",
    "_multi_lamb_update": "an update: gradients do not pass, its ratio of norms is in float32",
    "multi_lars": "rates of an update, in float32",
    "multi_sum_sq": "norms for an update, in float32",
}


# What JAX runs, compiled for its shapes, where the rest of an operator is run by NumPy.
FOREIGN = {
    "cholesky", "conv_general_dilated", "custom_linear_solve", "eigh", "lt_to", "lu", "qr",
    "random_gamma", "svd", "triangular_solve",
}  # fmt: skip


# refuse float64; test_quantize_rnn.py shows that they give zeros
FLOAT32_ONLY = {"_contrib_quantize_asym", "_contrib_quantized_rnn"}


def position(name, i):
    op = OPERATORS[name]
    return i < len(op.inputs) and op.inputs[i] in POSITIONS.get(name, ())


def case(name):
    """One operator at its sample in float64: (bound, inputs, words, inputs that move by number,
    a random direction for each), or None if none does.
    """
    arrays, attrs = SAMPLES[name]
    rng = onp.random.default_rng(len(name))
    arrays = [onp.asarray(a) for a in arrays]
    arrays = [a.astype("float64") if a.dtype.kind == "f" else a for a in arrays]
    moved = [i for i, a in enumerate(arrays) if a.dtype.kind == "f" and not position(name, i)]
    for i in moved:  # off the ties and corners that samples of integers have
        arrays[i] = arrays[i] + rng.uniform(1e-3, 2e-3, arrays[i].shape)
    bound, inputs, words = bind(name, arrays, attrs, seed=0, train=True)
    if not moved:
        return None
    directions = [jnp.asarray(rng.normal(size=arrays[i].shape)) for i in moved]
    return bound, inputs, words, moved, directions


def heads_of(shapes):
    """Random head gradients."""
    rng = onp.random.default_rng(len(shapes))
    return [jnp.asarray(rng.normal(size=o.shape), o.dtype) for o in shapes]


def measure(name):
    """(derived, by differences): slopes of one operator in one random direction; None without."""
    found = case(name)
    if found is None:
        return None
    bound, inputs, words, moved, directions = found

    def results(*chosen):
        every = list(inputs)
        for i, x in zip(moved, chosen):
            every[i] = x
        found = bound.run(every, words)[: bound.n_visible]
        return [o for o in found if jnp.issubdtype(o.dtype, jnp.floating)]

    at = [inputs[i] for i in moved]
    shapes = jax.eval_shape(results, *at)
    if not shapes:
        return None
    heads = heads_of(shapes)

    def along(t):
        found = results(*[x + t * d for x, d in zip(at, directions)])
        return sum([jnp.sum(o.astype("float64") * h) for o, h in zip(found, heads)])

    pulled = jax.vjp(results, *at)[1](heads)
    derived = sum([jnp.sum(g.astype("float64") * d) for g, d in zip(pulled, directions)])
    step = 1e-6
    above, below = jax.lax.map(along, jnp.asarray([step, -step]))  # compiled once, for both
    return jnp.stack([derived, (above - below) / (2 * step)])


def evaluated(name):
    """The derived slope, without the compiler; None without."""
    found = case(name)
    if found is None:
        return None
    bound, inputs, words, moved, directions = found
    inputs, words = [onp.asarray(a) for a in inputs], [onp.float64(w) for w in words]
    shapes = jax.eval_shape(bound.run, inputs, words)[: bound.n_visible]
    floats = tuple([i for i, o in enumerate(shapes) if is_floating(o.dtype)])
    if not floats:
        return None
    heads = [onp.asarray(h) for h in heads_of([shapes[i] for i in floats])]
    with onp.errstate(all="ignore"):
        _, pull = EVALUATION.differentiate(bound, inputs, words, tuple(moved), floats)
        if pull is None:  # no gradient goes through it
            return 0.0
        grads = EVALUATION.pull(None, pull, heads)
    return sum([(g.astype("float64") * onp.asarray(d)).sum() for g, d in zip(grads, directions)])


def families():
    found = {}
    for name in sorted(SAMPLES):
        if not OPERATORS[name].barrier and name not in FLOAT32_ONLY:
            found.setdefault(OPERATORS[name].fn.__module__.rpartition(".")[2], []).append(name)
    return found


@pytest.mark.parametrize(("family", "names"), families().items(), ids=str)
def test_gradient_is_what_is_stated(family, names, monkeypatch):
    real = plan.foreign

    def foreign(primitive, *args):
        assert primitive.name in FOREIGN, primitive
        return real(primitive, *args)

    monkeypatch.setattr(plan, "foreign", foreign)
    # A fifth less to do for the compiler, whose code nobody waits for here
    quick = {"xla_backend_optimization_level": 0}
    slopes = jax.jit(
        lambda: {n: s for n in names if (s := measure(n)) is not None}, compiler_options=quick
    )()
    wrong = {}
    for name, (derived, differences) in slopes.items():
        assert onp.isclose(evaluated(name), derived, 1e-4, 1e-6, equal_nan=True), name
        same = abs(derived - differences) <= 1e-5 * (1 + abs(differences))
        if name in UNCOMPARED:
            continue
        if name in STOPS:
            same = derived == 0
        elif name in OWN:
            same = not same
        if not same:
            wrong[name] = (float(derived), float(differences))
    assert wrong == {}


def test_statements_are_about_operators():
    for table in (POSITIONS, OWN, STOPS, UNCOMPARED, FLOAT32_ONLY):
        assert set(table) <= set(OPERATORS)
    for name, inputs in POSITIONS.items():
        assert inputs <= set(OPERATORS[name].inputs), name
    assert not OWN & STOPS
