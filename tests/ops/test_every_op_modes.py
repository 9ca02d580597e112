"""Every operator gives the same without the compiler, op by op, compiled with others, and inside a
hybridized block.

The samples are in ``support/samples.py``; what the values should be is for the families' own
tests to say. Many operators share a segment, or a block, so that few programs are compiled.
"""

import warnings

import numpy as onp
import pytest

import mxnet as mx
from mxnet import _config, gluon, nd
from mxnet._ops import _spec
from mxnet._ops._storage import Csr
from support.samples import samples

LAZY, NAIVE = "ThreadedEnginePerDevice", "NaiveEngine"
SAMPLES = samples()
OPERATORS = {op.name: op for op in _spec.registry.values()}
# samplers whose loops take seconds to compile, and that are the same function as the one that
# takes numbers: ``_random_gamma`` for ``_sample_gamma`` and so on
PAIRED = {
    f"{form}{law}{like}"
    for law in ("gamma", "poisson", "negative_binomial", "generalized_negative_binomial")
    for form, like in (("_sample_", ""), ("_random_", "_like"))
}


def groups():
    """Lists of operators by family; those that run alone anyway are a group of their own."""
    found = {}
    for name in sorted(set(SAMPLES) - PAIRED):
        op = OPERATORS[name]
        family = "barrier" if op.barrier else op.fn.__module__.rpartition(".")[2]
        found.setdefault(family, []).append(name)
    return {f"{k}-{i // 60}": v[i : i + 60] for k, v in found.items() for i in range(0, len(v), 60)}


def apply(F, name, arrays):
    """Call the function of an operator; a list of results."""
    function = getattr(F._internal if name.startswith("_") else F, name)
    attrs = SAMPLES[name][1]
    found = function(*arrays, **attrs)
    return list(found) if isinstance(found, (list, tuple)) else [found]


def array(a):
    if isinstance(a, Csr):
        parts = a.data, a.indices, a.indptr
        return nd.sparse.csr_matrix(parts, shape=a.shape, dtype=a.data.dtype)
    return nd.array(a, dtype=a.dtype)


def fresh(name):
    return [array(a) for a in SAMPLES[name][0]]


def imperative(names, seed, engine):
    """Results, and the arrays that operators may have changed, op for op."""
    old = mx.engine.set_engine_type(engine)
    evaluate = _config.set_option("evaluate", 8 if engine == NAIVE else 0)
    try:
        mx.random.seed(seed)
        inputs = {name: fresh(name) for name in names}
        outputs = {name: apply(nd, name, inputs[name]) for name in names}
        return {name: [x.asnumpy() for x in (*outputs[name], *inputs[name])] for name in names}
    finally:
        mx.engine.set_engine_type(old)
        _config.set_option("evaluate", evaluate)


class Family(gluon.HybridBlock):
    """Some operators as one block: the inputs and the outputs of all, one after the other."""

    def __init__(self, names, **kwargs):
        super().__init__(**kwargs)
        self.names, self.counts = names, []

    def hybrid_forward(self, F, first, *arrays):
        arrays = [first, *arrays]
        at, outputs, self.counts = 1, [first + 0], []
        for name in self.names:
            n = len(SAMPLES[name][0])
            found = apply(F, name, arrays[at : at + n])
            at += n
            outputs += found
            self.counts.append(len(found))
        return outputs


def hybridized(names, seed):
    block = Family(names)
    block.hybridize()
    inputs = [nd.zeros((1,))] + [x for name in names for x in fresh(name)]
    mx.random.seed(seed)
    outputs, found, at = block(*inputs), {}, 1
    for name, count in zip(names, block.counts):
        found[name] = [x.asnumpy() for x in outputs[at : at + count]]
        at += count
    return found


def agree(expected, found, how):
    wrong = []
    for name, arrays in expected.items():
        assert len(arrays) == len(found[name]), name
        for k, (a, b) in enumerate(zip(arrays, found[name])):
            same = a.dtype == b.dtype and a.shape == b.shape
            loose = a.dtype == onp.float16
            # where numbers cancel, what is left is as exact as they were
            largest = float(onp.max(onp.abs(a), initial=0, where=onp.isfinite(a)))
            near = 1e-3 if loose else 3e-6 * max(1, largest)
            if not same or not onp.allclose(a, b, 2e-3 if loose else 2e-5, near, equal_nan=True):
                wrong.append(f"{name}[{k}]: {a.dtype}{a.shape} {a}\n{how}: {b.dtype}{b.shape} {b}")
    assert not wrong, "\n".join(wrong)


GROUPS = groups()


@pytest.fixture(scope="module")
def one_by_one():
    """Results op by op, computed once per group."""
    kept = {}

    def of(group):
        if group not in kept:
            kept[group] = imperative(GROUPS[group], 11, NAIVE)
        return kept[group]

    return of


@pytest.mark.parametrize("group", GROUPS)
def test_lazy_equals_op_by_op(group, one_by_one):
    agree(one_by_one(group), imperative(GROUPS[group], 11, LAZY), "lazy")


@pytest.mark.usefixtures("compiled_at_once")
@pytest.mark.parametrize("group", GROUPS)
def test_hybridized_equals_op_by_op(group, one_by_one):
    names = GROUPS[group]
    # what a block does to its own inputs stays inside of it
    expected = {
        name: arrays[: len(arrays) - len(SAMPLES[name][0])]
        for name, arrays in one_by_one(group).items()
    }
    with warnings.catch_warnings():
        if group.startswith("barrier"):  # such a block runs imperatively, and says so
            warnings.simplefilter("ignore", UserWarning)
        found = hybridized(names, 11)
    agree(expected, found, "hybridized")


def test_every_operator_has_a_sample():
    assert set(OPERATORS) == set(SAMPLES)
    assert set(SAMPLES) == PAIRED.union(*GROUPS.values())


def test_comparison_fires():
    agree({"exp": [onp.ones(2)]}, {"exp": [onp.ones(2)]}, "x")
    for other in (onp.ones(3), onp.ones(2, "float32"), onp.array([1, 1.001])):
        with pytest.raises(AssertionError, match="exp"):
            agree({"exp": [onp.ones(2)]}, {"exp": [other]}, "x")
