"""Operators written in Python: ``CustomOp`` computes, ``CustomOpProp`` tells its properties.

Example
-------
>>> import mxnet as mx
>>> class Square(mx.operator.CustomOp):
...     def forward(self, is_train, req, in_data, out_data, aux):
...         self.assign(out_data[0], req[0], in_data[0] * in_data[0])
...     def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
...         self.assign(in_grad[0], req[0], 2 * in_data[0] * out_grad[0])
>>> @mx.operator.register("my_square")
... class SquareProp(mx.operator.CustomOpProp):
...     def create_operator(self, ctx, in_shapes, in_dtypes):
...         return Square()
>>> mx.nd.Custom(mx.nd.array([3]), op_type="my_square").asscalar()
np.float32(9.0)
"""

import itertools
import warnings
from collections import namedtuple
from functools import partial

from ._ops import _spec
from ._traceback import user_level
from .error import AttributeTypeError, MXNetError, StorageTypeError, fail
from .ndarray import NDArray
from .ndarray._custom import Custom as nd_custom
from .ndarray._custom import registered
from .symbol._custom import _named_custom
from .util import is_np_array

__all__ = [
    "CustomOp",
    "CustomOpProp",
    "register",
    "get_all_registered_operators",
    "get_operator_arguments",
    "OperatorArguments",
    "PythonOp",
    "NumpyOp",
    "NDArrayOp",
    "NDArray",
    "is_np_array",
]

OperatorArguments = namedtuple("OperatorArguments", ["narg", "names", "types"])


class CustomOp:
    """What an operator computes: subclass and define ``forward`` and ``backward``.

    Both run imperatively and unrecorded, and write their results with :meth:`assign`.
    """

    def forward(self, is_train, req, in_data, out_data, aux):
        """Compute the outputs.

        Parameters
        ----------
        is_train : bool
        req : list of {'null', 'write', 'inplace', 'add'}    how to write each output
        in_data, out_data, aux : list of NDArray             outputs are zeros before
        """

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        """Compute the gradients of the inputs.

        Parameters
        ----------
        req : list of {'null', 'write', 'inplace', 'add'}    how to write each gradient; ``'null'``
            where nobody asks for it. Sums over several uses are made outside.
        out_grad, in_data, out_data, in_grad, aux : list of NDArray
        """

    def assign(self, dst, req, src):
        """Write ``src`` (NDArray, NumPy array or number) into the array ``dst`` as ``req`` says."""
        if req in ("write", "inplace"):
            dst[:] = src
        elif req == "add":
            dst[:] += src


class CustomOpProp:
    """Properties of an operator: names of its arrays, shapes, types, and how to make it.

    Parameters
    ----------
    need_top_grad : bool    whether the gradient of the inputs depends on that of the outputs (false
        for losses)
    """

    def __init__(self, need_top_grad=True):
        self.need_top_grad_ = need_top_grad

    def infer_shape(self, in_shape):
        """Shapes of inputs, outputs and auxiliary states; by default all as the first input."""
        return in_shape, (in_shape[0],) * len(self.list_outputs()), ()

    def infer_type(self, in_type):
        """Element types of inputs, outputs and auxiliary states; by default the first input's."""
        first = in_type[0]
        return (
            in_type,
            [first] * len(self.list_outputs()),
            [first] * len(self.list_auxiliary_states()),
        )

    def infer_storage_type(self, in_stype):
        """Storage types of inputs, outputs and auxiliary states; only ``'default'`` exists here."""
        _require_dense(type(self).__name__, in_stype)
        return (
            in_stype,
            ["default"] * len(self.list_outputs()),
            ["default"] * len(self.list_auxiliary_states()),
        )

    def infer_storage_type_backward(self, ograd_stype, in_stype, out_stype, igrad_stype, aux_stype):
        """Storage types in the backward pass; only ``'default'`` exists here."""
        groups = [ograd_stype, in_stype, out_stype, igrad_stype, aux_stype]
        for group in groups:
            _require_dense(type(self).__name__, group)
        return tuple([["default"] * len(group) for group in groups])

    def list_outputs(self):
        """Names of the outputs, by default ``['output']``."""
        return ["output"]

    def list_arguments(self):
        """Names of the inputs, by default ``['data']``."""
        return ["data"]

    def list_auxiliary_states(self):
        """Names of arrays that ``forward`` may change, by default none."""
        return []

    def declare_backward_dependency(self, out_grad, in_data, out_data):
        """Which of the given array numbers ``backward`` needs."""
        return [*(out_grad if self.need_top_grad_ else ()), *in_data, *out_data]

    def create_operator(self, ctx, in_shapes, in_dtypes):
        """Make the :class:`CustomOp` for a context, input shapes and codes of input types."""
        return CustomOp()


def _require_dense(where, stypes):
    for stype in stypes:
        if stype not in ("default", "undefined"):
            fail(
                StorageTypeError,
                where,
                "custom operators take dense arrays only",
                expected="'default'",
                got=repr(stype),
                hint="convert with .tostype('default'), or override infer_storage_type",
            )


def register(reg_name):
    """Class decorator: register properties under a name for ``nd.Custom(..., op_type=reg_name)``.

    Registering a name again replaces the operator, as one does in a notebook.

    Raises
    ------
    AttributeTypeError   if what is decorated is not a CustomOpProp
    """

    def decorate(prop_cls):
        needed = ("list_arguments", "list_outputs", "infer_shape", "create_operator")
        if not callable(prop_cls) or not all(hasattr(prop_cls, m) for m in needed):
            fail(
                AttributeTypeError,
                f"operator.register({reg_name!r})",
                "this is not the class of an operator's properties",
                expected="a subclass of mx.operator.CustomOpProp",
                got=repr(prop_cls),
            )
        registered[reg_name] = prop_cls
        return prop_cls

    return decorate


def get_all_registered_operators():
    """Names of all built-in operators, sorted."""
    return sorted({*_spec.registry, "Custom"})


def get_operator_arguments(op_name):
    """Names and types of an operator's inputs and parameters.

    Returns
    -------
    OperatorArguments(narg, names, types)

    Raises
    ------
    MXNetError   if there is no such operator
    """
    if op_name == "Custom":
        return OperatorArguments(2, ["data", "op_type"], ["NDArray-or-Symbol[]", "string"])
    found = _spec.get(op_name)
    names = [*found.parameters, *found.attrs]
    types = ["NDArray-or-Symbol[]" if n == found.variadic else "NDArray-or-Symbol" for n in names]
    types[len(found.parameters) :] = [_type_text(a) for a in found.attrs.values()]
    return OperatorArguments(len(names), names, types)


_TYPE_WORDS = {
    bool: "boolean",
    str: "string",
    _spec.Shape: "Shape(tuple)",
    _spec.Scalar: "float",
    _spec.Scalars: "tuple of <float>",
}


def _type_text(attr):
    """An attribute's type and default in the words of 1.9.1; its unsigned, long and double integers
    and floats are "int" and "float" here.
    """
    optional = attr.default is None and not attr.required
    if attr.choices:
        names = sorted({str(c) for c in attr.choices} - {"None"})
        empty = ["None"] if optional or "None" in attr.choices else []
        kind = f"{{{', '.join([*empty, *map(repr, names)])}}}"
    else:
        kind = _TYPE_WORDS.get(attr.kind) or attr.describe().removesuffix(" or None")
        if optional:
            kind = "Shape or None" if attr.kind is _spec.Shape else f"{kind} or None"
    if attr.required:
        return f"{kind}, required"
    default = _default_text(attr.default)
    if attr.choices or attr.kind in (int, str, _spec.DType):
        default = repr(default)
    return f"{kind},{'' if attr.choices else ' '}optional, default={default}"


def _default_text(value):
    if isinstance(value, (tuple, list)):
        return f"[{','.join(map(_default_text, value))}]"
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:.9g}" if isinstance(value, float) else getattr(value, "name", str(value))


_numbers = itertools.count()


class PythonOp:
    """Base of the two forerunners of :class:`CustomOp`: an instance is an operator.

    Deprecated since MXNet 0.9. Call the instance with symbols (or NDArrays) and, optionally, a
    ``name``::

        class Double(mx.operator.NumpyOp):
            def forward(self, in_data, out_data):
                out_data[0][:] = 2 * in_data[0]

            def backward(self, out_grad, in_data, out_data, in_grad):
                in_grad[0][:] = 2 * out_grad[0]

        y = Double()(mx.sym.Variable("x"), name="double")

    Parameters
    ----------
    need_top_grad : bool    whether the gradient of the inputs depends on that of the outputs (false
        for losses)
    """

    def __init__(self, need_top_grad=True):
        warnings.warn(
            f"{type(self).__name__}: PythonOp, NumpyOp and NDArrayOp are deprecated. "
            "Please use CustomOp",
            UserWarning,
            stacklevel=user_level(),
        )
        self.info_ = None
        self.need_top_grad_ = need_top_grad

    def __call__(self, *args, **kwargs):
        return self.get_symbol(*args, **kwargs)

    def get_symbol(self, *args, **kwargs):
        """The operator applied to symbols, given in order or by the arguments' names.

        Returns
        -------
        Symbol; NDArray where the arguments are NDArrays

        Raises
        ------
        MXNetError   from PythonOp itself: derive from NumpyOp or NDArrayOp
        """
        adapter = self._adapter
        if adapter is None:
            raise MXNetError(
                f"{type(self).__name__}.get_symbol: expected an operator derived from NumpyOp or "
                "NDArrayOp. Hint: derive from mx.operator.CustomOp, with the same forward and "
                "backward."
            )
        if self.info_ is None:  # the name that it is registered under
            self.info_ = f"_{type(self).__name__}_{next(_numbers)}"
            registered[self.info_] = partial(_OldProp, self, adapter)
        if any(isinstance(x, NDArray) for x in (*args, *kwargs.values())):
            return nd_custom(*args, op_type=self.info_, **kwargs)
        return _named_custom(self._hint, *args, op_type=self.info_, **kwargs)

    _adapter = _hint = None

    def forward(self, in_data, out_data):
        """Compute the outputs; by default ``out_data[0][:] = in_data[0]``."""
        out_data[0][:] = in_data[0]

    def backward(self, out_grad, in_data, out_data, in_grad):
        """Compute the gradients; by default 1."""
        in_grad[0][:] = 1.0

    def infer_shape(self, in_shape):
        """Shapes of inputs and outputs; by default all as the first input."""
        return in_shape, [in_shape[0]]

    def list_outputs(self):
        """Names of the outputs."""
        return ["output"]

    def list_arguments(self):
        """Names of the inputs."""
        return ["data"]

    def need_top_grad(self):
        """Whether the gradient depends on that of the outputs."""
        return self.need_top_grad_


class _OldProp(CustomOpProp):
    """Properties of a PythonOp, as those of a CustomOp."""

    def __init__(self, old, adapter):
        super().__init__(old.need_top_grad())
        self._old, self._adapter = old, adapter

    def infer_shape(self, in_shape):
        ins, outs = self._old.infer_shape(in_shape)
        return ins, outs, []

    def list_outputs(self):
        return self._old.list_outputs()

    def list_arguments(self):
        return self._old.list_arguments()

    def create_operator(self, ctx, in_shapes, in_dtypes):
        return self._adapter(self._old)


class _OnArrays(CustomOp):
    """A PythonOp that works on NDArrays."""

    def __init__(self, old):
        self._old = old

    def forward(self, is_train, req, in_data, out_data, aux):
        self._old.forward(in_data=in_data, out_data=out_data)

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        self._old.backward(out_grad=out_grad, in_data=in_data, out_data=out_data, in_grad=in_grad)


class _OnNumpy(_OnArrays):
    """A PythonOp that works on NumPy arrays, which it writes."""

    def forward(self, is_train, req, in_data, out_data, aux):
        outs = [o.asnumpy() for o in out_data]
        super().forward(is_train, req, [x.asnumpy() for x in in_data], outs, aux)
        for dst, r, src in zip(out_data, req, outs):
            self.assign(dst, r, src)

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        heads, ins, outs, grads = [
            [x.asnumpy() for x in group] for group in (out_grad, in_data, out_data, in_grad)
        ]
        super().backward(req, heads, ins, outs, grads, aux)
        for dst, r, src in zip(in_grad, req, grads):
            self.assign(dst, r, src)


class NumpyOp(PythonOp):
    """Deprecated: an operator on NumPy arrays. Use :class:`CustomOp`."""

    _adapter, _hint = _OnNumpy, "_native"


class NDArrayOp(PythonOp):
    """Deprecated: an operator on NDArrays. Use :class:`CustomOp`."""

    _adapter, _hint = _OnArrays, "_ndarray"

    def declare_backward_dependency(self, out_grad, in_data, out_data):
        """Which of the given array numbers ``backward`` needs."""
        return [*(out_grad if self.need_top_grad() else ()), *in_data, *out_data]
