"""Programs that leave this process: a traced path as a StableHLO module, and back.

``jax.export`` makes and reads the bytes. Only formulas of XLA's are in them, none of our native
kernels, so that any machine with JAX can compile them; and when read, nothing but those and
JAX's own library calls is let through.
"""

import re
import threading

import jax
import jax.numpy as jnp
import numpy as onp
from jax import export as jax_export

from .. import _config
from .._graph.lower import TRACING, Interpreter
from .._ops._spec import BoundOp
from ..error import FormatError, MXNetError, fail
from . import cache
from .segment import concrete

__all__ = ["draws", "exported", "imported"]

_LIBRARY = re.compile(
    r"Sharding|shape_assertion|annotate_device_placement|ApproxTopK|mhlo\.\w+|stablehlo\.dynamic_\w+"
    r"|(lapack|cusolver|hipsolver|cusparse)_\w+|(cu|hip)_(threefry2x32|lu_pivots)\w*"
    r"|Eigh|Qr|LuDecomposition|ProductOfElementaryHouseholderReflectors|AllocateBuffer"
)
_lock = threading.Lock()


class _AnySize(Interpreter):
    """Evaluates paths that were traced with a number for a size that is a symbol now."""

    def __init__(self, number, size):
        self.number, self.size = number, size

    def run(self, bound, args, scalars):
        """Outputs of an operator; one that makes an array from nothing has its shape in words."""
        shape = getattr(bound, "attrs", {}).get("shape")
        if not args and isinstance(shape, tuple) and self.number in shape:
            shape = tuple([self.size if d == self.number else d for d in shape])
            bound = BoundOp(bound.op, {**bound.attrs, "shape": shape}, 0, bound.names)
        return super().run(bound, args, scalars)


def _function(traced, interpreter=TRACING):
    """A traced path as a function of its arguments and its random scalars."""

    def function(arguments, scalars):
        ins = [
            arguments[s] if s.__class__ is int else jnp.asarray(concrete(s)) for s in traced.sources
        ]
        return list(interpreter.enter(traced.op, ins, scalars)[0][: traced.n_out])

    return function


def draws(traced, specs):
    """Whether the results depend on random numbers; an idle dropout has scalars but no use.

    Parameters
    ----------
    specs : list of (shape, dtype)     of the arguments
    """
    n = traced.op.n_scalars
    if not n:
        return False
    arguments = tuple([jax.ShapeDtypeStruct(shape, dtype) for shape, dtype in specs])
    scalars = (jax.ShapeDtypeStruct((), "float64"),) * n
    jaxpr = jax.make_jaxpr(_function(traced))(arguments, scalars).jaxpr
    live = {v for v in jaxpr.outvars if not hasattr(v, "val")}
    for equation in reversed(jaxpr.eqns):
        if live.intersection(equation.outvars):
            live.update(v for v in equation.invars if not hasattr(v, "val"))
    return not live.isdisjoint(jaxpr.invars[-n:])


def exported(traced, specs, platforms, number=None):
    """The bytes of a traced path: a function of a tuple of arrays.

    Parameters
    ----------
    traced : Traced                    which draws no random numbers
    specs : list of (shape, dtype)     of its arguments
    platforms : sequence of str        JAX's names: 'cpu', 'cuda', 'tpu' ...
    number : int, optional             which of the sizes may be any

    Raises
    ------
    Exception     JAX's, for what cannot be exported so
    """
    (size,) = jax_export.symbolic_shape("b")
    inner = _function(traced, _AnySize(number, size))
    idle = [jnp.float64(0)] * traced.op.n_scalars

    def function(arguments):
        return inner(arguments, idle)

    arguments = tuple(
        [
            jax.ShapeDtypeStruct(tuple([size if d == number else d for d in shape]), dtype)
            for shape, dtype in specs
        ]
    )
    with _lock:
        kernels = _config.set_option("kernels", "xla")
        try:
            made = jax_export.export(jax.jit(function), platforms=list(platforms))(arguments)
        finally:
            _config.set_option("kernels", kernels)
    return bytes(made.serialize())


def imported(data, parameters, where):
    """The function of :func:`exported` bytes, with its first arguments given.

    Parameters
    ----------
    data : bytes
    parameters : list of numpy.ndarray
    where : str       for messages

    Returns
    -------
    callable(list of numpy.ndarray) -> list of numpy.ndarray

    Raises
    ------
    FormatError   it cannot be read, takes other parameters, or calls what is not JAX's own
    MXNetError    it is for other devices
    """
    try:
        made = jax_export.deserialize(bytearray(data))
        text = made.mlir_module()
    except Exception as error:  # noqa: BLE001 - JAX's and its parsers', of any kind
        reason = str(error).partition("\n")[0][:200] or type(error).__name__
        fail(FormatError, where, "the program cannot be read", expected="StableHLO", got=reason)
    for name in re.findall(r'custom_call\s+@"?([^"(\s]+)|call_target_name\s*=\s*"([^"]*)"', text):
        if not _LIBRARY.fullmatch(name[0] or name[1]):
            fail(
                FormatError,
                where,
                "the program calls code that is not JAX's own",
                expected="operations of XLA",
                got="".join(name)[:80],
            )
    given = [(tuple(p.shape), p.dtype) for p in parameters]
    if [(a.shape, a.dtype) for a in made.in_avals[: len(given)]] != given:
        fail(FormatError, where, "the parameters are not those of the program")
    device = _device(made.platforms)
    if device is None:
        raise MXNetError(
            f"{where}: the program is for {', '.join(made.platforms)}, and this process has "
            f"{jax.default_backend()}. Hint: mx.deploy.export(..., platforms=...)."
        )
    cache.enable()
    run = jax.jit(made.call)
    held = jax.device_put(list(parameters), device)

    def call(arrays):
        return [onp.asarray(x) for x in run((*held, *jax.device_put(list(arrays), device)))]

    return call


def _device(platforms):
    """Where a program for these platforms runs: the process's first device, or the CPU."""
    names = {"gpu": ("cuda", "rocm")}
    for found in (jax.devices()[0], jax.devices("cpu")[0]):
        if set(names.get(found.platform, (found.platform,))) & set(platforms):
            return found
    return None
