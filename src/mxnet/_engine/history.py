"""The recorded computation of a value as a named graph: what ``autograd.get_symbol`` shows."""

from .._graph.lower import COPY, Backward, Fill, PathOp
from .._graph.net import Node, topological
from .._graph.node import steps_of
from .._ops._spec import BoundOp, OpDef
from .._ops.index import ARRAY, INT, NEW, Index
from ..error import MXNetError
from .program import ExecutedTape
from .segment import Segment
from .value import CONSUMED

__all__ = ["recorded_graph"]


def recorded_graph(value):
    """Entries of the graph that ``value`` was recorded to be computed by.

    Arrays it began from become variables ``var0``, ``var1`` ...; operators ``node_0`` ...

    Raises
    ------
    MXNetError   the history is used up, or holds Python code
    """
    entries = [_Graph().of(value)]
    variables = [n for n in topological(entries) if n.op is None]
    for i, node in enumerate(variables):
        node.name = f"var{i}"
    return entries


class _Graph:
    def __init__(self):
        self.variables, self.count, self.tapes = {}, 0, {}

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
                steps_of(seg.state), seg.words, [self.leaf(v) for v in seg.slots], {value.pos}
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
            if tape is CONSUMED or tape.freed:
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
                steps_of(tape.state), tape.words, inputs, set(tape.tape.taped)
            )
            stack.pop()
        return self.entry(value)

    def entry(self, v):
        if v.mark is None and v.tape is not None:
            return self.tapes[v.tape][v.pos]
        return self.variable(v)

    def path(self, steps, words, inputs, wanted, inside=False):
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
        env, supply = {}, iter(inputs)
        for step in steps:
            for p in step.fresh:
                env[p] = next(supply)
        for step in reversed(needed):
            own = words[step.words_at : step.words_at + step.n_words]
            for r in step.refs:
                if r not in env:
                    env[r] = Node("null", f"var{len(self.variables)}"), 0
                    self.variables[id(env[r][0])] = env[r][0]
            outs = self.step(step.bound, [env[r] for r in step.refs], own, step)
            env.update(zip(range(step.pos, step.pos + len(outs)), outs))
        return env

    def step(self, bound, inputs, words, step):
        """Entries of the outputs of one operator."""
        if isinstance(bound, PathOp):
            full = list(words)
            if bound.constants is not None:
                full = list(bound.constants)
                for i, w in zip(bound.dynamic, words):
                    full[i] = w
            env = self.path(bound.steps, full, inputs, set(bound.emit), inside=True)
            return [env[p] for p in bound.emit]
        if bound is COPY:
            node = self.node("_copy", {}, inputs)
        elif isinstance(bound, Fill):
            attrs = {
                "shape": str(bound.shape),
                "dtype": bound.dtype.name,
                "value": str(float(words[0])),
            }
            node = self.node("_full", attrs, inputs)
        elif isinstance(bound, Index):
            node = self.index(bound, inputs, words, step)
        elif isinstance(bound, BoundOp) and isinstance(bound.op, OpDef):
            node = self.node(bound.op.name, _attributes(bound, words), inputs)
        else:
            raise MXNetError(
                f"get_symbol: {bound.name!r} ({step.line}) is no operator that symbols have."
            )
        return [(node, i) for i in range(len(step.specs))]

    def index(self, bound, inputs, words, step):
        """A part of an array as operators that symbols have: ``slice``, ``take`` and a reshape."""
        begin, end, by, kept, new, arrays = [], [], [], [], [], []
        starts = iter(words)
        for f in bound.form:
            if f == NEW:
                new.append(sum(kept) + len(new))
                continue
            kept.append(f != INT)
            if f == ARRAY:
                arrays.append(len(kept) - 1)
            if f is None or f == ARRAY:
                span = (None, None, 1)
            else:
                size, stride = (1, 1) if f == INT else f
                first = int(next(starts))
                last = first + size * stride
                span = (first, last if last >= 0 else None, stride)
            for part, value in zip((begin, end, by), span):
                part.append(value)
        if len(arrays) > 1 or (arrays and not all(kept)):
            raise MXNetError(
                f"get_symbol: several index arrays at once ({step.line}) are no operator that "
                "symbols have. Hint: take() and pick() are."
            )
        node, entry = None, inputs[0]
        if any(b is not None for b in begin):
            attrs = {"begin": str(tuple(begin)), "end": str(tuple(end)), "step": str(tuple(by))}
            node = self.node("slice", attrs, [entry])
            entry = node, 0
        if arrays:
            axis = arrays[0]
            node = self.node("take", {"axis": str(axis), "mode": "wrap"}, [entry, inputs[1]])
            entry = node, 0
        if not all(kept):
            codes = tuple([-2 if k else -3 for k in kept])
            node = self.node("_npx_reshape", {"newshape": str(codes)}, [entry])
            entry = node, 0
        for axis in new:
            node = self.node("expand_dims", {"axis": str(axis)}, [entry])
            entry = node, 0
        if node is None:
            node = self.node("_copy", {}, [entry])
        return node

    def node(self, name, attrs, inputs):
        made = Node(name, f"node_{self.count}", attrs, inputs)
        self.count += 1
        return made


def _attributes(bound, words):
    """An operator's attributes as text, without those that have their default."""
    numbers, at = {}, 0
    for name, many in bound._kw:
        if many is None:
            numbers[name] = float(words[at])
            at += 1
        else:
            numbers[name] = tuple([float(w) for w in words[at : at + many]])
            at += many
    found = {}
    for name, spec in bound.op.attrs.items():
        value = numbers.get(name, bound.attrs.get(name))
        if value is None or (name not in numbers and not spec.required and value == spec.default):
            continue
        if name == "num_args" and bound.op.variadic is None:
            continue
        found[name] = getattr(value, "name", None) or str(value)
    if bound.op.variadic is not None and "num_args" in bound.op.attrs:
        found["num_args"] = str(bound.n_inputs)
    return found
