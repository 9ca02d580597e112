"""Shapes and element types of a named graph, completed from what is known, in both directions.

A shape is None (nothing known) or a tuple in which -1 stands for a dimension that is not known.
Forward, an operator is asked by abstract evaluation, as at a call; with some dimensions unknown it
is asked twice, with two different numbers in their places, and what comes out different is unknown
too. Backward, the operators' ``infer`` rules tell the shapes of learned inputs, and a table of
families here the rest. Passes in both directions alternate until nothing changes.
"""

import math
import typing

import numpy as onp

from .._dtypes import as_dtype
from .._ops._spec import OpDef
from ..context import Context, canonical
from ..error import DTypeError, MXNetError, ShapeError
from . import eight_bits
from .infer import infer_outputs
from .net import auxiliary_nodes, topological
from .node import spec_of

__all__ = ["Completion", "complete", "complete_types", "is_full", "merge"]

_F32 = onp.dtype("float32")
_INT32 = onp.dtype("int32")
_STAND_INS = (192, 320)  # even, and divisible by most things a network divides by
# shapes that operators of mx.np are evaluated on where only types are asked for
_PROBES = ((), (2,), (2, 2), (2, 2, 2), (2, 2, 2, 2))
_MAX_PASSES = 40

# operators whose first input and first output have one shape, and so have the inputs named here
_SAME = set(
    """
    Activation LeakyReLU SoftmaxOutput SoftmaxActivation softmax log_softmax softmin BatchNorm
    BatchNorm_v1 LayerNorm InstanceNorm GroupNorm L2Normalization LRN Dropout MakeLoss
    IdentityAttachKLSparseReg SVMOutput _contrib_SyncBatchNorm _contrib_BatchNormWithReLU
    SequenceMask SequenceReverse _contrib_gradientmultiplier hard_sigmoid smooth_l1 clip
    LinearRegressionOutput LogisticRegressionOutput MAERegressionOutput cumsum reverse sort
    _shuffle
    """.split()
)
_FLATTENING = {"cumsum", "sort"}  # without an axis, the result is flat
_DIFFERENT = {"shape_array", "size_array", "amp_multicast", "_contrib_allclose"}

# inputs (by number) whose type is their own matter
_FREE = {
    "Embedding": {0},
    "take": {1},
    "pick": {1},
    "one_hot": {0},
    "gather_nd": {1},
    "scatter_nd": {1},
    "where": {0},
    "SequenceMask": {1},
    "SequenceLast": {1},
    "SequenceReverse": {1},
    "batch_take": {1},
    "Cast": {0},
    "amp_cast": {0},
    "CTCLoss": {1, 2, 3},
    "softmax": {1},
    "shape_array": {0},
    "size_array": {0},
    "_contrib_boolean_mask": {1},
    "_contrib_index_copy": {1},
}
_OWN_TYPE = {"shape_array": onp.dtype("int64"), "size_array": onp.dtype("int64")}
_NORMS = {"BatchNorm", "_contrib_SyncBatchNorm", "_contrib_BatchNormWithReLU"}


def is_full(shape):
    """Whether a shape is known altogether."""
    return shape is not None and -1 not in shape


def merge(a, b):
    """What two partial shapes say together; None if they contradict each other."""
    if a is None:
        return b
    if b is None or a == b:
        return a
    if len(a) != len(b):
        return _CLASH
    out = []
    for x, y in zip(a, b):
        if x == -1:
            out.append(y)
        elif y == -1 or x == y:
            out.append(x)
        else:
            return _CLASH
    return tuple(out)


_CLASH = (object(),)


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
                self.shapes[id(node), 0] = declared if both is _CLASH else both
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
        if new is _CLASH:
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
        for _ in range(_MAX_PASSES):
            self.changed = False
            for node in self.order:
                if node.op is not None:
                    self._types_of(node)
            for node in reversed(self.order):
                if node.op is not None:
                    self._types_of(node)
            if not self.changed:
                return

    def _put_type(self, entry, dtype, node, strict):
        key = (id(entry[0]), entry[1])
        old = self.types.get(key)
        if old is None:
            self.types[key] = dtype
            self.changed = True
        elif strict and old != dtype:
            raise DTypeError(
                f"Error in operator {node.name}: {node.op_name}: arrays of different types: "
                f"expected {dtype.name}, got {old.name}. Hint: convert with .astype()."
            )

    def _types_of(self, node):
        op = node.op
        n = node.counts()[0]
        outs = [(node, i) for i in range(n)]
        if not isinstance(op, OpDef):
            given = [self.types.get((id(c), i)) for c, i in node.inputs]
            ins, made = op.infer_type(node, given)
            for e, t in zip(node.inputs, ins):
                if t is not None:
                    self._put_type(e, t, node, False)
            for e, t in zip(outs, made):
                if t is not None:
                    self._put_type(e, t, node, False)
            return
        name = op.name
        if name.startswith(("_np_", "_npi_", "_npx_")):
            self._numpy_types(node, outs)
            return
        eight = eight_bits.types_of(node, [self.types.get((id(c), i)) for c, i in node.inputs])
        if eight is not None:
            for entries, types in zip((node.inputs, outs), eight):
                for e, t in zip(entries, types):
                    if t is not None:
                        self._put_type(e, t, node, False)
            return
        own = _OWN_TYPE.get(name)
        if own is None and "dtype" in op.attrs:
            static, _ = node.parse()
            own = static.get("dtype")
            if own is None and not node.inputs:
                own = _F32
            if own is not None:
                own = onp.dtype(own)
        if name in ("topk", "argsort"):
            own_at = {"topk": n - 1}.get(name, 0)
            if name == "topk" and node.attrs.get("ret_typ") in ("value", "mask"):
                own_at = -1
            own, at_index = None, own
        else:
            own_at, at_index = -1, None
        free = _FREE.get(name, ())
        if name == "Embedding" and own is not None:
            for e in (*node.inputs[1:], *outs):
                self._put_type(e, own, node, False)
            return
        shared = [e for i, e in enumerate(node.inputs) if i not in free]
        if name in _NORMS:
            t = next(
                (t for t in (self.types.get((id(c), i)) for c, i in (shared[0], outs[0])) if t),
                None,
            )
            if t is None:
                return
            self._put_type(shared[0], t, node, True)
            self._put_type(outs[0], t, node, False)
            inner = _F32 if t == onp.float16 else t
            for e in (*shared[1:], *outs[1:]):
                self._put_type(e, inner, node, False)
            return
        if own is not None and (node.inputs == [] or name in ("Cast", "amp_cast", "one_hot")):
            for e in outs:
                self._put_type(e, own, node, False)
            return
        group = list(shared)
        for i, e in enumerate(outs):
            if i == own_at:
                self._put_type(e, at_index or _F32, node, False)
            elif own is None:
                group.append(e)
            else:
                self._put_type(e, own, node, False)
        t = next((t for t in (self.types.get((id(c), i)) for c, i in group) if t is not None), None)
        if t is None:
            return
        strict = op.same_dtype
        for e in group:
            self._put_type(e, t, node, strict and e[0] is not node)

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
                self._put_type(e, spec.dtype, node, False)
            return

    def type_of(self, entry):
        """An entry's type, float32 where nothing is known."""
        return self.types.get((id(entry[0]), entry[1])) or _F32

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
                return
            for node in reversed(self.order):
                if node.op is not None and id(node) not in done:
                    self._backward(node)
            if not self.changed:
                return

    def _forward(self, node, ctx):
        """Shapes of the outputs from those of the inputs; True when they are known."""
        op = node.op
        ins = [self.get(e) for e in node.inputs]
        if not isinstance(op, OpDef):
            return self._special(node, ins)
        if not ins:
            return self._source(node, ctx)
        if node.bound().barrier:  # only its result will tell
            return False
        if all(is_full(s) for s in ins):
            for i, (shape, dtype) in enumerate(self._evaluate(node, ins, ctx)):
                self.put((node, i), shape, node)
                self.types.setdefault((id(node), i), dtype)
            return True
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

    def _evaluate(self, node, ins, ctx):
        bound = node.bound()
        types = [self.type_of(e) for e in node.inputs]
        if node.op.name == "softmax" and len(types) > 1:  # lengths are integers
            c, i = node.inputs[1]
            types[1] = self.types.get((id(c), i)) or _INT32
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
        for i, (shape, dtype) in enumerate(self._evaluate(node, [], ctx)):
            self.put((node, i), shape, node)
            self.types.setdefault((id(node), i), dtype)
        return True

    def _special(self, node, ins):
        found, outs = node.op.infer_shape(node, ins, self)
        for e, s in zip(node.inputs, found):
            self.put(e, s, node)
        for i, s in enumerate(outs):
            self.put((node, i), s, node)
        return all(is_full(self.get(e)) for e in node.inputs) and all(
            is_full(self.get((node, i))) for i in range(node.n_visible)
        )

    def _backward(self, node):
        op = node.op
        if not isinstance(op, OpDef):
            return
        inputs = node.inputs
        if not inputs:
            return
        data, out = inputs[0], (node, 0)
        if _is_same(op) and not (op.name in _FLATTENING and node.parse()[0]["axis"] is None):
            share = inputs if _all_same(op) else inputs[:1]
            for _ in range(2):
                for e in share:
                    self.put(out, self.get(e), node)
                    self.put(e, self.get(out), node)
        rule = _BACKWARD.get(op.name)
        if rule is not None:
            rule(self, node)
        elif op.name.startswith("broadcast_") and len(inputs) == 2 and "axis" not in op.attrs:
            _broadcast(self, node)
        if op.infer is not None:
            self._rule(node, self.get(data))

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
        except (IndexError, TypeError, ValueError, ZeroDivisionError, MXNetError):
            return  # evaluation says what is wrong
        for name, e in zip(names, node.inputs):
            shape = found.get(name)
            if shape is not None and not is_full(self.get(e)):  # a full one: evaluation decides
                self.put(e, tuple([d if d > 0 else -1 for d in shape]), node)


def _filled(shape, number):
    return tuple([number if d == -1 else d for d in shape])


def _shown(shape):
    return "?" if shape is None else str(tuple([0 if d == -1 else d for d in shape]))


def _is_same(op):
    if op.name in _SAME:
        return True
    return op.fn.__module__.endswith(".elemwise") and op.name not in _DIFFERENT


def _all_same(op):
    return op.name not in _SAME and op.name != "_identity_with_attr_like_rhs"


# ------------------------------------------------------------------ what outputs tell of inputs
def _first_axis(self, node):
    data, out = self.get(node.inputs[0]), self.get((node, 0))
    if data is not None and out is not None and len(data) and len(out):
        self.put(node.inputs[0], (out[0], *data[1:]), node)


def _dense(self, node):
    data, out = self.get(node.inputs[0]), self.get((node, 0))
    if data is None or out is None:
        return
    static, _ = node.parse()
    if static["flatten"]:
        _first_axis(self, node)
    elif len(data) == len(out):
        self.put(node.inputs[0], (*out[:-1], data[-1]), node)


def _split(self, node):
    static, _ = node.parse()
    if static["squeeze_axis"]:
        return
    out = None
    for i in range(node.n_visible):
        out = merge(out, self.get((node, i)))
        if out is _CLASH:
            return
    if out is None or not -len(out) <= static["axis"] < len(out):
        return
    shape, at = list(out), static["axis"] % len(out)
    for i in range(node.n_visible):
        self.put((node, i), out, node)
    shape[at] = shape[at] * static["num_outputs"] if shape[at] != -1 else -1
    self.put(node.inputs[0], tuple(shape), node)


def _concat(self, node):
    static, _ = node.parse()
    shapes = [self.get(e) for e in node.inputs]
    out = self.get((node, 0))
    known = next((s for s in (*shapes, out) if s is not None), None)
    if known is None or not -len(known) <= static["dim"] < len(known):
        return
    at, rank = static["dim"] % len(known), len(known)
    common = [-1] * rank
    for s in (*shapes, out):
        if s is None or len(s) != rank:
            continue
        for i, d in enumerate(s):
            if i != at and d != -1:
                common[i] = d
    common[at] = -1
    for e in node.inputs:
        self.put(e, tuple(common), node)
    self.put((node, 0), tuple(common), node)
    sizes = [s[at] if s is not None and len(s) == rank else -1 for s in shapes]
    total = out[at] if out is not None and len(out) == rank else -1
    if -1 not in sizes:
        self.put((node, 0), (*common[:at], sum(sizes), *common[at + 1 :]), node)
    elif total != -1 and sizes.count(-1) == 1:
        i = sizes.index(-1)
        rest = total - sum(sizes) - 1
        if rest >= 0:
            self.put(node.inputs[i], (*common[:at], rest, *common[at + 1 :]), node)


def _packed(self, node):
    """Parameters of RNN: first-layer weights of unknown width share what the others leave."""
    total = self.get((node, 0))
    if total is None or total[0] == -1:
        return
    rest, rows, open_ones = total[0], 0, []
    for flat, _ in node.inputs:
        if flat.op_name not in ("Reshape", "reshape"):
            return
        shape = self.get(flat.inputs[0])
        if is_full(shape):
            rest -= math.prod(shape)
        elif shape is not None and len(shape) == 2 and shape[0] != -1:
            rows += shape[0]
            open_ones.append((flat.inputs[0], shape[0]))
        else:
            return
    if rows and rest >= 0 and rest % rows == 0:
        for entry, n in open_ones:
            self.put(entry, (n, rest // rows), node)


def _expand(self, node):
    out = self.get((node, 0))
    axis = node.parse()[0]["axis"]
    if out is not None and -len(out) <= axis < len(out):
        at = axis % len(out)
        self.put(node.inputs[0], out[:at] + out[at + 1 :], node)


def _transposed(self, node):
    out = self.get((node, 0))
    axes = node.parse()[0].get("axes") or ()
    if out is None:
        return
    axes = tuple(axes) or tuple(reversed(range(len(out))))
    if sorted(axes) == list(range(len(out))):
        shape = [-1] * len(out)
        for i, a in enumerate(axes):
            shape[a] = out[i]
        self.put(node.inputs[0], tuple(shape), node)


def _embedding(self, node):
    out = self.get((node, 0))
    if out:
        self.put(node.inputs[0], out[:-1] or None, node)


# ------------------------------------------------------------------ indices, lengths, conditions
def _without(shape, axis):
    """A shape that lacks one axis; a vector leaves (1,). None where there is no such axis."""
    if shape is None or not -len(shape) <= axis < len(shape):
        return None
    at = axis % len(shape)
    return shape[:at] + shape[at + 1 :] or (1,)


def _put_if_open(self, entry, shape, node):
    """Tell what is not known yet: whether something else fits, evaluation decides."""
    if self.get(entry) is None:
        self.put(entry, shape, node)


def _pick(self, node):
    static, _ = node.parse()
    axis, data = static["axis"], self.get(node.inputs[0])
    if axis is None:
        return
    index = _without(data, axis)
    if index is None:
        return
    _put_if_open(self, node.inputs[1], index, node)
    if static["keepdims"]:
        at = axis % len(data)
        index = (*data[:at], 1, *data[at + 1 :])
    self.put((node, 0), index, node)


def _lengths(self, node):
    """Sequences: one length for each column of a batch."""
    static, _ = node.parse()
    data, axis = self.get(node.inputs[0]), static.get("axis", 0)
    if data is None or len(data) < 2 or axis not in (0, 1):
        return
    if static["use_sequence_length"] and len(node.inputs) > 1:
        _put_if_open(self, node.inputs[1], (data[1 - axis],), node)
    if node.op.name == "SequenceLast":
        self.put((node, 0), _without(data, axis), node)


def _softmax(self, node):
    static, _ = node.parse()
    if static["use_length"] and len(node.inputs) > 1:
        length = _without(self.get(node.inputs[0]), static["axis"])
        _put_if_open(self, node.inputs[1], length, node)


def _where(self, node):
    if self.get(node.inputs[0]) is None:  # 1.9.1 waits for the condition
        return
    same = [*node.inputs[1:], (node, 0)]
    for _ in range(2):
        for e in same:
            for other in same:
                self.put(other, self.get(e), node)


def _stack(self, node):
    static, _ = node.parse()
    known = None
    for e in node.inputs:
        known = merge(known, self.get(e))
        if known is _CLASH:
            return
    n = static["axis"]
    if known is not None and -len(known) - 1 <= n <= len(known):
        at = n % (len(known) + 1)
        self.put((node, 0), (*known[:at], len(node.inputs), *known[at:]), node)


def _reshape(self, node):
    """The one dimension of the input that is open, from the number of elements."""
    static, _ = node.parse()
    shape, data = static["shape"], self.get(node.inputs[0])
    if data is None:
        return
    if shape and min(shape) > 0:
        self.put((node, 0), tuple(shape), node)
    out = self.get((node, 0))
    if is_full(out) and data.count(-1) == 1:
        rest = -math.prod(data)
        if rest and math.prod(out) % rest == 0:
            open_one = math.prod(out) // rest
            self.put(node.inputs[0], tuple([open_one if d == -1 else d for d in data]), node)


def _convolution(self, node):
    """Images in front of a convolution of stride 1 are larger by what the kernel takes."""
    _first_axis(self, node)
    static, _ = node.parse()
    data, out = self.get(node.inputs[0]), self.get((node, 0))
    layout = static.get("layout")
    if data is None or out is None or len(data) != len(out) or (layout or "NC")[:2] != "NC":
        return
    kernel, n = static["kernel"], len(data) - 2
    if len(kernel) != n:
        return
    stride, dilate, pad = [
        tuple(static.get(k) or ()) or (default,) * n
        for k, default in (("stride", 1), ("dilate", 1), ("pad", 0))
    ]
    if {len(stride), len(dilate), len(pad)} != {n}:
        return
    size = list(data)
    for i in range(n):
        if size[i + 2] == -1 and out[i + 2] != -1 and stride[i] == 1:
            size[i + 2] = out[i + 2] + dilate[i] * (kernel[i] - 1) - 2 * pad[i]
    self.put(node.inputs[0], tuple(size), node)


def _scattered(self, node):
    self.put((node, 0), tuple(node.parse()[0]["shape"]), node)


def _enlarged(self, node):
    """The weight with which ``UpSampling`` interpolates."""
    static, _ = node.parse()
    data, scale = self.get(node.inputs[0]), static["scale"]
    if static["sample_type"] == "bilinear" and is_full(data) and len(data) == 4:
        size = 2 * scale - scale % 2
        _put_if_open(self, node.inputs[-1], (data[1], 1, size, size), node)


def _broadcast(self, node):
    """Of two arrays whose dimensions are known in part."""
    a, b = (self.get(e) for e in node.inputs)
    if a is None or b is None:
        return
    n = max(len(a), len(b))
    out = []
    for x, y in zip((1,) * (n - len(a)) + a, (1,) * (n - len(b)) + b):
        if x == y or y == 1:
            out.append(x)
        elif x == 1 or x == -1:
            out.append(y)
        elif y == -1:
            out.append(x)
        else:
            return  # evaluation says what is wrong
    self.put((node, 0), tuple(out), node)


_BACKWARD = {
    "pick": _pick,
    "SequenceMask": _lengths,
    "SequenceLast": _lengths,
    "SequenceReverse": _lengths,
    "softmax": _softmax,
    "where": _where,
    "stack": _stack,
    "Reshape": _reshape,
    "scatter_nd": _scattered,
    "UpSampling": _enlarged,
    "FullyConnected": _dense,
    "SliceChannel": _split,
    "Concat": _concat,
    "_rnn_param_concat": _packed,
    "expand_dims": _expand,
    "transpose": _transposed,
    "Convolution": _convolution,
    "Deconvolution": _first_axis,
    "Pooling": _first_axis,
    "Flatten": _first_axis,
    "Embedding": _embedding,
}


def read_shape(text):
    """The shape that an attribute's text holds, or None if it holds none."""
    inner = text.strip()
    if inner[:1] in "([" and inner[-1:] in ")]":
        inner = inner[1:-1]
    parts = [p.strip().rstrip("L") for p in inner.split(",")]
    if parts and not parts[-1]:
        parts.pop()
    try:
        return tuple([-1 if p == "None" else int(p) for p in parts])
    except ValueError:
        return None


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


def auxiliary_ids(entries):
    """Ids of the auxiliary states' nodes."""
    return auxiliary_nodes(topological(entries))
