"""``Block`` and ``HybridBlock``: named trees of layers."""

import copy
import re
import threading
import warnings
from collections import OrderedDict
from typing import cast

from .. import initializer
from .. import ndarray as F
from .._engine.state import threads
from .._engine.trace import placeholder, trace
from ..error import MXNetError, TraceError, nearest
from ..name import NameManager, Prefix
from ..ndarray import NDArray
from ..ndarray import load as _load
from ..ndarray import save as _save
from ..ndarray.ndarray import _wrap
from .parameter import DeferredInitializationError, Parameter, ParameterDict, brief

__all__ = ["Block", "HybridBlock"]


class _Scope:
    """Names of the children of one block."""

    _current = threading.local()

    def __init__(self, block):
        self._block = block
        self._counter = {}
        self._saved = []

    @staticmethod
    def create(prefix, params, hint):
        """Prefix and ParameterDict of a new block."""
        current = getattr(_Scope._current, "value", None)
        if current is None:
            if prefix is None:
                prefix = NameManager.current().get(None, hint) + "_"
            params = (
                ParameterDict(prefix) if params is None else ParameterDict(params.prefix, params)
            )
            return prefix, params
        if prefix is None:
            n = current._counter.get(hint, 0)
            current._counter[hint] = n + 1
            prefix = f"{hint}{n}_"
        if params is None:
            parent = current._block.params
            params = ParameterDict(parent.prefix + prefix, parent._shared)
        else:
            params = ParameterDict(params.prefix, params)
        return current._block.prefix + prefix, params

    def __enter__(self):
        if self._block._empty_prefix:
            return self
        names = Prefix(self._block.prefix)
        self._saved.append((getattr(_Scope._current, "value", None), names))
        _Scope._current.value = self
        names.__enter__()
        return self

    def __exit__(self, *exc):
        if self._block._empty_prefix:
            return
        old, names = self._saved.pop()
        names.__exit__(*exc)
        _Scope._current.value = old


class _Hook:
    """Handle of a registered hook."""

    def __init__(self, table, hook):
        self._table, self._key = table, object()
        table[self._key] = hook

    def detach(self):
        """Remove the hook."""
        self._table.pop(self._key, None)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.detach()


def _indent(text, n=2):
    first, *rest = text.split("\n")
    return "\n".join([first, *[" " * n + line for line in rest]])


class Block:
    """Base of all layers and models: a tree of blocks with named parameters.

    Subclasses make children and parameters in ``__init__`` (inside ``with self.name_scope():``)
    and define
    ``forward``.

    Parameters
    ----------
    prefix : str, optional             of the names of parameters; made from the class name by
        default
    params : ParameterDict, optional   to share parameters with
    """

    def __init__(self, prefix=None, params=None):
        self._empty_prefix = prefix == ""
        self._prefix, self._params = _Scope.create(prefix, params, self._alias())
        self._name = self._prefix[:-1] if self._prefix.endswith("_") else self._prefix
        self._scope = _Scope(self)
        self._children = OrderedDict()
        self._reg_params = {}
        self._forward_hooks = OrderedDict()
        self._forward_pre_hooks = OrderedDict()

    def _alias(self):
        return self.__class__.__name__.lower()

    def __repr__(self):
        inside = "\n".join(
            f"  ({k}): {_indent(repr(v))}" for k, v in self.__dict__.items() if isinstance(v, Block)
        )
        return f"{self.__class__.__name__}(\n{inside}\n)"

    def __setattr__(self, name, value):
        """Register children and parameters as they are assigned."""
        old = self.__dict__.get(name)
        if isinstance(old, (Block, Parameter)) and not isinstance(value, type(old)):
            raise TypeError(
                f"{type(self).__name__}.{name} is a {type(old).__name__}: it cannot become a "
                f"{type(value).__name__}."
            )
        if isinstance(value, Block):
            self.register_child(value, name)
        elif isinstance(value, Parameter):
            if "_reg_params" not in self.__dict__:
                raise AttributeError(
                    f"{type(self).__name__}: call super().__init__() before assigning parameters."
                )
            have = self._reg_params.get(name)
            if have is not None and have is not value:
                raise AssertionError(
                    f"{type(self).__name__}: the parameter attribute {name!r} cannot be replaced "
                    "by another parameter. Hint: to share parameters, pass params= to the block."
                )
            self._reg_params[name] = value
        super().__setattr__(name, value)

    # ------------------------------------------------------------------ names and parameters
    @property
    def prefix(self):
        """Prefix of this block's parameter names."""
        return self._prefix

    @property
    def name(self):
        """The prefix without its last underscore."""
        return self._name

    def name_scope(self):
        """``with`` scope in which children get names under this block's."""
        return self._scope

    @property
    def params(self):
        """The block's own parameters, without its children's."""
        return self._params

    def collect_params(self, select=None):
        """Parameters of this block and all below, as a ParameterDict.

        Parameters
        ----------
        select : str, optional   regular expression that names must match from their beginning
        """
        found = ParameterDict(self._params.prefix)
        pattern = re.compile(select) if select else None
        stack = [self]
        order = []
        while stack:
            block = stack.pop()
            order.append(block)
            stack += reversed(list(block._children.values()))
        for block in order:
            own = block.params
            if pattern is None:
                found.update(own)
            else:
                found.update({n: p for n, p in own.items() if pattern.match(n)})
        return found

    def _collect_params_with_prefix(self, prefix=""):
        """Parameters by their place in the tree: ``'0.weight'``."""
        if prefix:
            prefix += "."
        found = {prefix + n: p for n, p in self._reg_params.items()}
        for name, child in self._children.items():
            found.update(child._collect_params_with_prefix(prefix + name))
        return found

    def register_child(self, block, name=None):
        """Make a block a child of this one; assignment to an attribute does so by itself."""
        self._children[str(len(self._children)) if name is None else name] = block

    def apply(self, fn):
        """Call ``fn(block)`` on all blocks, children first; returns self."""
        for child in self._children.values():
            child.apply(fn)
        fn(self)
        return self

    def initialize(self, init=None, ctx=None, verbose=False, force_reinit=False):
        """Initialise all parameters.

        Parameters
        ----------
        init : Initializer or str     default Uniform(0.07); a layer's own initializer wins
        ctx : Context or list of Context
        force_reinit : bool           also parameters that have values already
        """
        self.collect_params().initialize(
            initializer.Uniform() if init is None else init, ctx, verbose, force_reinit
        )

    def cast(self, dtype):
        """Convert all parameters to another element type."""
        for child in self._children.values():
            child.cast(dtype)
        for p in self.params.values():
            p.cast(dtype)

    def hybridize(self, active=True, **kwargs):
        """Hybridize the HybridBlocks below."""
        for child in self._children.values():
            child.hybridize(active, **kwargs)

    # ------------------------------------------------------------------ files
    def save_parameters(self, filename, deduplicate=False):
        """Write the parameters to a file, under their places in the tree (``'0.weight'``).

        ``deduplicate``: write a shared parameter once.
        """
        params = self._collect_params_with_prefix()
        if deduplicate:
            seen, unique = set(), {}
            for name, p in params.items():
                if id(p) not in seen:
                    seen.add(id(p))
                    unique[name] = p
            params = unique
        _save(filename, {name: p._reduce() for name, p in params.items()})

    def load_parameters(
        self,
        filename,
        ctx=None,
        allow_missing=False,
        ignore_extra=False,
        cast_dtype=False,
        dtype_source="current",
    ):
        """Read parameters from a file.

        All layouts are read: places in the tree (``save_parameters``), names
        (``ParameterDict.save``), and
        ``arg:``/``aux:`` names (``export``).

        Raises
        ------
        AssertionError, ValueError   parameters missing, unknown, of other shape or dtype
        FormatError                  not a file of arrays
        """
        loaded = cast("dict[str, NDArray] | list[NDArray]", _load(filename))
        params = self._collect_params_with_prefix()
        if not loaded and not params:
            return
        if not isinstance(loaded, dict):
            raise MXNetError(f"{filename}: expected named arrays, got a list of {len(loaded)}.")
        if (not any("." in k for k in loaded) and any("." in k for k in params)) or any(
            k.startswith(("arg:", "aux:")) for k in loaded
        ):
            del loaded
            self.collect_params().load(
                filename, ctx, allow_missing, ignore_extra, "", cast_dtype, dtype_source
            )
            return
        where = f"file '{filename}'"
        if not allow_missing:
            by_param = {}
            for name, p in params.items():
                by_param.setdefault(id(p), []).append(name)
            for name, p in params.items():
                if not any(n in loaded for n in by_param[id(p)]):
                    raise AssertionError(
                        f"Parameter '{name}' is missing in {where}, which holds {brief(loaded)}. "
                        f"{nearest(name, loaded)} Hint: allow_missing=True."
                    )
        for name, data in loaded.items():
            if name not in params:
                if not ignore_extra:
                    raise ValueError(
                        f"{where} holds '{name}', which is no parameter here; "
                        f"there are {brief(params)}. {nearest(name, params)} "
                        "Hint: ignore_extra=True."
                    )
                continue
            params[name]._load_init(data, ctx, cast_dtype, dtype_source)

    def save_params(self, filename):
        """Deprecated: :meth:`save_parameters`, under the parameters' names."""
        warnings.warn(
            "save_params is deprecated. Please use save_parameters.",
            DeprecationWarning,
            stacklevel=2,
        )
        self.collect_params().save(filename, strip_prefix=self.prefix)

    def load_params(self, filename, ctx=None, allow_missing=False, ignore_extra=False):
        """Deprecated: :meth:`load_parameters`."""
        warnings.warn(
            "load_params is deprecated. Please use load_parameters.",
            DeprecationWarning,
            stacklevel=2,
        )
        self.load_parameters(filename, ctx, allow_missing, ignore_extra)

    # ------------------------------------------------------------------ calling
    def register_forward_pre_hook(self, hook):
        """Call ``hook(block, inputs)`` before each forward; returns a handle with ``detach()``."""
        return _Hook(self._forward_pre_hooks, hook)

    def register_forward_hook(self, hook):
        """Call ``hook(block, inputs, outputs)`` after each forward; returns a handle with
        ``detach()``.
        """
        return _Hook(self._forward_hooks, hook)

    def register_op_hook(self, callback, monitor_all=False):
        """Call ``callback(name, kind, array)`` on outputs (and inputs, with ``monitor_all``) of
        blocks below.
        """
        for child in self._children.values():
            child.register_op_hook(callback, monitor_all)

    def __call__(self, *args):
        if self._forward_pre_hooks:
            for hook in list(self._forward_pre_hooks.values()):
                hook(self, args)
        out = self.forward(*args)
        if self._forward_hooks:
            for hook in list(self._forward_hooks.values()):
                hook(self, args, out)
        return out

    def forward(self, *args):
        """The computation; define it in a subclass."""
        raise NotImplementedError(f"{type(self).__name__}: define forward().")

    def summary(self, *inputs):
        """Print a table of layers, output shapes and numbers of parameters for given inputs."""
        from_hooks = _Summary(self)
        try:
            self(*inputs)
        finally:
            from_hooks.detach()
        from_hooks.show(inputs)


class _Summary:
    """What ``Block.summary`` collects and prints."""

    def __init__(self, block):
        self.rows, self.hooks, self.seen = [], [], set()
        self.counts = {"total": 0, "trainable": 0, "shared": 0}
        self.block = block
        block.apply(self._watch)

    def _watch(self, block):
        if isinstance(block, HybridBlock) and block._active:
            self.detach()
            raise AssertionError(
                f"summary: {block.name!r} must not be hybridized. Hint: call it before."
            )
        self.hooks.append(block.register_forward_hook(self._record))

    def _record(self, block, inputs, outputs):
        n = 0
        for p in block.params.values():
            size = 1
            for d in p.shape or ():
                size *= d
            n += size
            self.counts["total"] += size
            self.counts["trainable"] += 0 if p.grad_req == "null" else size
            if p in self.seen:
                self.counts["shared"] += size
            self.seen.add(p)
        self.rows.append((f"{type(block).__name__}-{len(self.rows) + 1}", _shapes(outputs), n))

    def detach(self):
        for h in self.hooks:
            h.detach()

    def show(self, inputs):
        line = "{:>20}  {:>42} {:>15}"
        c = self.counts
        given = _shapes(inputs[0] if len(inputs) == 1 else inputs)
        text = [
            "-" * 80,
            line.format("Layer (type)", "Output Shape", "Param #"),
            "=" * 80,
            line.format("Input", str(given), 0),
            *[line.format(name, str(shape), n) for name, shape, n in self.rows],
            "=" * 80,
            "Parameters in forward computation graph, duplicate included",
            f"   Total params: {c['total']}",
            f"   Trainable params: {c['trainable']}",
            f"   Non-trainable params: {c['total'] - c['trainable']}",
            f"Shared params in forward computation graph: {c['shared']}",
            f"Unique parameters in model: {c['total'] - c['shared']}",
            "-" * 80,
        ]
        print("\n".join(text))  # noqa: T201 - printing is what summary() is for


def _shapes(x):
    if isinstance(x, NDArray):
        return x.shape
    if isinstance(x, (list, tuple)):
        return [_shapes(v) for v in x]
    return str(type(x).__name__)


def _flatten(args, arrays):
    """Nested arguments -> a hashable structure; arrays are appended to ``arrays``."""
    out = []
    for a in args:
        if isinstance(a, NDArray):
            arrays.append(a)
            out.append(0)
        elif isinstance(a, (list, tuple)):
            out.append((type(a), _flatten(a, arrays)))
        else:
            hash(a)
            out.append(("value", a))
    return tuple(out)


def _rebuild(structure, arrays):
    """The inverse of :func:`_flatten`; ``arrays`` is an iterator."""
    out = []
    for s in structure:
        if s == 0:
            out.append(next(arrays))
        elif s[0] == "value":
            out.append(s[1])
        else:
            items = _rebuild(s[1], arrays)
            out.append(s[0](items) if s[0] in (list, tuple) else s[0](*items))
    return out


class HybridBlock(Block):
    """A block whose forward can be compiled: ``hybrid_forward(F, x, *args, **params)`` uses only
    operators of ``F``.

    ``hybridize()`` may change speed only: the forward is traced once per combination of shapes,
    dtypes and
    training mode and then enters programs as one operator. Where it cannot be traced (it looks at
    a value), it
    goes on imperatively, with one warning that names the line.
    """

    def __init__(self, prefix=None, params=None):
        super().__init__(prefix, params)
        self._active = False
        self._graphs = {}
        self._warned = False

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if isinstance(value, (HybridBlock, Parameter)):
            self._clear_cached_op()

    def __deepcopy__(self, memo):
        new = self.__class__.__new__(self.__class__)
        memo[id(self)] = new
        for k, v in self.__dict__.items():
            object.__setattr__(new, k, {} if k == "_graphs" else copy.deepcopy(v, memo))
        return new

    def register_child(self, block, name=None):
        """Make a HybridBlock a child of this one."""
        if not isinstance(block, HybridBlock):
            raise ValueError(
                "Children of HybridBlock must also be HybridBlock: expected one, got "
                f"{type(block)}. Hint: use a Sequential, or make {type(block).__name__} a "
                "HybridBlock."
            )
        super().register_child(block, name)
        self._clear_cached_op()

    def hybridize(
        self,
        active=True,
        backend=None,
        clear=True,
        static_alloc=False,
        static_shape=False,
        inline_limit=2,
        forward_bulk_size=None,
        backward_bulk_size=None,
        **kwargs,
    ):
        """Trace the forward instead of running its Python code each time.

        The other arguments are accepted for compatibility; memory is planned by the compiler.
        """
        self._active = bool(active)
        self._warned = False
        self._clear_cached_op()
        super().hybridize(active, **kwargs)

    def _clear_cached_op(self):
        self.__dict__["_graphs"] = {}

    def cast(self, dtype):
        """Convert all parameters to another element type."""
        self._clear_cached_op()
        super().cast(dtype)

    def infer_shape(self, *args):
        """Complete the parameters' shapes from inputs, without keeping the result."""
        self._complete(args)

    def infer_type(self, *args):
        """Let the parameters' element types follow the first input's."""
        for p in self.collect_params().values():
            p.dtype = args[0].dtype

    def _complete(self, args):
        saved = threads.recording
        threads.recording = False
        try:
            self.forward(*args)
        finally:
            threads.recording = saved

    def export(self, path, epoch=0, remove_amp_cast=True):
        """Write the block as symbol JSON and parameters."""
        raise MXNetError(
            "HybridBlock.export: symbols are not available yet. Hint: save_parameters() keeps the "
            "weights."
        )

    def optimize_for(self, x, *args, backend=None, clear=False, **kwargs):
        """Hybridize and run once; back ends besides XLA do not exist here."""
        self.hybridize(True, clear=clear)
        return self(x, *args)

    def register_op_hook(self, callback, monitor_all=False):
        """Call ``callback(name, kind, array)`` on this block's outputs (and inputs, with
        ``monitor_all``).
        """
        super().register_op_hook(callback, monitor_all)

        def hook(block, inputs, outputs):
            if monitor_all:
                for i, x in enumerate(inputs):
                    if isinstance(x, NDArray):
                        callback(f"{block.name}_input{i}", "input", x)
            for i, x in enumerate(outputs if isinstance(outputs, (list, tuple)) else [outputs]):
                if isinstance(x, NDArray):
                    callback(f"{block.name}_output{i}", "output", x)

        self.register_forward_hook(hook)

    # ------------------------------------------------------------------ forward
    def forward(self, x, *args):
        """Run ``hybrid_forward`` with this block's parameters, or its traced form."""
        if not isinstance(x, NDArray):
            if isinstance(x, (list, tuple)) and x and self._first_array((x, *args)) is not None:
                return self._forward_on(self._first_array((x, *args)).context, x, args)
            raise ValueError(
                f"{type(self).__name__}: a HybridBlock takes NDArrays: "
                f"there must be one NDArray among its inputs, got {type(x)}. Hint: mx.nd.array(x)."
            )
        return self._forward_on(x.context, x, args)

    @staticmethod
    def _first_array(args):
        for a in args:
            if isinstance(a, NDArray):
                return a
            if isinstance(a, (list, tuple)):
                found = HybridBlock._first_array(a)
                if found is not None:
                    return found
        return None

    def _forward_on(self, ctx, x, args):
        if self._active and threads.tracing is None:
            try:
                return self._call_traced(ctx, (x, *args))
            except TraceError as e:
                if not self._warned:
                    self._warned = True
                    warnings.warn(
                        f"{self.name} ({type(self).__name__}) cannot be compiled and runs "
                        f"imperatively: {e}",
                        stacklevel=4,
                    )
                self._active = False
                for child in self._children.values():
                    child.hybridize(True)
        return self.hybrid_forward(F, x, *args, **self._own_params(ctx))

    def _own_params(self, ctx):
        return {name: p._for_forward(ctx) for name, p in self._reg_params.items()}

    def hybrid_forward(self, F, x, *args, **kwargs):
        """The computation in terms of ``F``'s operators; define it in a subclass."""
        raise NotImplementedError(f"{type(self).__name__}: define hybrid_forward().")

    def _call_traced(self, ctx, args):
        arrays = []
        try:
            structure = _flatten(args, arrays)
        except TypeError:
            raise TraceError("an argument is neither an array nor hashable") from None
        values = [a._read() for a in arrays]
        key = (threads.training, structure, *[v.spec.with_grad(False) for v in values])
        graph = self._graphs.get(key)
        if graph is None:
            graph = self._graphs[key] = _Graph(self, ctx, structure, values)
        return graph(values)


class _Graph:
    """A HybridBlock's forward, traced for one combination of inputs."""

    def __init__(self, block, ctx, structure, values):
        stand_ins = [placeholder(v.spec) for v in values]
        holder = {}

        def run():
            inputs = _rebuild(structure, iter([_wrap(NDArray, v) for v in stand_ins]))
            try:
                out = block.hybrid_forward(F, *inputs, **block._own_params(ctx))
            except DeferredInitializationError as e:
                raise ValueError(
                    f"Deferred initialization failed because shape cannot be inferred. {e}"
                ) from None
            arrays = []
            holder["structure"] = _flatten([out], arrays)
            captured = threads.tracing.captured
            holder["captured"] = captured
            holder["writes"] = [p for p, (x, v) in captured.items() if x._v is not v]
            return [a._read() for a in arrays] + [captured[p][0]._v for p in holder["writes"]]

        arguments = list(stand_ins)
        self.traced = trace(block.name, ctx, arguments, run)
        self.structure = holder["structure"]
        self.params = list(holder["captured"])
        order = {v: i for i, (_, v) in enumerate(holder["captured"].values())}
        n = len(values)
        self.traced.sources = [
            n + order[s] if not isinstance(s, int) and s in order else s
            for s in self.traced.sources
        ]
        self.writes = holder["writes"]
        n_out = len(self.traced.emit) - len(self.writes)
        self.traced.op.closed = frozenset(range(n_out, len(self.traced.emit)))
        self.single = self.structure == (0,)
        self.ctx = ctx

    def __call__(self, values):
        ctx = self.ctx
        ins = values + [p._check(p._data, ctx)._read() for p in self.params]
        outs = self.traced(ins)
        if self.writes:
            n = len(outs) - len(self.writes)
            for p, v in zip(self.writes, outs[n:]):
                p._check(p._data, ctx)._write(v)
        if self.single:
            return _wrap(NDArray, outs[0])
        return _rebuild(self.structure, iter([_wrap(NDArray, v) for v in outs]))[0]
