"""Shapes and element types of a named graph, completed from what is known, in both directions.

A shape is None (nothing known) or a tuple in which -1 stands for a dimension that is not known.
Forward, an operator is asked by abstract evaluation, as at a call; with some dimensions unknown it
is asked twice, with two different numbers in their places, and what comes out different is unknown
too. Backward, the operators' ``infer`` rules tell the shapes of learned inputs, their ``complete``
rules the rest. Passes in both directions alternate until nothing changes.
"""

import typing

import numpy as onp

from .._dtypes import as_dtype
from .._ops._facts import CLASH, is_full, merge
from .._ops._spec import read_shape
from ..context import Context, canonical
from ..error import DTypeError, MXNetError, ShapeError
from .infer import infer_outputs
from .nodes import topological
from .steps import spec_of

__all__ = ["Completion", "complete", "complete_types", "is_full", "merge"]

_F32 = onp.dtype("float32")
_STAND_INS = (192, 320)  # even, and divisible by most things a network divides by
# shapes that operators of mx.np are evaluated on where only types are asked for
_PROBES = ((), (2,), (2, 2), (2, 2, 2), (2, 2, 2, 2))
_MAX_PASSES = 40


class Completion:
    """What is known of a graph's entries.

    Attributes
    ----------
    order : list of Node
    shapes : dict (id of a node, output) -> tuple or None
    types : dict (id of a node, output) -> numpy.dtype or None
    """

    def __init__(self, entries, shapes, types, zero_unknown=True):
        self.order = topological(entries)
        self.zero_unknown = zero_unknown
        self.shapes = {(id(n), 0): s for n, s in shapes.items()}
        self.types = {(id(n), 0): t for n, t in types.items()}
        self.changed = False
        self.evaluated = False  # all shapes are what operators gave, with types as ``type_of`` has
        self._others = False  # something was not, or was evaluated with types of its own
        for node in self.order:
            if node.op is None:
                self._from_attributes(node)

    def _from_attributes(self, node):
        shape = node.attrs.get("__shape__")
        if shape is not None:
            read = read_shape(shape)
            if read is None:
                raise ShapeError(
                    f"variable {node.name!r}: attribute __shape__: expected a tuple of integers, "
                    f"got {shape[:80]!r}."
                )
            declared, given = self.unknown(read), self.get((node, 0))
            # what the caller tells altogether wins; what he tells in part only adds to it
            if not is_full(given):
                both = merge(declared, given)
                self.shapes[id(node), 0] = declared if both is CLASH else both
        dtype = node.attrs.get("__dtype__")
        if dtype is not None and self.types.get((id(node), 0)) is None:
            try:
                code = int(dtype)
            except ValueError:
                code = dtype
            if code != -1:
                self.types[id(node), 0] = as_dtype(code)

    def unknown(self, shape):
        """A shape as users write it, with -1 for what is not known."""
        if shape is None or (self.zero_unknown and len(shape) == 0):
            return None
        return tuple([-1 if d < 0 or (d == 0 and self.zero_unknown) else d for d in shape])

    def get(self, entry) -> typing.Any:
        """The shape of an entry as far as it is known."""
        return self.shapes.get((id(entry[0]), entry[1]))

    def put(self, entry, shape, node):
        """Add what ``node`` tells of an entry's shape."""
        if shape is None:
            return
        key = (id(entry[0]), entry[1])
        old = self.shapes.get(key)
        new = merge(old, shape)
        if new is CLASH:
            what = (
                "output"
                if entry[0] is node
                else f"input {entry[0].name!r}"
                if entry[0].op is None
                else f"input from {entry[0].name!r}"
            )
            raise ShapeError(
                f"Error in operator {node.name}: {node.op_name}: Shape inconsistent at {what}: "
                f"expected {_shown(shape)}, got {_shown(old)}."
            )
        if new != old:
            self.shapes[key] = new
            self.changed = True

    # ------------------------------------------------------------------ types
    def complete_types(self):
        """Propagate element types both ways, without shapes."""
        nodes = [n for n in self.order if n.op is not None]
        self._readers = {}
        for node in nodes:
            for c, i in node.inputs:
                self._readers.setdefault((id(c), i), []).append(node)
        # Those whose operator may have more to tell: what it was told last has changed since.
        self._asked = set(map(id, nodes))
        for _ in range(_MAX_PASSES):
            for some in (nodes, reversed(nodes)):
                for node in some:
                    if id(node) in self._asked:
                        self._asked.discard(id(node))
                        self._types_of(node)
            if not self._asked:
                return

    def _put_type(self, entry, dtype, node, strict, alone=False):
        """Add what ``node`` tells of an entry's type; ``alone``: it has no more to tell."""
        key = (id(entry[0]), entry[1])
        old = self.types.get(key)
        if old is None:
            self.types[key] = dtype
            for other in self._readers.get(key, ()):
                self._asked.add(id(other))
            if entry[0].op is not None and not alone:
                self._asked.add(id(entry[0]))
        elif strict and old != dtype:
            raise DTypeError(
                f"Error in operator {node.name}: {node.op_name}: arrays of different types: "
                f"expected {dtype.name}, got {old.name}. Hint: convert with .astype()."
            )

    def _types_of(self, node):
        op = node.op
        outs = [(node, i) for i in range(node.counts()[0])]
        if op.is_numpy:
            self._numpy_types(node, outs)
            return
        known = [self.types.get((id(c), i)) for c, i in node.inputs]
        ins, made = op.types(node, known, [self.types.get((id(c), i)) for c, i in outs])
        for e, t in zip(node.inputs, ins):
            if t is not None:
                self._put_type(e, t, node, op.one_type)
        alone = all(t is not None for t in known)  # its outputs follow from them
        for e, t in zip(outs, made):
            if t is not None:
                self._put_type(e, t, node, False, alone)

    def _numpy_types(self, node, outs):
        """Types of an operator of ``mx.np``: found by evaluating it on arrays of some shape, as
        its promotion rule may be any.
        """
        types = [self.types.get((id(c), i)) for c, i in node.inputs]
        known = next((t for t in types if t is not None), None)
        if known is None and node.inputs:
            return
        for e in node.inputs:
            self._put_type(e, known, node, False)
        bound = node.bound()
        if bound.barrier:
            return
        types = [t or known for t in types]
        ctx = canonical(Context("cpu", 0))
        for shape in _PROBES if node.inputs else ((),):
            specs = [spec_of(shape, t, ctx) for t in types]
            try:
                found = infer_outputs(bound, specs, ctx)
            except MXNetError:
                continue
            for e, spec in zip(outs, found):
                self._put_type(e, spec.dtype, node, False, True)
            return

    def type_of(self, entry):
        """An entry's type, float32 where nothing is known."""
        return self.types.get((id(entry[0]), entry[1])) or _F32

    def tells_of(self, variables):
        """Whether it is all there is to know for variables of certain shapes and types.

        variables : dict from Node to (shape, numpy.dtype)
        """
        return self.evaluated and all(
            self.get((n, 0)) == shape and self.type_of((n, 0)) == dtype
            for n, (shape, dtype) in variables.items()
        )

    # ------------------------------------------------------------------ shapes
    def complete_shapes(self, ctx=None):
        """Propagate shapes both ways until nothing changes."""
        ctx = canonical(ctx or Context("cpu", 0))
        done = set()
        for _ in range(_MAX_PASSES):
            self.changed = False
            for node in self.order:
                if node.op is not None and id(node) not in done:
                    self._backward(node)
                    if self._forward(node, ctx):
                        done.add(id(node))
            if len(done) == sum(n.op is not None for n in self.order):
                self.evaluated = not self._others
                return
            for node in reversed(self.order):
                if node.op is not None and id(node) not in done:
                    self._backward(node)
            if not self.changed:
                return

    def _forward(self, node, ctx):
        """Shapes of the outputs from those of the inputs; True when they are known."""
        ins = [self.get(e) for e in node.inputs]
        told = node.op.infer_shape(node, ins, self)
        if told is not None:
            self._others = True
            return self._told(node, *told)
        if not ins:
            return self._source(node, ctx)
        if node.bound().barrier:  # only its result will tell
            return False
        if all(is_full(s) for s in ins):
            return self._put_outputs(node, ins, ctx)
        if any(s is None for s in ins):
            return False
        try:
            one, two = (self._evaluate(node, [_filled(s, f) for s in ins], ctx) for f in _STAND_INS)
        except MXNetError:
            return False
        for i, ((a, _), (b, _)) in enumerate(zip(one, two)):
            if len(a) == len(b):
                self.put((node, i), tuple([x if x == y else -1 for x, y in zip(a, b)]), node)
        return False

    def _put_outputs(self, node, ins, ctx):
        """Take the outputs' shapes and types, those of all inputs being known."""
        for i, (shape, dtype) in enumerate(self._evaluate(node, ins, ctx)):
            self.put((node, i), shape, node)
            self.types.setdefault((id(node), i), dtype)
        return True

    def _evaluate(self, node, ins, ctx):
        bound, op = node.bound(), node.op
        types = [self.types.get((id(c), i)) for c, i in node.inputs]
        if any(t is None for t in types):
            free = [onp.dtype(op.free.get(name, _F32)) for name in op.inputs]
            for k, t in enumerate(types):
                if t is None:
                    types[k] = free[k] if k < len(free) else _F32
                    self._others |= types[k] != _F32
        specs = [spec_of(s, t, ctx) for s, t in zip(ins, types)]
        try:
            found = infer_outputs(bound, specs, ctx)
        except MXNetError as e:
            raise type(e)(f"Error in operator {node.name}: {e}") from None
        return [(s.shape, s.dtype) for s in found[: node.n_visible]]

    def _source(self, node, ctx):
        """An operator without inputs: its attribute ``shape`` may leave dimensions open."""
        if "shape" in node.op.attrs:
            static, _ = node.parse()
            shape = static.get("shape")
            shape = self.unknown(shape if shape is not None else (1,))
            self.put((node, 0), shape, node)
            return is_full(self.get((node, 0)))
        return self._put_outputs(node, [], ctx)

    def _told(self, node, found, outs):
        for e, s in zip(node.inputs, found):
            self.put(e, s, node)
        for i, s in enumerate(outs):
            self.put((node, i), s, node)
        return all(is_full(self.get(e)) for e in node.inputs) and all(
            is_full(self.get((node, i))) for i in range(node.n_visible)
        )

    def _backward(self, node):
        op = node.op
        if not node.inputs:
            return
        for rule in op.complete:
            rule(self, node)
        if op.infer is not None:
            self._rule(node, self.get(node.inputs[0]))

    def _rule(self, node, data):
        """The operator's own rule: shapes of learned inputs from the first one's."""
        op = node.op
        if data is None:
            return
        names = node.given_names() or op.inputs[: len(node.inputs)]
        by_name = {}
        for name, e in zip(names, node.inputs):
            s = self.get(e)
            by_name[name] = None if s is None else tuple([max(d, 0) for d in s])
        static, _ = node.parse()
        try:
            found = op.infer(*[by_name.get(n) for n in op.inputs], **static)
        except (IndexError, TypeError, ValueError, ZeroDivisionError, MXNetError) as e:
            if all(is_full(self.get(x)) for x in node.inputs):
                return  # evaluation says what is wrong
            if isinstance(e, ShapeError):
                raise ShapeError(f"Error in operator {node.name}: {e}") from None
            if isinstance(e, IndexError):  # the number of axes is known, and too small
                raise ShapeError(
                    f"Error in operator {node.name}: {node.op_name}: data has too few axes for its "
                    f"attributes: got {_shown(data)}."
                ) from None
            return
        for name, e in zip(names, node.inputs):
            shape = found.get(name)
            if shape is not None and not is_full(self.get(e)):  # a full one: evaluation decides
                self.put(e, tuple([d if d > 0 else -1 for d in shape]), node)


def _filled(shape, number):
    return tuple([number if d == -1 else d for d in shape])


def _shown(shape):
    return "?" if shape is None else str(tuple([0 if d == -1 else d for d in shape]))


def complete(entries, shapes, types=None, zero_unknown=True, ctx=None):
    """A :class:`Completion` of types and shapes.

    Parameters
    ----------
    shapes, types : dict from variable Node to shape (with -1) or numpy.dtype

    Raises
    ------
    ShapeError, DTypeError   the operator's name first, then what does not fit
    """
    found = Completion(entries, shapes, types or {}, zero_unknown)
    found.complete_types()
    found.complete_shapes(ctx)
    return found


def complete_types(entries, types):
    """A :class:`Completion` of types alone."""
    found = Completion(entries, {}, types)
    found.complete_types()
    return found
