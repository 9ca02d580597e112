"""Comparing optimizers, and blocks with their hybridized selves."""

import inspect

import numpy as onp

from .. import autograd
from ..ndarray._creation import array
from ._arrays import rand_ndarray
from ._compare import assert_almost_equal, compare_ndarray_tuple, to_numpy
from ._tolerance import default_context

__all__ = ["check_gluon_hybridize_consistency", "compare_optimizer"]


def _random(shape, stype, dtype):
    if stype == "default":
        data = onp.random.uniform(size=shape)
        return array(data, dtype=dtype, ctx=default_context())
    if stype in ("row_sparse", "csr"):
        return rand_ndarray(shape, stype, density=1, dtype=dtype)
    raise Exception(f"type {stype!r} is not supported yet")


def compare_optimizer(
    opt1,
    opt2,
    shape,
    dtype,
    w_stype="default",
    g_stype="default",
    rtol=1e-4,
    atol=1e-5,
    compare_states=True,
    ntensors=1,
):
    """Check that two optimizers take the same step from the same random weights and gradients.

    Parameters
    ----------
    opt1, opt2 : Optimizer
    shape : tuple of int, of each weight; or a list of them
    dtype : element type
    w_stype, g_stype : str     storage type of weights and gradients
    rtol, atol : float
    compare_states : bool      whether the states must agree as well
    ntensors : int             how many weights are updated at once, where they have one shape

    Raises
    ------
    AssertionError   if they differ
    """
    if len(shape) and isinstance(shape[0], (list, tuple)):
        shapes = shape
    else:
        shapes = [tuple(shape)] * ntensors
    first, second, states1, states2, grads1, grads2 = [], [], [], [], [], []
    for i, one in enumerate(shapes):
        w, g = _random(one, w_stype, dtype), _random(one, g_stype, dtype)
        first.append(w)
        second.append(w.copy())
        grads1.append(g)
        grads2.append(g.copy())
        states1.append(opt1.create_state_multi_precision(i, first[i]))
        states2.append(opt2.create_state_multi_precision(i, second[i]))
        if compare_states:
            compare_ndarray_tuple(states1[i], states2[i])
    _update(opt1, first, grads1, states1)
    _update(opt2, second, grads2, states2)
    for i in range(len(shapes)):
        if compare_states:
            compare_ndarray_tuple(states1[i], states2[i], rtol=rtol, atol=atol)
        assert_almost_equal(first[i], second[i], rtol=rtol, atol=atol)


def _update(optimizer, weights, grads, states):
    if len(weights) == 1:
        optimizer.update_multi_precision(0, weights[0], grads[0], states[0])
    else:
        indices = list(range(len(weights)))
        optimizer.update_multi_precision(indices, weights, grads, states)


def check_gluon_hybridize_consistency(
    net_builder, data_l, numpy_func=None, test_grad=True, rtol=1e-4, atol=1e-4
):
    """Check that a block computes the same when it is hybridized: results and gradients.

    The block must not draw random numbers.

    Parameters
    ----------
    net_builder : callable        gives a new HybridBlock; called with ``prefix='net_'`` if it takes
        that
    data_l : list of NDArray      the inputs
    numpy_func : callable         the same function of NumPy arrays, to compare with
    test_grad : bool              whether to compare gradients with respect to the inputs
    rtol, atol : float

    Raises
    ------
    AssertionError   if results differ
    """
    start, results, gradients = None, None, None
    expected = None if numpy_func is None else numpy_func(*[to_numpy(x) for x in data_l])
    for hybridize in (False, True):
        for record in (False, True) if test_grad else (False,):
            net = _build(net_builder)
            if start is None:
                net.initialize()
                net(*data_l)  # shapes may be unknown until data come
                start = [p.data().copy() for p in net.collect_params().values()]
            else:
                net.initialize()
                net(*data_l)
                for p, value in zip(net.collect_params().values(), start):
                    p.set_data(value)
            if hybridize:
                net.hybridize()
            inputs = [x.copy() for x in data_l]
            if record:
                for x in inputs:
                    x.attach_grad()
                with autograd.record():
                    out = net(*inputs)
                out.backward(out)
                found = [to_numpy(x.grad) for x in inputs]
                gradients = found if gradients is None else gradients
                for a, b in zip(found, gradients):
                    assert_almost_equal(a, b, rtol=rtol, atol=atol)
            else:
                out = net(*inputs)
            out = to_numpy(out)
            results = out if results is None else results
            assert_almost_equal(out, results, rtol=rtol, atol=atol)
            if expected is not None:
                assert_almost_equal(out, expected, rtol=rtol, atol=atol)


def _build(builder):
    try:
        parameters = inspect.signature(builder).parameters.values()
    except (TypeError, ValueError):
        parameters = ()
    named = any(p.name == "prefix" or p.kind is p.VAR_KEYWORD for p in parameters)
    return builder(prefix="net_") if named else builder()
