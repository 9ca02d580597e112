"""``sym.Custom``: operators written in Python, in symbols."""

import numpy as onp

from .._dtypes import as_dtype
from .._frontend.compose import compose
from .._graph.nodes import special
from .._ops._operator import Operator
from ..error import AttributeTypeError, MXNetError, fail, nearest, require_equal
from ..ndarray._custom import Custom as _nd_custom
from ..ndarray._custom import registered
from .symbol import Symbol

__all__ = ["Custom"]


def Custom(*data, op_type=None, name=None, attr=None, **kwargs):
    """A call of an operator that was registered with :func:`mxnet.operator.register`.

    Parameters
    ----------
    *data : Symbol      arguments, then auxiliary states, or by their names as keywords; those left
        out become variables
    op_type : str       the registered name
    **kwargs            passed to the constructor of the properties, as text

    Returns
    -------
    Symbol

    Raises
    ------
    MXNetError   there is no such operator
    """
    return _named_custom("custom", *data, op_type=op_type, name=name, attr=attr, **kwargs)


def _named_custom(hint, *data, op_type=None, name=None, attr=None, **kwargs):
    if op_type is None:
        fail(AttributeTypeError, "Custom", "required argument `op_type` is missing")
    named = {k: v for k, v in kwargs.items() if isinstance(v, Symbol)}
    given = {k: v for k, v in kwargs.items() if k not in named}
    given["op_type"] = op_type
    texts = {k: str(v) for k, v in given.items()}
    names = _CUSTOM.input_names(texts)
    inputs = list(data) + [None] * (len(names) - len(data))
    for key, s in named.items():
        if key not in names:
            fail(
                MXNetError,
                f"Custom operator {op_type!r}",
                f"unknown input {key!r}",
                expected=f"one of {', '.join(names)}",
            )
        inputs[names.index(key)] = s
    return compose("Custom", inputs, given, name, attr, hint)


class _Custom(Operator):
    """The operator ``Custom``: its properties say what it takes and gives."""

    name = "Custom"

    def _properties(self, attrs):
        given = {k: v for k, v in attrs.items() if not (k[:2] == "__" and k[-2:] == "__")}
        kind = given.pop("op_type", None)
        given.pop("num_args", None)
        if kind not in registered:
            fail(
                MXNetError,
                "Custom",
                f"Cannot find custom operator {kind!r}",
                expected="a name registered with mx.operator.register",
                hint=nearest(kind, registered).rstrip("?") or None,
            )
        try:
            return registered[kind](**given)
        except MXNetError:
            raise
        except Exception as e:
            raise MXNetError(
                f"Custom operator {kind!r}: its properties cannot be made from {given}: "
                f"{type(e).__name__}: {e}"
            ) from e

    def _of(self, node):
        return self._properties(node.attrs)

    def input_names(self, texts, given=0):
        """Arguments, then auxiliary states."""
        made = self._properties(texts)
        return [*made.list_arguments(), *made.list_auxiliary_states()]

    def check(self, node):
        """The operator is registered, and has all its inputs."""
        n = len(self.input_names(node.attrs))
        require_equal(
            MXNetError,
            f"Custom (node {node.name!r})",
            "wrong number of inputs",
            n,
            len(node.inputs),
        )

    def counts(self, node):
        """Numbers of outputs, all of which are visible."""
        n = len(self._of(node).list_outputs())
        return n, n

    def output_name(self, node, i):
        """Name of an output."""
        return self._of(node).list_outputs()[i]

    def mutated(self, node):
        """The auxiliary states."""
        made = self._of(node)
        n = len(made.list_arguments())
        return tuple(range(n, n + len(made.list_auxiliary_states())))

    def is_loss(self, node):
        """Whether it needs no gradient of its outputs."""
        return not self._of(node).need_top_grad_

    def run(self, node, ins):
        """Outputs for arrays."""
        given = node.parameters
        given.pop("num_args", None)
        found = _nd_custom(*ins, **given)
        return found if isinstance(found, list) else [found]

    def infer_shape(self, node, ins, whole):
        """Shapes by the properties, once those of the arguments they read are known."""
        made = self._of(node)
        n, n_out = len(made.list_arguments()), len(made.list_outputs())
        given = [[] if s is None else [0 if d == -1 else d for d in s] for s in ins[:n]]
        try:
            found = made.infer_shape(given)
        except Exception as e:
            if any(s is None or -1 in s for s in ins[:n]):
                return list(ins), [None] * n_out
            raise MXNetError(
                f"Error in operator {node.name}: Custom: infer_shape failed: "
                f"{type(e).__name__}: {e}"
            ) from e
        parts = [list(p) for p in found]
        shapes = [*parts[0], *(parts[2] if len(parts) > 2 else [])]
        read = lambda s: whole.unknown(tuple([int(d) for d in s]))  # noqa: E731
        ins_ = [read(s) for s in shapes] + [None] * (len(ins) - len(shapes))
        return ins_, [read(s) for s in parts[1]]

    def types(self, node, given, outs):
        """Types by the properties."""
        made = self._of(node)
        n, n_out = len(made.list_arguments()), len(made.list_outputs())
        if all(t is None for t in given[:n]):
            return list(given), [None] * n_out
        default = next(t for t in given if t is not None)
        try:
            found = made.infer_type([(t or default).type for t in given[:n]])
        except Exception as e:
            raise MXNetError(
                f"Error in operator {node.name}: Custom: infer_type failed: {type(e).__name__}: {e}"
            ) from e
        parts = [[onp.dtype(as_dtype(t)) for t in p] for p in found]
        ins = [*parts[0], *(parts[2] if len(parts) > 2 else [])]
        return ins + [None] * (len(given) - len(ins)), parts[1]


_CUSTOM = special["Custom"] = _Custom()
