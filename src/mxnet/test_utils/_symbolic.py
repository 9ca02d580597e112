"""Checks of symbols: outputs, gradients against finite differences, devices, speed."""

import functools
import json
import logging
import time
import traceback
from collections import OrderedDict
from typing import Any

import numpy as onp

from .. import symbol as _symbol
from ..ndarray import sparse as _sparse
from ..ndarray._creation import array, zeros
from ..ndarray.ndarray import NDArray, waitall
from ..symbol import Symbol
from ._compare import assert_almost_equal, to_numpy
from ._tolerance import (
    default_context,
    default_numeric_eps,
    get_atol,
    get_numeric_eps,
    get_rtol,
)

__all__ = [
    "check_consistency",
    "check_numeric_gradient",
    "check_speed",
    "check_symbolic_backward",
    "check_symbolic_forward",
    "numeric_grad",
    "same_symbol_structure",
    "simple_forward",
]

_log = logging.getLogger(__name__)
_FLOATS = tuple(onp.dtype(t) for t in ("float16", "float32", "float64"))


def _sorted_items(d):
    return sorted(d.items())


def _sorted_dict(d):
    return OrderedDict(_sorted_items(d))


def _check_dtype(where, dtype):
    if not (isinstance(dtype, str) and dtype == "asnumpy") and onp.dtype(dtype) not in _FLOATS:
        raise AssertionError(f"{where}: dtype should be float16, float32, float64 or 'asnumpy'")


def simple_forward(sym, ctx=None, is_train=False, **inputs):
    """Outputs of a symbol for NumPy inputs given by name.

    Parameters
    ----------
    sym : Symbol
    ctx : Context, optional
    is_train : bool
    **inputs : array_like

    Returns
    -------
    numpy.ndarray, or a list of them where there are several outputs
    """
    ctx = ctx or default_context()
    args = {k: array(v, ctx=ctx) for k, v in inputs.items()}
    exe = sym.bind(ctx, args=args)
    exe.forward(is_train=is_train)
    outputs = [x.asnumpy() for x in exe.outputs]
    return outputs[0] if len(outputs) == 1 else outputs


def _to_ndarray(name, value, ctx, dtype, keep):
    """NDArray of a test's value; sparse arrays stay sparse.

    ``keep`` leaves an NDArray its element type: ``dtype`` is that of NumPy arrays then.
    """
    if value is None:
        raise ValueError(f"argument or state {name!r}: expected an array, got None")
    if isinstance(value, NDArray) and value.stype != "default":
        return value.as_in_context(ctx)
    if isinstance(value, NDArray):
        keep = keep or dtype == "asnumpy"
        return value.as_in_context(ctx).astype(value.dtype if keep else dtype)
    value = onp.asarray(value)
    return array(value, ctx=ctx, dtype=value.dtype if dtype == "asnumpy" else dtype)


def _parse_location(sym, location, ctx, dtype: Any = onp.float32, *, keep=True):
    """Values of a symbol's arguments as a dict of NDArray by name.

    Parameters
    ----------
    sym : Symbol
    location : dict of array by name, or list of array in the order of ``list_arguments()``
    ctx : Context
    dtype : float type, or 'asnumpy' to keep the arrays'
    keep : bool     whether NDArrays keep their element type

    Raises
    ------
    ValueError   if the names are not those of the arguments
    """
    _check_dtype("location", dtype)
    names = sym.list_arguments()
    if isinstance(location, dict):
        if set(location) != set(names):
            raise ValueError(
                "Symbol arguments and keys of the given location do not match."
                f"symbol args:{set(names)}, location.keys():{set(location)}"
            )
    else:
        location = dict(zip(names, location))
    return _sorted_dict({k: _to_ndarray(k, v, ctx, dtype, keep) for k, v in location.items()})


def _parse_aux_states(sym, aux_states, ctx, dtype: Any = onp.float32, *, keep=True):
    """Values of a symbol's auxiliary states as a dict of NDArray by name; see _parse_location."""
    _check_dtype("aux_states", dtype)
    if aux_states is None:
        return None
    names = sym.list_auxiliary_states()
    if isinstance(aux_states, dict):
        if set(aux_states) != set(names):
            raise ValueError(
                "Symbol aux_states names and given aux_states do not match."
                f"symbol aux_names:{set(names)}, aux_states.keys:{set(aux_states)}"
            )
    elif isinstance(aux_states, (list, tuple)):
        aux_states = dict(zip(names, aux_states))
    return {k: _to_ndarray(k, v, ctx, dtype, keep) for k, v in aux_states.items()}


def numeric_grad(
    executor,
    location,
    aux_states=None,
    eps=1e-4,
    use_forward_train=True,
    dtype: Any = onp.float32,
):
    """Gradients of the sum of an executor's first output, by central differences.

    Parameters
    ----------
    executor : Executor
    location : dict of numpy.ndarray or NDArray by name   where to compute them
    aux_states : dict of numpy.ndarray by name, optional  set before each pass
    eps : float                                           width of the difference
    use_forward_train : bool                              whether the passes are training passes
    dtype : float type

    Returns
    -------
    dict of numpy.ndarray by name, of the types of ``location``
    """
    dtype = onp.dtype(dtype)
    if dtype not in _FLOATS:
        raise AssertionError(f"numeric_grad: expected a float type, got {dtype}")
    points = {}
    for name, value in location.items():
        value = to_numpy(value)
        points[name] = onp.array(value, value.dtype if value.dtype.kind == "f" else dtype)
    for name, value in points.items():
        executor.arg_dict[name][:] = value
    slopes = {k: onp.zeros(v.shape, dtype) for k, v in points.items()}

    def total():
        for name, value in (aux_states or {}).items():
            executor.aux_dict[name][:] = value
        executor.forward(is_train=use_forward_train)
        return executor.outputs[0].asnumpy().astype("float64").sum()

    for name, point in points.items():
        handle = executor.arg_dict[name]
        if onp.dtype(handle.dtype) not in _FLOATS:
            continue  # integers have no neighbours
        stype = handle.stype
        flat, slope = point.reshape(-1), slopes[name].reshape(-1)

        def put(value, handle=handle, stype=stype):
            handle[:] = array(value, ctx=handle.context, dtype=handle.dtype).tostype(stype)

        for i in range(flat.size):
            kept = flat[i]
            flat[i] = kept + eps / 2.0
            put(point)
            high = total()
            flat[i] = kept - eps / 2.0
            put(point)
            low = total()
            flat[i] = kept
            slope[i] = (high - low) / eps
        put(point)
    return slopes


def check_numeric_gradient(
    sym,
    location,
    aux_states=None,
    numeric_eps=None,
    rtol=None,
    atol=None,
    grad_nodes=None,
    use_forward_train=True,
    ctx=None,
    grad_stype_dict=None,
    dtype=onp.float32,
):
    """Compare a symbol's gradients with finite differences, at one point.

    The symbol's output is multiplied by random numbers and summed, so that one scalar tests all of
    its elements.

    Parameters
    ----------
    sym : Symbol
    location : list or dict of array     values of the arguments, in their order or by name
    aux_states : list or dict of array   values of the auxiliary states
    numeric_eps : float, optional        width of the differences; the default depends on ``dtype``
    rtol, atol : float, optional         tolerances; the defaults depend on ``dtype``
    grad_nodes : list of str, or dict of str   arguments whose gradient is checked (all by
        default), or how each gradient is written: 'write', 'add' or 'null'
    use_forward_train : bool             whether the differences are those of training passes
    ctx : Context, optional
    grad_stype_dict : dict of str        storage types of gradients by name
    dtype : float type

    Raises
    ------
    AssertionError   if a gradient differs, naming the largest errors and where they are
    ValueError       if names are missing, or ``grad_nodes`` is something else
    """
    dtype = onp.dtype(dtype)
    if dtype not in _FLOATS:
        raise AssertionError(f"check_numeric_gradient: expected a float type, got {dtype}")
    ctx = default_context() if ctx is None else ctx
    eps = get_numeric_eps(numeric_eps, dtype, default_numeric_eps())
    rtol, atol = get_rtol(rtol, dtype), get_atol(atol, dtype)
    location = _parse_location(sym, location, ctx, dtype, keep=False)
    points = {k: v.asnumpy() for k, v in location.items()}
    aux = _parse_aux_states(sym, aux_states, ctx, dtype, keep=False)
    aux_points = None if aux is None else {k: v.asnumpy() for k, v in aux.items()}
    if grad_nodes is None:
        grad_req = dict.fromkeys(sym.list_arguments(), "write")
    elif isinstance(grad_nodes, (list, tuple)):
        grad_req = dict.fromkeys(grad_nodes, "write")
    elif isinstance(grad_nodes, dict):
        grad_req = dict(grad_nodes)
    else:
        raise ValueError(
            f"check_numeric_gradient: grad_nodes: expected names or a dict, got {grad_nodes!r}"
        )
    checked = list(grad_req)

    shapes = {k: v.shape for k, v in location.items()}
    sym = sym.as_nd_ndarray()  # one kind of symbol to multiply and sum with
    _, out_shapes, _ = sym.infer_shape(**shapes)
    # The differences are summed in float64: a sum in float32 is rounded by about as much as one
    # small step changes it.
    terms = sym * _symbol.Variable("__random_proj")
    scalar = _symbol.make_loss(_symbol.sum(terms))
    location = dict(location)
    location["__random_proj"] = array(onp.random.rand(*out_shapes[0]) + 0.1, ctx=ctx, dtype=dtype)
    # Gradients that are added to begin with something.
    start = {k: onp.random.normal(0, 0.01, size=location[k].shape) for k in checked}
    start["__random_proj"] = onp.random.normal(0, 0.01, size=out_shapes[0])
    grads = {k: array(v, ctx=ctx, dtype=dtype) for k, v in start.items()}
    for name, stype in (grad_stype_dict or {}).items():
        if name in grads:
            if stype in (None, "default"):
                continue
            grads[name] = _sparse.zeros(stype, grads[name].shape, ctx=ctx, dtype=dtype)
            start[name] = onp.zeros(grads[name].shape)
    grad_req["__random_proj"] = "write"
    executor = scalar.bind(ctx, args=location, args_grad=grads, aux_states=aux, grad_req=grad_req)
    if len(executor.grad_arrays) != len(scalar.list_arguments()):
        raise AssertionError("the executor does not have a gradient for each argument")
    executor.forward(is_train=True)
    executor.backward()
    found = {k: executor.grad_dict[k].asnumpy() for k in checked}
    numeric = numeric_grad(
        terms.bind(ctx, args=location, aux_states=aux, grad_req="null"),
        {**points, "__random_proj": location["__random_proj"].asnumpy()},
        aux_points,
        eps=eps,
        use_forward_train=use_forward_train,
        dtype=dtype,
    )
    for name in checked:
        words = (f"NUMERICAL_{name}", f"BACKWARD_{name}")
        if grad_req[name] == "write":
            assert_almost_equal(numeric[name], found[name], rtol, atol, words)
        elif grad_req[name] == "add":
            fresh = start[name].astype(dtype)
            assert_almost_equal(numeric[name], found[name] - fresh, rtol, atol, words)
        elif grad_req[name] == "null":
            if executor.grad_dict.get(name) is not None:
                assert_almost_equal(start[name].astype(dtype), found[name], rtol, atol, words)
        else:
            raise ValueError(f"Invalid grad_req {grad_req[name]!r} for argument {name}")


def _named(values, names):
    """A dict by name of values that may be a list in the order of the names."""
    return values if isinstance(values, dict) else dict(zip(names, values))


def check_symbolic_forward(
    sym,
    location,
    expected,
    rtol=None,
    atol=None,
    aux_states=None,
    ctx=None,
    equal_nan=False,
    dtype=onp.float32,
):
    """Compare a symbol's outputs with expected ones.

    Parameters
    ----------
    sym : Symbol
    location : list or dict of array     values of the arguments, in their order or by name
    expected : list or dict of array     the outputs, in their order or by name
    rtol, atol : float, optional         tolerances; the defaults depend on the types
    aux_states : list or dict of array   values of the auxiliary states
    ctx : Context, optional
    equal_nan : bool                     whether NaN equals NaN
    dtype : float type, or 'asnumpy' to keep the arrays'

    Returns
    -------
    list of NDArray    the outputs

    Raises
    ------
    AssertionError   if an output differs
    ValueError       if arguments are missing
    """
    _check_dtype("check_symbolic_forward", dtype)
    ctx = default_context() if ctx is None else ctx
    location = _parse_location(sym, location, ctx, dtype)
    aux = _parse_aux_states(sym, aux_states, ctx, dtype)
    grads = {k: zeros(v.shape, ctx=ctx, dtype=v.dtype) for k, v in location.items()}
    executor = sym.bind(ctx, args=location, args_grad=grads, aux_states=aux)
    for handle in executor.grad_arrays:
        if handle is not None:
            handle[:] = 0
    executor.forward(is_train=False)
    names = sym.list_outputs()
    expected = [expected[k] for k in names] if isinstance(expected, dict) else expected
    for name, want, got in zip(names, expected, executor.outputs):
        words = (f"EXPECTED_{name}", f"FORWARD_{name}")
        assert_almost_equal(want, got, rtol, atol, words, equal_nan=equal_nan)
    return executor.outputs


def check_symbolic_backward(
    sym,
    location,
    out_grads,
    expected,
    rtol=None,
    atol=None,
    aux_states=None,
    grad_req="write",
    ctx=None,
    grad_stypes=None,
    equal_nan=False,
    dtype=onp.float32,
):
    """Compare the gradients of a symbol's arguments with expected ones.

    Parameters
    ----------
    sym : Symbol
    location : list or dict of array     values of the arguments, in their order or by name
    out_grads : None, list or dict of array   gradients of the outputs, in their order or by name
    expected : list or dict of array     gradients of the arguments, in their order or by name
    rtol, atol : float, optional         tolerances; the defaults depend on the types
    aux_states : list or dict of array   values of the auxiliary states
    grad_req : str, list or dict of str  'write', 'add' (what was there before counts) or 'null'
    ctx : Context, optional
    grad_stypes : list or dict of str    storage types of gradients, in their order or by name
    equal_nan : bool                     whether NaN equals NaN
    dtype : float type, or 'asnumpy' to keep the arrays'

    Returns
    -------
    dict of NDArray by name    the gradients

    Raises
    ------
    AssertionError   if a gradient differs
    ValueError       if arguments are missing
    """
    _check_dtype("check_symbolic_backward", dtype)
    ctx = default_context() if ctx is None else ctx
    location = _parse_location(sym, location, ctx, dtype, keep=False)
    aux = _parse_aux_states(sym, aux_states, ctx, dtype, keep=False)
    names = sym.list_arguments()
    expected = _named(expected, names)
    storages = _named(grad_stypes or {}, names)
    start = {k: onp.random.normal(size=to_numpy(v).shape) for k, v in expected.items()}
    grads = {}
    for name, value in start.items():
        kind = location[name].dtype if dtype == "asnumpy" else dtype
        grads[name] = array(value, ctx=ctx, dtype=kind)
        stype = storages.get(name)
        if stype is None:
            stype = getattr(expected[name], "stype", "default")
        if stype != "default":
            grads[name] = grads[name].tostype(stype)
    if isinstance(grad_req, str):
        grad_req = dict.fromkeys(names, grad_req)
    else:
        grad_req = dict(_named(grad_req, names))
    executor = sym.bind(ctx, args=location, args_grad=grads, aux_states=aux, grad_req=grad_req)
    executor.forward(is_train=True)
    executor.backward(_out_grads(sym, executor, out_grads, ctx, dtype))
    found = {k: v for k, v in executor.grad_dict.items() if v is not None}
    for name in expected:
        words = (f"EXPECTED_{name}", f"BACKWARD_{name}")
        got, want = found[name].asnumpy(), to_numpy(expected[name])
        check = functools.partial(
            assert_almost_equal, rtol=rtol, atol=atol, names=words, equal_nan=equal_nan
        )
        before = start[name].astype(got.dtype)
        if grad_req[name] == "write":
            check(want, got)
        elif grad_req[name] == "add":
            check(want, got - before)
        elif grad_req[name] == "null":
            check(before, got)
        else:
            raise ValueError(f"Invalid grad_req {grad_req[name]!r} for argument {name}")
    return found


def _out_grads(sym, executor, out_grads, ctx, dtype):
    if out_grads is None:
        return None
    if isinstance(out_grads, dict):
        out_grads = [out_grads[k] for k in sym.list_outputs()]
    elif not isinstance(out_grads, (list, tuple)):
        raise AssertionError(
            f"check_symbolic_backward: out_grads: expected a list or a dict, got {out_grads!r}"
        )
    made = []
    for out, given in zip(executor.outputs, out_grads):
        stype = getattr(given, "stype", "default")
        if stype != "default":
            made.append(given.as_in_context(ctx))
            continue
        value = to_numpy(given)
        kind = (value.dtype if dtype == "asnumpy" else dtype) if value.dtype.kind == "f" else dtype
        kind = out.dtype if kind == "asnumpy" else kind
        made.append(array(value, ctx=ctx, dtype=kind))
    return made


def check_speed(sym, location=None, ctx=None, N=20, grad_req=None, typ="whole", **kwargs):
    """Seconds that one pass of a symbol takes, on average.

    Parameters
    ----------
    sym : Symbol
    location : dict of array by name, optional   values; random ones by default
    ctx : Context, optional
    N : int                                      passes to measure, after one to warm up
    grad_req : str, list or dict of str          by default 'write'
    typ : {'whole', 'forward'}                   forward and backward, or forward alone
    **kwargs : tuple of int                      shapes of the inputs, where there is no location

    Returns
    -------
    float
    """
    ctx = default_context() if ctx is None else ctx
    grad_req = "write" if grad_req is None else grad_req
    if location is None:
        exe = sym.simple_bind(grad_req=grad_req, ctx=ctx, **kwargs)
        location = {k: onp.random.normal(size=v.shape, scale=1.0) for k, v in exe.arg_dict.items()}
    else:
        if not isinstance(location, dict):
            raise AssertionError(f'Expect dict, get "location"={location}')
        shapes = {k: v.shape for k, v in location.items()}
        exe = sym.simple_bind(grad_req=grad_req, ctx=ctx, **shapes)
    for name, value in location.items():
        exe.arg_dict[name][:] = array(value, dtype=exe.arg_dict[name].dtype, ctx=ctx)

    if typ == "whole":

        def run():
            exe.forward(is_train=True)
            exe.backward(out_grads=exe.outputs)

    elif typ == "forward":

        def run():
            exe.forward(is_train=False)

    else:
        raise ValueError('typ can only be "whole" or "forward".')

    def finish():
        for x in [*exe.outputs, *[g for g in exe.grad_arrays if g is not None]]:
            x.wait_to_read()
        waitall()

    run()
    finish()
    begun = time.perf_counter()
    for _ in range(N):
        run()
        finish()  # a pass whose results nobody asks for is not run
    return (time.perf_counter() - begun) / N


def check_consistency(
    sym,
    ctx_list,
    scale=1.0,
    grad_req="write",
    arg_params=None,
    aux_params=None,
    rtol=None,
    atol=None,
    raise_on_err=True,
    ground_truth=None,
    equal_nan=False,
    use_uniform=False,
    rand_type=onp.float64,
):
    """Check that a symbol gives the same results on several contexts and with several types.

    Parameters
    ----------
    sym : Symbol, or one for each entry of ``ctx_list``
    ctx_list : list of dict      at least two; each has ``ctx``, the shapes of the inputs by name,
        and optionally ``type_dict``, their types by name
    scale : float                standard deviation of the random values
    grad_req : str, list or dict of str    'null': no gradients are compared
    arg_params, aux_params : dict of array by name    values; random ones and zeros by default
    rtol, atol : float, or dict of dtype to float     by default those of the coarser type
    raise_on_err : bool          or only log what differs
    ground_truth : dict of NDArray by name  compare with this; by default with the finest type
    equal_nan : bool             whether NaN equals NaN
    use_uniform : bool           random values are uniform rather than normal
    rand_type : element type     which the random values are rounded to first

    Returns
    -------
    dict of NDArray by name    what the others were compared with: outputs, and gradients

    Raises
    ------
    AssertionError   if results differ
    """
    if len(ctx_list) <= 1:
        raise AssertionError("check_consistency: expected two entries of ctx_list at least")
    syms = [sym] * len(ctx_list) if isinstance(sym, Symbol) else list(sym)
    if len(syms) != len(ctx_list):
        raise AssertionError(f"{len(syms)} symbols for {len(ctx_list)} entries of ctx_list")
    names = syms[0].list_outputs()
    arguments = syms[0].list_arguments()
    executors = []
    for s, given in zip(syms, ctx_list):
        if s.list_arguments() != arguments or len(s.list_outputs()) != len(names):
            raise AssertionError("the symbols differ in their arguments or outputs")
        executors.append(s.simple_bind(grad_req=grad_req, **given))
    _fill(executors, arg_params, aux_params, scale, use_uniform, rand_type)

    def compare(kind, pick, want):
        for i, exe in enumerate(executors):
            for name, got in pick(exe).items():
                if got is None or want.get(name) is None or (i == finest and ground_truth is None):
                    continue
                try:
                    assert_almost_equal(
                        got.asnumpy(), want[name].asnumpy(), rtol, atol, equal_nan=equal_nan
                    )
                except AssertionError as error:
                    text = f"{kind} Err: ctx {i} vs ctx {finest} at {name}: {error}"
                    if raise_on_err:
                        raise AssertionError(text) from error
                    _log.error("%s\n%s", text, traceback.format_exc())

    def outputs(exe):
        return dict(zip(names, exe.outputs))

    kinds = [onp.dtype(exe.outputs[0].dtype) for exe in _forward(executors, False)]
    finest = max(range(len(kinds)), key=lambda i: (kinds[i].itemsize, -i))
    truth = ground_truth
    if truth is None:
        truth = {k: v.copy() for k, v in outputs(executors[finest]).items()}
    compare("Predict", outputs, truth)
    if grad_req != "null":
        for exe in _forward(executors, True):
            exe.backward(exe.outputs)
        if ground_truth is None:
            truth = {k: v.copy() for k, v in outputs(executors[finest]).items()}
            grads = executors[finest].grad_dict
            truth.update({k: v if v is None else v.copy() for k, v in grads.items()})
        compare("Train", lambda exe: {**outputs(exe), **exe.grad_dict}, truth)
    return truth


def _forward(executors, is_train):
    for exe in executors:
        exe.forward(is_train=is_train)
    return executors


def _fill(executors, arg_params, aux_params, scale, uniform, rand_type):
    arg_params, aux_params = dict(arg_params or {}), dict(aux_params or {})
    for name, handle in executors[0].arg_dict.items():
        if name in arg_params:
            continue
        if uniform:
            value = onp.random.uniform(-0.92 * scale, 0.92 * scale, size=handle.shape)
        else:
            value = onp.random.normal(size=handle.shape, scale=scale)
        arg_params[name] = value.astype(rand_type)
    for name in executors[0].aux_dict:
        aux_params.setdefault(name, 0)
    for exe in executors:
        for name, handle in exe.arg_dict.items():
            handle[:] = arg_params[name]
        for name, handle in exe.aux_dict.items():
            handle[:] = aux_params[name]
        for handle in exe.grad_dict.values():
            if handle is not None:
                handle[:] = 0


def same_symbol_structure(sym1, sym2):
    """Whether two symbols have the same operators in the same order; names do not matter.

    Returns
    -------
    bool
    """
    nodes1, nodes2 = [json.loads(s.tojson())["nodes"] for s in (sym1, sym2)]
    return [n["op"] for n in nodes1] == [n["op"] for n in nodes2]
