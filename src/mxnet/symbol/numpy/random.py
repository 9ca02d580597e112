"""``mx.sym.np.random``: symbols of draws."""

from ..._dtypes import as_dtype
from ..._ops.numpy_random import DISTRIBUTIONS
from ._symbol import _Symbol, call

__all__ = ["choice", "multinomial", "rand", "randint", "randn", "shuffle"]


def _size(size):
    if size is None:
        return None
    return (int(size),) if hasattr(size, "__index__") else tuple([int(s) for s in size])


def _distribution(public, name, parameters, summary):
    names = list(parameters)

    def draw(*args, size=None, dtype=None, ctx=None, out=None, **kwargs):
        given = dict(zip([*names, "size"], args))
        given.update(kwargs)
        size = given.pop("size", size)
        unknown = set(given) - set(names)
        if unknown:
            raise TypeError(f"{public}() got an unexpected keyword argument {unknown.pop()!r}")
        values = {n: given.get(n, parameters[n]) for n in names}
        arrays = [v for v in values.values() if isinstance(v, _Symbol)]
        if arrays and len(arrays) < len(names):
            raise NotImplementedError(
                f"random.{public} of symbols: parameters are all numbers or all symbols"
            )
        attrs = {} if arrays else {n: float(v) for n, v in values.items()}
        return call(f"_npi_{name}", arrays, {**attrs, "size": _size(size),
                                             "dtype": as_dtype(dtype).name})  # fmt: skip

    draw.__name__ = draw.__qualname__ = public
    draw.__doc__ = f"{summary}; parameters {', '.join(names)}, then ``size``."
    return draw


for _name, (_, _parameters, _summary) in DISTRIBUTIONS.items():
    _public = "power" if _name == "powerd" else _name
    globals()[_public] = _distribution(_public, _name, _parameters, _summary)
    __all__.append(_public)


def rand(*size, **kwargs):
    """Uniform numbers in [0, 1) of shape ``size``."""
    return globals()["uniform"](0.0, 1.0, size=size, **kwargs)


def randn(*size, **kwargs):
    """Normal numbers of mean 0 and deviation 1 of shape ``size``."""
    return globals()["normal"](0.0, 1.0, size=size, **kwargs)


def randint(low, high=None, size=None, dtype="int64", ctx=None, out=None):
    """Integers drawn uniformly from [low, high), or [0, low)."""
    if high is None:
        low, high = 0, low
    given = {"low": low, "high": high, "size": _size(size), "dtype": as_dtype(dtype).name}
    return call("_npi_randint", [], given)


def choice(a, size=None, replace=True, p=None, ctx=None, out=None):
    """Elements of a vector, or of ``0 .. a - 1``, drawn at random."""
    given = {"size": _size(size), "replace": replace, "weighted": p is not None}
    weights = [] if p is None else [p]
    if isinstance(a, _Symbol):
        return call("_npi_choice", [a, *weights], given)
    return call("_npi_choice", weights, {**given, "a": int(a)})


def multinomial(n, pvals, size=None, **kwargs):
    """How often each outcome, whose probabilities are a symbol, happens in ``n`` trials."""
    return call("_npi_multinomial", [pvals], {"n": int(n), "size": _size(size)})


def shuffle(x):
    """The array with its first axis permuted at random."""
    return call("_shuffle", [x], {})
