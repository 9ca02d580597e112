"""Symbols with NumPy's operators."""

import numpy as onp

from ..._dtypes import as_dtype
from ..._frontend.compose import compose
from ..._frontend.dispatch import register_array_class
from ..._frontend.methods import METHODS
from ..._frontend.numpy import Front, NumpyMethods, numpy_functions
from ..._graph.nodes import written_name
from ..._ops import _spec
from ...error import fail
from ..symbol import Symbol

__all__ = ["FRONT", "FUNCTIONS", "call", "create"]


def _operator(name, reflected=False):
    def apply(self, other):
        if isinstance(other, Symbol) and not isinstance(other, _Symbol):
            raise TypeError(
                f"type {type(other)} not supported. Hint: sym.np and sym do not mix: convert it "
                "with .as_np_ndarray()."
            )
        function = FUNCTIONS[name]
        return function(other, self) if reflected else function(self, other)

    return apply


class _Symbol(NumpyMethods, Symbol):
    """A symbol whose operators and methods are NumPy's."""

    __slots__ = ()
    _numpy = True

    for _name, _python in (
        ("add", "add"),
        ("subtract", "sub"),
        ("multiply", "mul"),
        ("true_divide", "truediv"),
        ("floor_divide", "floordiv"),
        ("mod", "mod"),
        ("power", "pow"),
        ("bitwise_and", "and"),
        ("bitwise_or", "or"),
        ("bitwise_xor", "xor"),
    ):
        locals()[f"__{_python}__"] = _operator(_name)
        locals()[f"__r{_python}__"] = _operator(_name, True)
    for _name, _python in (
        ("equal", "eq"),
        ("not_equal", "ne"),
        ("greater", "gt"),
        ("greater_equal", "ge"),
        ("less", "lt"),
        ("less_equal", "le"),
    ):
        locals()[f"__{_python}__"] = _operator(_name)
    del _name, _python

    @property
    def num_outputs(self):
        """How many outputs there are: an int."""
        return len(self._entries)

    __hash__ = None  # pyright: ignore[reportAssignmentType] - as comparisons give symbols

    def __neg__(self):
        return FUNCTIONS["negative"](self)

    def __getitem__(self, key):
        """An output of several by number or name; of one output, a part, as slices and numbers
        name it.
        """
        if len(self._entries) != 1 or isinstance(key, str):
            return Symbol.__getitem__(self, key)
        key = key if isinstance(key, tuple) else (key,)
        begin, end, step, codes, new = [], [], [], [], []
        for k in key:
            if k is None:
                new.append(sum(c != -3 for c in codes) + len(new))
            elif isinstance(k, (int, onp.integer)):
                k = int(k)
                begin.append(k)
                end.append(k + 1 if k != -1 else None)
                step.append(1)
                codes.append(-3)
            elif isinstance(k, slice):
                begin.append(k.start)
                end.append(k.stop)
                step.append(1 if k.step is None else k.step)
                codes.append(-2)
            else:
                fail(
                    TypeError,
                    "symbol",
                    f"an index of type {type(k)} does not fit",
                    expected="integers, slices and None",
                )
        found = self
        if begin:
            given = {"begin": tuple(begin), "end": tuple(end), "step": tuple(step)}
            found = call("slice", [found], given)
        if any(c != -2 for c in codes):
            found = call("_npx_reshape", [found], {"newshape": (*codes, -4)})
        for axis in new:
            found = FUNCTIONS["expand_dims"](found, axis)
        return found

    def __iter__(self):
        if len(self._entries) == 1:
            raise TypeError(f"{self!r} is not a list and cannot be iterated over")
        return iter([self._of([e]) for e in self._entries])

    def __len__(self):
        if len(self._entries) == 1:
            raise TypeError(f"{self!r} is not a list and does not support len()")
        return len(self._entries)

    def as_np_ndarray(self):
        """The symbol itself."""
        return self

    def astype(self, dtype, order="K", casting="unsafe", subok=True, copy=True):
        """The symbol in another element type."""
        return call("Cast", [self], {"dtype": as_dtype(dtype).name})

    def expand_dims(self, axis):
        """The symbol with a new axis of size one."""
        return FUNCTIONS["expand_dims"](self, axis)


def _absent(name):
    def method(self, *args, **kwargs):
        raise AttributeError(f"_Symbol object has no attribute {name}; use mx.sym.np.{name}()")

    method.__name__ = name
    method.__doc__ = f"A method of symbols of ``mx.sym`` only: raises AttributeError ({name})."
    return method


for _n in METHODS:
    if _n not in _Symbol.__dict__ and _n not in NumpyMethods.__dict__:
        setattr(_Symbol, _n, _absent(_n))


def _hint(name):
    for prefix in ("_npi_", "_npx_", "_np_"):
        if name.startswith(prefix):
            return name[len(prefix) :]
    return name.lower()


def call(name, inputs, given, out=None):
    """A symbol of an operator applied, or the list of its outputs."""
    op = _spec.get(name)
    given = {
        k: v
        for k, v in given.items()
        if v is not None or (k in op.attrs and op.attrs[k].default is not None)
    }
    if op.variadic is not None:
        given.setdefault("num_args", len(inputs))
    made = compose(written_name(name), list(inputs), given, hint=_hint(name))
    made = _Symbol._of(made._entries)
    return list(made) if len(made._entries) > 1 else made


def create(name, given, ctx=None, out=None):
    """A symbol of an operator without inputs."""
    return call(name, [], given)


FRONT = Front(_Symbol, call, create, False)
FUNCTIONS = numpy_functions(FRONT)
_Symbol._functions = FUNCTIONS
register_array_class("sym.np", _Symbol)
