"""Paths as named graphs: what ``autograd.get_symbol`` shows and ``HybridBlock.export`` writes."""

from .._graph.lower import COPY, Backward, Fill, PathOp
from .._graph.nodes import Node, topological
from .._graph.steps import specs_of, steps_of
from .._ops._spec import BoundOp, WholeScalar
from .._ops.index import ARRAY, INT, NEW, Assign, Index
from ..error import MXNetError
from .program import ExecutedTape
from .segment import Segment

__all__ = ["path_graph", "recorded_graph"]


def recorded_graph(value):
    """Entries of the graph that ``value`` was recorded to be computed by.

    Arrays it began from become variables ``var0``, ``var1`` ...; operators ``node_0`` ...

    Raises
    ------
    MXNetError   the history is used up, or holds Python code
    """
    entries = [_RecordedGraph().of(value)]
    variables = [n for n in topological(entries) if n.op is None]
    for i, node in enumerate(variables):
        node.name = f"var{i}"
    return entries


def path_graph(bound, inputs):
    """Entries of the graph of a traced path, for entries of its inputs.

    Raises
    ------
    MXNetError   a step is no operator that symbols have
    """
    return _RecordedGraph("export").step(bound, inputs, (0,) * bound.n_scalars, None, None)


class _RecordedGraph:
    def __init__(self, where="get_symbol"):
        self.variables, self.count, self.tapes, self.where = {}, 0, {}, where

    def variable(self, value):
        """The entry of an array that was not computed here."""
        node = self.variables.get(id(value))
        if node is None:
            node = Node("null", f"var{len(self.variables)}")
            self.variables[id(value)] = node
        return node, 0

    def of(self, value):
        """The entry of a value; the tapes it rests on first, without recursion."""
        if value.data is None and value.seg.__class__ is Segment:
            seg = value.seg
            for v in seg.slots:
                self.leaf(v)
            env = self.path(
                steps_of(seg.state), seg.scalars, [self.leaf(v) for v in seg.slots], {value.pos}
            )
            return env[value.pos]
        return self.leaf(value)

    def leaf(self, value):
        stack = [value]
        while stack:
            v = stack[-1]
            tape = v.tape
            if v.mark is not None or tape is None:
                stack.pop()
                continue
            if tape.freed:
                raise MXNetError(
                    "get_symbol: the history of the array is used up: expected one that no "
                    "backward pass has gone through. Hint: call it before backward()."
                )
            if tape.__class__ is not ExecutedTape:
                raise MXNetError(
                    "get_symbol: the history holds Python code (a Function, a custom operator or "
                    "a copy between contexts), which is no symbol."
                )
            if tape in self.tapes:
                stack.pop()
                continue
            before = list(tape.vals)
            todo = [
                w
                for w in before
                if w.mark is None and w.tape is not None and w.tape not in self.tapes
            ]
            if todo:
                stack += todo
                continue
            inputs = [self.entry(w) for w in before]
            self.tapes[tape] = self.path(
                steps_of(tape.state), tape.scalars, inputs, set(tape.tape.with_residuals)
            )
            stack.pop()
        return self.entry(value)

    def entry(self, v):
        if v.mark is None and v.tape is not None:
            return self.tapes[v.tape][v.pos]
        return self.variable(v)

    def path(self, steps, scalars, inputs, wanted, inside=False):
        """Entries by position for the steps that ``wanted`` positions need.

        What was not recorded is where the graph begins, but for what is ``inside`` of a block.
        """
        needed, wanted = [], set(wanted)
        for step in reversed(steps):
            if step.bound.__class__ is Backward or not (step.recorded or inside):
                continue
            if any(p in wanted for p in range(step.pos, step.pos + len(step.specs))):
                needed.append(step)
                wanted.update(step.refs)
        env = dict(zip([p for step in steps for p in step.fresh], inputs))
        specs = specs_of(steps)
        for step in reversed(needed):
            own = scalars[step.scalars_at : step.scalars_at + step.n_scalars]
            for r in step.refs:
                if r not in env:
                    env[r] = Node("null", f"var{len(self.variables)}"), 0
                    self.variables[id(env[r][0])] = env[r][0]
            entries = [env[r] for r in step.refs]
            outs = self.step(step.bound, entries, own, step, [specs[r] for r in step.refs])
            env.update(zip(range(step.pos, step.pos + len(outs)), outs))
        return env

    def step(self, bound, inputs, scalars, step, specs):
        """Entries of the outputs of one operator on inputs of these specs."""
        if isinstance(bound, PathOp):
            full = list(scalars)
            if bound.constants is not None:
                full = list(bound.constants)
                for i, w in zip(bound.dynamic, scalars):
                    full[i] = w
            env = self.path(bound.steps, full, inputs, set(bound.returned), inside=True)
            return [env[p] for p in bound.returned]
        if bound is COPY:
            node = self.node("_copy", {}, inputs)
        elif isinstance(bound, Fill):
            attrs = {
                "shape": str(bound.shape),
                "dtype": bound.dtype.name,
                "value": str(float(scalars[0])),
            }
            node = self.node("_full", attrs, inputs)
        elif isinstance(bound, Index):
            shapes = [x.shape for x in specs]
            return [self.read(_Key(bound.form, scalars, shapes[0], shapes[1:]), inputs)]
        elif isinstance(bound, Assign):
            return [self.written(bound.form, scalars, inputs, specs)]
        elif isinstance(bound, BoundOp):
            name, attrs = bound.op.name, _attributes(bound, scalars)
            if bound.op.exported is not None:
                name, attrs = bound.op.exported(attrs)
            node = self.node(name, attrs, inputs)
        else:
            raise MXNetError(
                f"{self.where}: {bound.name!r} ({step.line}) is no operator that symbols have."
            )
        return [(node, i) for i in range(len(step.specs))]

    # ------------------------------------------------------------------ indexing
    def read(self, key, inputs):
        """A part of an array as operators that symbols have."""
        entry = inputs[0]
        if key.sliced:
            entry = self.apply("slice", [entry], begin=key.begin, end=key.end, step=key.by)
        if key.arrays == [key.first] and not key.numbers:
            entry = self.apply("take", [entry, inputs[1]], axis=key.first, mode="wrap")
        else:
            entry = self.without_numbers(key, entry)
            if key.arrays:
                entry = self.transposed(entry, key.to_front)
                entry = self.apply("gather_nd", [entry, self.places(key, inputs[1:])])
                entry = self.transposed(entry, key.from_front)
        for axis in key.new:
            entry = self.apply("expand_dims", [entry], axis=axis)
        return self.apply("_copy", [entry]) if entry is inputs[0] else entry

    def written(self, form, scalars, inputs, specs):
        """A copy of an array with a part replaced."""
        key = _Key(form, scalars, specs[0].shape, [x.shape for x in specs[2:]])
        data, value = inputs[:2]
        if specs[1].dtype != specs[0].dtype:
            value = self.apply("Cast", [value], dtype=specs[0].dtype.name)
        if specs[1].shape != key.shape:
            value = self.apply("_npi_broadcast_to", [value], shape=key.shape)
        if key.arrays:
            part = data
            if key.sliced:
                part = self.apply("slice", [data], begin=key.begin, end=key.end, step=key.by)
            part = self.transposed(self.without_numbers(key, part), key.to_front)
            value = self.reshaped(value, [d for i, d in enumerate(key.shape) if i not in key.new])
            value = self.transposed(value, _inverse(key.from_front))
            part = self.apply("_scatter_set_nd", [part, value, self.places(key, inputs[2:])],
                              shape=key.front_shape)  # fmt: skip
            value = self.transposed(part, _inverse(key.to_front))
        value = self.reshaped(value, key.sizes)
        if not key.sliced:
            return value
        return self.inserted(key, data, value, specs[0].shape)

    def inserted(self, key, data, value, shape):
        """A copy of an array with a slice replaced: joined from parts where the slice is one
        block, as 1.9.1 knows no gradient of its operator for that.
        """
        if any(abs(by) != 1 for by in key.by):
            return self.apply(
                "_slice_assign", [data, value], begin=key.begin, end=key.end, step=key.by
            )
        backwards = [axis for axis, by in enumerate(key.by) if by < 0]
        if backwards:
            value = self.apply("_npi_flip", [value], axis=tuple(backwards))
        return self.joined([(b, b + n) if by > 0 else (b - n + 1, b + 1) for b, n, by in zip(
            [b or 0 for b in key.begin], key.sizes, key.by
        )], data, value, shape)  # fmt: skip

    def joined(self, spans, data, value, shape, axis=0):
        while axis < len(shape) and spans[axis] == (0, shape[axis]):
            axis += 1
        if axis == len(shape):
            return value
        low, high = spans[axis]

        def part(begin, end):
            return self.apply("slice_axis", [data], axis=axis, begin=begin, end=end)

        inner = all(s == (0, n) for s, n in zip(spans[axis + 1 :], shape[axis + 1 :]))
        middle = value if inner else self.joined(spans, part(low, high), value, shape, axis + 1)
        parts = (
            [part(0, low)] * (low > 0) + [middle] + [part(high, shape[axis])] * (high < shape[axis])
        )
        return self.apply("_npi_concatenate", parts, axis=axis, num_args=len(parts))

    def places(self, key, arrays):
        """Index arrays, broadcast against each other, one above the other."""
        common = [
            x if s == key.common else self.apply("_npi_broadcast_to", [x], shape=key.common)
            for x, s in zip(arrays, key.array_shapes)
        ]
        return self.apply("stack", common, axis=0, num_args=len(common))

    def without_numbers(self, key, entry):
        if not key.numbers:
            return entry
        codes = tuple([-3 if k in key.numbers else -2 for k in range(len(key.sizes))])
        return self.apply("_npx_reshape", [entry], newshape=codes)

    def transposed(self, entry, order):
        if list(order) == sorted(order):
            return entry
        return self.apply("_np_transpose", [entry], axes=tuple(order))

    def reshaped(self, entry, shape):
        return self.apply("_np_reshape", [entry], newshape=tuple(shape))

    def apply(self, name, inputs, **attrs):
        return self.node(name, {k: str(v) for k, v in attrs.items()}, inputs), 0

    def node(self, name, attrs, inputs):
        made = Node(name, f"node_{self.count}", attrs, inputs)
        self.count += 1
        return made


def _attributes(bound, scalars):
    """An operator's attributes as text, without those that have their default."""
    numbers, at = {}, 0
    for name, many in bound._kw:
        if many is None:
            numbers[name] = float(scalars[at])
            at += 1
        else:
            numbers[name] = tuple([float(w) for w in scalars[at : at + many]])
            at += many
    found = {}
    for name, spec in bound.op.attrs.items():
        value = numbers.get(name, bound.attrs.get(name))
        if name not in numbers and not spec.required and value == spec.default:
            continue
        if name == "is_int" or (name == "num_args" and bound.op.variadic is None):
            continue  # the first is never said by arrays of 1.9.1, and means float64 there
        if spec.kind is WholeScalar and value is not None:
            value = int(value)
        found[name] = getattr(value, "name", None) or str(value)
    if bound.op.variadic is not None and "num_args" in bound.op.attrs:
        found["num_args"] = str(bound.n_inputs)
    return found


class _Key:
    """What an index asks of an array: a slice, then the places of index arrays, then new axes.

    Attributes
    ----------
    begin, end, by : tuple      of the slice, in which a number stands for a part of size 1
    sliced : bool               whether it is not the whole array
    sizes : tuple               shape of the slice
    numbers, arrays : list      its axes that numbers, and index arrays, stand for
    first : int                 the first axis of an index array, -1 without one
    common : tuple              shape of the index arrays, broadcast against each other
    to_front : list             order of axes, without those of numbers, that begins with ``arrays``
    front_shape : tuple         shape in that order
    from_front : list           order of axes of what was picked that puts ``common``'s in place
    new : list                  axes of the result that are new
    shape : tuple               of the result
    """

    def __init__(self, form, scalars, shape, array_shapes):
        starts, spans, self.sizes = iter(scalars), [], []
        self.numbers, self.arrays, self.array_shapes = [], [], list(array_shapes)
        axes = [f for f in form if f != NEW]
        for axis, (f, n) in enumerate(zip(axes, shape)):
            if f == INT:
                self.numbers.append(axis)
            if f == ARRAY:
                self.arrays.append(axis)
            size, stride = (n, 1) if f is None or f == ARRAY else (1, 1) if f == INT else f
            first = int(next(starts)) if f is not None and f != ARRAY else None
            self.sizes.append(size)
            if first is None:
                spans.append((None, None, 1))
            else:
                last = first + size * stride
                spans.append((first, last if last >= 0 else None, stride))
        self.begin, self.end, self.by = zip(*spans) if spans else ((), (), ())
        self.sliced = any(b is not None for b in self.begin)
        self.first = self.arrays[0] if self.arrays else -1
        self.common = _broadcast(self.array_shapes)
        kept = [a for a in range(len(axes)) if a not in self.numbers]
        rest = [a for a in kept if a not in self.arrays]
        self.to_front = [kept.index(a) for a in (*self.arrays, *rest)]
        self.front_shape = tuple([self.sizes[a] for a in (*self.arrays, *rest)])
        # entries of the key that are picked from together: side by side, their result takes
        # their place; otherwise it comes first
        both = [i for i, f in enumerate(form) if f in (INT, ARRAY)] if self.arrays else []
        together = both and both == list(range(both[0], both[-1] + 1))
        before = [f for f in form[: both[0]] if f not in (INT, ARRAY)] if together else []
        ahead, n = len([f for f in before if f != NEW]), len(self.common)
        total = n + len(rest)
        self.from_front = [*range(n, n + ahead), *range(n), *range(n + ahead, total)]
        left = [f for f in form if f not in (INT, ARRAY)]
        done = iter([self.sizes[a] for a in rest])
        dims = [1 if f == NEW else next(done) for f in left]
        at = len(before)
        self.shape = (*dims[:at], *self.common, *dims[at:])
        self.new = [i if i < at else i + n for i, f in enumerate(left) if f == NEW]


def _broadcast(shapes):
    found: list[int] = []
    for shape in shapes:
        found = [1] * (len(shape) - len(found)) + found
        for k in range(1, len(shape) + 1):
            found[-k] = shape[-k] if found[-k] == 1 else found[-k]
    return tuple(found)


def _inverse(order):
    return sorted(range(len(order)), key=order.__getitem__)
