"""Named trees of layers: ``Block``, ``HybridBlock`` and ``SymbolBlock``.

A ``Block`` has children and parameters, registered as they are assigned to attributes; names come
from a stack of scopes (:class:`_BlockScope`). What a call passes::

    Block.__call__            hooks
      HybridBlock.forward     arrays or symbols? of mx.nd or mx.np?
        _forward_on           hybridized: _call_traced, else hybrid_forward on these very arrays
          _call_traced        finds the traced forward by (class of arrays, mode, structure of the
                              arguments, Specs) in :class:`_Forward`, and runs it as one operator
      SymbolBlock.forward     runs its graph (``executor.GraphFunction``)

Parameters whose shapes are not known yet raise while the forward is run (``DeferredRead``,
``ShapeUnknown``); ``_shapes_from_graph`` completes them and the forward is run again. ``export``
and its like read the block's outputs as a symbol, by running ``hybrid_forward`` on symbols or,
where it is written with ``mx.np``, from what was traced (``_whole_symbol``).

How arguments are taken apart is in ``_structure.py``, parameters are in ``parameter.py``.
"""

import copy
import functools
import inspect
import itertools
import json
import re
import threading
import warnings
from collections import OrderedDict
from typing import Any, cast

import numpy as onp

from .. import initializer, symbol
from .. import ndarray as F
from .._checkpoint import check_set, one_set
from .._dtypes import as_dtype
from .._engine.history import path_graph
from .._engine.state import threads
from .._engine.tape import unrecorded
from .._engine.trace import CompiledFunction, Traced
from .._frontend.dispatch import DeferredRead, ShapeUnknown, any_stored
from .._graph.complete import complete, complete_types, is_full
from .._graph.nodes import auxiliary_nodes, copy_graph, output_name, topological
from .._graph.steps import Spec
from .._traceback import doors, shown, user_level
from ..autograd import predict_mode
from ..error import (
    FormatError,
    MXNetError,
    TraceError,
    nearest,
    suggestion,
)
from ..executor import GraphFunction, input_labels
from ..name import NameManager, Prefix
from ..ndarray import NDArray
from ..ndarray import load as _load
from ..ndarray import save as _save
from ..ndarray._serialize import atomic_write
from ..ndarray.ndarray import _shared, _wrap
from ..numpy.multiarray import ndarray
from ..symbol import Symbol
from ..util import is_np_array, is_np_shape, np_array, np_shape
from ._structure import (
    checked,
    converted,
    count_arrays,
    nd_of,
    np_of,
    only_arrays,
    plain,
    rebuilt,
    refused,
    structure_of,
)
from ._structure import flatten as _flatten  # noqa: F401 - code for 1.9.1 imports both from here
from ._structure import regroup as _regroup  # noqa: F401
from ._summary import Summary
from .parameter import (
    DeferredArray,
    DeferredInitializationError,
    MismatchError,
    Parameter,
    ParameterDict,
    brief,
    without_kind,
)
from .utils import HookHandle, _indent

__all__ = [
    "Block",
    "HybridBlock",
    "SymbolBlock",
    "any_arrays",
    "is_np_array",
    "np_array",
    "written_with_nd",
]


class _BlockScope:
    """Names of the children of one block."""

    _current = threading.local()

    def __init__(self, block):
        self._block = block
        self._counter = {}
        self._saved = []

    @staticmethod
    def create(prefix, params, hint):
        """Prefix and ParameterDict of a new block."""
        current = getattr(_BlockScope._current, "value", None)
        if current is None:
            if prefix is None:
                prefix = NameManager.current.get(None, hint) + "_"
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
        self._saved.append((getattr(_BlockScope._current, "value", None), names))
        _BlockScope._current.value = self
        names.__enter__()
        return self

    def __exit__(self, *exc):
        if self._block._empty_prefix:
            return
        old, names = self._saved.pop()
        names.__exit__(*exc)
        _BlockScope._current.value = old


def _hooked(table, hook):
    handle = HookHandle()
    handle.attach(table, hook)
    return handle


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

    _in_summary = True  # has a line of its own there

    def __init__(self, prefix=None, params=None):
        self._empty_prefix = prefix == ""
        self._prefix, self._params = _BlockScope.create(prefix, params, self._alias())
        self._name = self._prefix[:-1] if self._prefix.endswith("_") else self._prefix
        self._scope = _BlockScope(self)
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
            if block is not self and type(block).collect_params is not Block.collect_params:
                continue  # a subclass tells what is below it
            stack += reversed(list(block._children.values()))
        for block in order:
            if block is not self and type(block).collect_params is not Block.collect_params:
                found.update(block.collect_params(select=select))
                continue
            block._warn_of_containers()
            own = block.params
            if pattern is None:
                found.update(own)
            else:
                found.update({n: p for n, p in own.items() if pattern.match(n)})
        return found

    def _warn_of_containers(self):
        """Blocks in a list or dictionary are no children: their parameters would not be trained."""
        children = set(self._children.values())
        for name, value in self.__dict__.items():
            if name.startswith("__") or not isinstance(value, (list, tuple, dict)):
                continue
            if _holds_another(value, children):
                warnings.warn(
                    f'"{type(self).__name__}.{name}" is an unregistered container with Blocks: '
                    "their parameters are not among this block's. Hint: register_child(), or "
                    "nn.Sequential or nn.HybridSequential instead of the container.",
                    stacklevel=user_level(),
                )

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

        ``deduplicate``: write a shared parameter once, under the last of its places.
        """
        params = self._collect_params_with_prefix()
        if deduplicate:
            last = {p: name for name, p in params.items()}
            params = {name: p for p, name in last.items()}
        _save(filename, {name: p._reduce() for name, p in params.items()}, np_shape=is_np_shape())

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

        All layouts are read: places in the tree (``save_parameters``), names of parameters with or
        without the block's prefix (``ParameterDict.save``; ``save_params`` of releases before 1.3),
        each also behind ``arg:`` and ``aux:`` (``export``, checkpoints). The one that most names of
        the file fit is taken.

        Parameters
        ----------
        filename : str
        ctx : Context or list of Context, optional
        allow_missing, ignore_extra : bool    let parameters be missing in the file, or be left over
        cast_dtype : bool                     convert where the element type is another
        dtype_source : {'current', 'saved'}   to the parameter's type, or the file's

        Raises
        ------
        FormatError   not a file of arrays; parameters unknown (ValueError), or missing or of other
            shape or dtype (AssertionError)
        """
        loaded = cast("dict[str, NDArray] | list[NDArray]", _load(filename))
        params = self._collect_params_with_prefix()
        if not loaded and not params:
            return
        if not isinstance(loaded, dict):
            raise MXNetError(f"{filename}: expected named arrays, got a list of {len(loaded)}.")
        where = f"file '{filename}'"
        loaded = without_kind(loaded)
        named = {p.name: p for p in self.collect_params().values()}
        start = len(self.prefix)
        stripped = {n[start:]: p for n, p in named.items() if n.startswith(self.prefix)}
        # the first of those that fit best; what fits none is told by places, as 1.9.1 does
        layouts = (params, stripped, named)
        chosen = max(layouts, key=lambda names: sum(n in names for n in loaded))
        if chosen is not params:
            self.collect_params().load_dict(
                loaded,
                ctx,
                allow_missing,
                ignore_extra,
                self.prefix if chosen is stripped else "",
                filename,
                cast_dtype,
                dtype_source,
            )
            return
        if not allow_missing:
            _require_all(params, loaded, where)
        for name, data in loaded.items():
            if name not in params:
                if not ignore_extra:
                    raise MismatchError(
                        f"{where} holds '{name}', which is no parameter here; "
                        f"there are {brief(params)}. "
                        f"{nearest(name, params) or nearest(name, named)} Hint: ignore_extra=True."
                    )
                continue
            params[name]._load_init(data, ctx, cast_dtype, dtype_source)

    def save(self, prefix):
        """Write the tree of blocks and the parameters, to be loaded into a block of the same class.

        Parameters
        ----------
        prefix : str    of the files ``prefix-model.json`` and ``prefix-model.params``
        """
        count = [0]
        text = json.dumps({f"{self.name}": self._structure(count)})
        names = f"{prefix}-model.params", f"{prefix}-model.json"
        with one_set(*names):
            atomic_write(names[1], [text.encode()])
            self.save_parameters(names[0])

    def _structure(self, count):
        """What :meth:`save` tells of the block and those below, as 1.9.1 lays it out."""
        found = {"orig_name": self.name, **self._own_structure()}
        found["children"] = {child.name: name for name, child in self._children.items()}
        for child in self._children.values():
            count[0] += 1
            found[re.sub(r"\d+$", "", child.name) + str(count[0])] = child._structure(count)
        return found

    def _own_structure(self):
        return {}

    def load(self, prefix):
        """Read what :meth:`save` wrote: parameters, and which blocks were hybridized.

        Raises
        ------
        FileNotFoundError   a file is not there
        FormatError (ValueError)   the file does not hold the structure of these blocks
        """
        name = f"{prefix}-model.json"
        check_set(f"{prefix}-model.params", name)
        with open(name, "rb") as f:
            data = f.read()
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as e:
            raise FormatError(f"{name}: not readable JSON: {str(e).splitlines()[0]}.") from None
        if not isinstance(found, dict) or len(found) != 1:
            raise FormatError(f"{name}: expected the structure of one block.")
        self._load_structure(next(iter(found.values())), name, type(self).__name__)
        self.load_parameters(f"{prefix}-model.params")

    def _load_structure(self, found, where, path):
        if not isinstance(found, dict) or not isinstance(found.get("children"), dict):
            raise FormatError(f"{where}: {path}: expected a block with its children.")
        names = list(found["children"].values())
        if names != list(self._children):
            raise FormatError(
                f"{where}: {path} has other blocks below: expected {list(self._children)}, "
                f"got {names}."
            )
        if isinstance(self, HybridBlock) and isinstance(found.get("hybridized"), bool):
            self._active = found["hybridized"]
        below = [v for k, v in found.items() if isinstance(v, dict) and k != "children"]
        if len(below) != len(names):
            raise FormatError(
                f"{where}: {path}: expected {len(names)} blocks below, got {len(below)}."
            )
        for (name, child), part in zip(self._children.items(), below):
            child._load_structure(part, where, f"{path}.{name}")

    def save_params(self, filename):
        """Deprecated: :meth:`save_parameters`, under the parameters' names."""
        warnings.warn(
            "save_params is deprecated. Please use save_parameters.",
            DeprecationWarning,
            stacklevel=user_level(),
        )
        self.collect_params().save(filename, strip_prefix=self.prefix)

    def load_params(self, filename, ctx=None, allow_missing=False, ignore_extra=False):
        """Deprecated: :meth:`load_parameters`."""
        warnings.warn(
            "load_params is deprecated. Please use load_parameters.",
            DeprecationWarning,
            stacklevel=user_level(),
        )
        self.load_parameters(filename, ctx, allow_missing, ignore_extra)

    # ------------------------------------------------------------------ calling
    def register_forward_pre_hook(self, hook):
        """Call ``hook(block, inputs)`` before each forward; returns a handle with ``detach()``."""
        return _hooked(self._forward_pre_hooks, hook)

    def register_forward_hook(self, hook):
        """Call ``hook(block, inputs, outputs)`` after each forward; returns a handle with
        ``detach()``.
        """
        return _hooked(self._forward_hooks, hook)

    def register_op_hook(self, callback, monitor_all=False):
        """Call ``callback(name, kind, array)`` on outputs (and inputs, with ``monitor_all``) of
        blocks below.
        """
        for child in self._children.values():
            child.register_op_hook(callback, monitor_all)

    def __call__(self, *args):
        try:
            if self._forward_pre_hooks:
                for hook in list(self._forward_pre_hooks.values()):
                    hook(self, args)
            out = self.forward(*args)
            if self._forward_hooks:
                for hook in list(self._forward_hooks.values()):
                    hook(self, args, out)
            return out
        except MXNetError as e:
            raise shown(e)  # noqa: B904

    def forward(self, *args):
        """The computation; define it in a subclass."""
        raise NotImplementedError(f"{type(self).__name__}: define forward().")

    def summary(self, *inputs):
        """Print a table of layers, output shapes and numbers of parameters for given inputs."""
        from_hooks = Summary(self)
        try:
            self(*inputs)
        finally:
            from_hooks.detach()
        from_hooks.show(inputs)


def _require_all(params, loaded, where):
    """Raise unless the arrays of a file have each parameter, at one of its places."""
    places = {}
    for name, p in params.items():
        places.setdefault(id(p), []).append(name)
    for name, p in params.items():
        if not any(n in loaded for n in places[id(p)]):
            raise MismatchError(
                f"Parameter '{name}' is missing in {where}, which holds {brief(loaded)}. "
                f"{nearest(name, loaded) or nearest(p.name, loaded)} "
                "Hint: allow_missing=True."
            )


def _holds_another(container, children):
    """Whether nested lists and dictionaries hold a block that is not among the children."""
    for value in container.values() if isinstance(container, dict) else container:
        if isinstance(value, (list, tuple, dict)):
            if _holds_another(value, children):
                return True
        elif isinstance(value, Block) and value not in children:
            return True
    return False


class HybridBlock(Block):
    """A block whose forward can be compiled: ``hybrid_forward(F, x, *args, **params)`` uses only
    operators of ``F``.

    ``hybridize()`` may change speed only: the forward is traced once per combination of shapes,
    dtypes and training mode and then enters programs as one operator. Where it cannot be traced (it
    reads a value), it goes on imperatively, with one warning that names the line.
    """

    # whether hybrid_forward is written with operators of mx.nd, as this package's layers are
    _of_nd = False
    _op_hook: Any = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        written = cls.hybrid_forward
        own = getattr(written, "__module__", None) or ""
        cls._of_nd = own.startswith(_PACKAGE) and not getattr(written, "any_arrays", False)
        forward = cls.__dict__.get("forward")
        if inspect.isfunction(forward) and not cls.__module__.startswith(_PACKAGE):
            cls.forward = _compiled_in_numpy(forward)

    def __init__(self, prefix=None, params=None):
        super().__init__(prefix, params)
        self._active = False
        self._compiled = _Forward(self)
        self._warned = False
        self._called_with = None

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        if isinstance(value, (HybridBlock, Parameter)):
            self._clear_cached_op()

    def _call_forward(self, forward, args, kwargs):
        """A ``forward`` of the user's, see :func:`_compiled_in_numpy`."""
        if not is_np_array():
            return forward(self, *args, **kwargs)
        if self._active and threads.tracing is None and not kwargs:
            first = self._first_array(args)
            if isinstance(first, ndarray):
                try:
                    return self._call_traced(first.context, args, ndarray, forward)
                except TraceError as e:
                    self._not_compiled(e)
        return checked(self, forward(self, *args, **kwargs))

    def register_child(self, block, name=None):
        """Make a HybridBlock a child of this one."""
        if not isinstance(block, HybridBlock):
            raise ValueError(
                "Children of HybridBlock must also be HybridBlock: expected one, got "
                f"{type(block)}. Hint: "
                + (
                    "use HybridSequential instead of Sequential."
                    if type(block).__name__ == "Sequential"
                    else f"make {type(block).__name__} a HybridBlock, or this one a Block."
                )
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
        self._compiled.clear()

    def cast(self, dtype):
        """Convert all parameters to another element type."""
        self._clear_cached_op()
        super().cast(dtype)

    # ------------------------------------------------------------------ shapes and types
    def infer_shape(self, *args):
        """Complete the parameters' shapes from inputs, without keeping the result.

        Parameters that are not initialized yet get their shapes too.
        """
        if self.__dict__.get("_asking"):  # the pass that asks completes them
            return
        params = self.collect_params().values()
        if any(p._data is None and not p._deferred_init for p in params):
            for p, shape in self._graph_shapes(None, args).items():
                p._complete_shape(shape)
        else:
            self._complete(args)

    def _ask_for_shapes(self, args):
        """A subclass that replaces ``infer_shape`` tells its own parameters' shapes."""
        waiting = [p for p in self._reg_params.values() if p._data is None and p._deferred_init]
        if not waiting or self.__dict__.get("_asking"):
            return
        self.__dict__["_asking"] = True
        try:
            self.infer_shape(*args)
        finally:
            self.__dict__["_asking"] = False
        for p in waiting:
            if p._deferred_init and p.shape is not None and all(d > 0 for d in p.shape):
                p._finish_deferred_init()

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

    # ------------------------------------------------------------------ as a symbol
    def export(self, path, epoch=0, remove_amp_cast=True):
        """Write the block as symbol JSON and parameters, which any MXNet can load.

        The block must have been hybridized and called: what it was called with tells the inputs,
        which are named ``data``, or ``data0``, ``data1`` ... where there are several.

        Parameters
        ----------
        path : str               the files are ``path-symbol.json`` and ``path-0000.params``
        epoch : int              the number in the name of the parameters' file
        remove_amp_cast : bool   leave out the casts of automatic mixed precision

        Raises
        ------
        RuntimeError   it has not been hybridized and called
        MXNetError     a ``forward`` written with ``mx.np`` has a step that no symbol can describe

        Notes
        -----
        Where a ``forward`` is written with ``mx.np``, the graph is what the block does for inputs
        of the shapes it was last called with, outside of training; arrays that it holds besides
        its parameters are saved as parameters ``constant0``, ``constant1`` ...
        """
        if self._called_with is None:
            raise _not_called()
        graph, constants = self._whole_symbol()
        names = f"{path}-symbol.json", f"{path}-{epoch:04d}.params"
        numpy_shapes = is_np_shape() or self._is_recorded()
        arguments, states = set(graph.list_arguments()), set(graph.list_auxiliary_states())
        arrays = {f"arg:{name}": x for name, x in constants.items() if name in arguments}
        for name, p in self.collect_params().items():
            if name in arguments:
                arrays[f"arg:{name}"] = p._reduce()
            elif name in states:
                arrays[f"aux:{name}"] = p._reduce()
        with one_set(names[1], names[0]), np_shape(numpy_shapes):
            graph.save(names[0], remove_amp_cast)
            _save(names[1], arrays, np_shape=numpy_shapes)

    def _own_structure(self):
        if self._called_with is None:
            return {"hybridized": self._active}
        n = count_arrays(self._called_with)
        inputs = [symbol.var("data" if n == 1 else f"data{i}") for i in range(n)]
        outputs = []
        if self._is_recorded():
            graph, form = self._symbol(), self._traced_again()[0].structure
        else:
            given = rebuilt(self._called_with, iter(inputs))
            form = structure_of([self.forward(*given)], outputs)
            graph = outputs[0] if len(outputs) == 1 else symbol.Group(outputs)
        return {
            "in_format": plain(self._called_with),
            "out_format": plain(form)[0],
            "inputs": [s.tojson() for s in inputs],
            "symbol": graph.tojson(),
            "hybridized": self._active,
        }

    @property
    def _cached_graph(self):
        """(Inputs, outputs) of the traced block as symbols; empty before: loggers draw it."""
        if self._called_with is None:
            return ()
        graph = self._symbol()
        found = {s.name: s for s in graph.get_internals() if s.name[:4] == "data"}
        n = count_arrays(self._called_with)
        names = ["data"] if n == 1 else [f"data{i}" for i in range(n)]
        return [found[k] if k in found else symbol.var(k) for k in names], graph

    def _symbol(self):
        """The block's outputs as a symbol, for inputs of the structure it was last called with."""
        return self._whole_symbol()[0]

    def _whole_symbol(self):
        """The block's outputs as a symbol, and the arrays it holds besides parameters, by name."""
        structure = self._called_with
        n = count_arrays(structure)
        inputs = [symbol.var("data" if n == 1 else f"data{i}") for i in range(n)]
        if self._is_recorded():
            with np_array(True), np_shape(True):
                return self._recorded_symbol(inputs)
        if is_np_array():
            inputs = converted(inputs, "as_np_ndarray")
        out = self.forward(*rebuilt(structure, iter(inputs)))
        outputs = []
        structure_of([out], outputs)
        return outputs[0] if len(outputs) == 1 else symbol.Group(outputs), {}

    def _is_recorded(self):
        """Whether the symbol is read off the traced forward: one written with ``mx.np``, which
        symbols cannot go through.
        """
        made = any(cls is ndarray for cls, *_ in self._compiled)
        return (made or is_np_array()) and _written_with_np(self)

    def _traced_again(self):
        """The forward outside of training, traced for inputs like those of the last call; and how
        many these are.
        """
        for cls, forward, _, structure, *specs in reversed(self._compiled):
            if cls is ndarray and structure == self._called_with:
                with predict_mode(), np_array(True), np_shape(True):
                    key = (cls, forward, False, structure, *specs)
                    return self._compiled.trace(key), len(specs)
        raise _not_called()

    def _recorded_symbol(self, inputs):
        traced, n = self._traced_again()
        constants, taken = {}, self.collect_params()
        free = (f"constant{i}" for i in itertools.count())

        def variable(source):
            if source.__class__ is not int:
                name = next(n for n in free if n not in taken)
                constants[name] = array = _wrap(ndarray, source)
                return symbol.var(name, None, array.shape, 0.0, 0.0, array.dtype)
            return inputs[source] if source < n else traced.captured[source - n].var()

        variables = [variable(s)._entries[0] for s in traced.sources]
        entries = path_graph(traced.op, variables)[: traced.n_out]
        return symbol.Group([Symbol._of([e]) for e in entries]), constants

    def optimize_for(self, x, *args, backend=None, clear=False, **kwargs):
        """Hybridize and run once; back ends besides XLA do not exist here."""
        self.hybridize(True, clear=clear)
        return self(x, *args)

    # ------------------------------------------------------------------ watched
    def register_op_hook(self, callback, monitor_all=False):
        """Call ``callback(name, operator, array)`` on the outputs of each operator (and inputs,
        with ``monitor_all``) while this block is hybridized; it runs operator by operator then.

        A callback that was registered before is no longer called.
        """
        self.__dict__["_op_hook"] = callback, monitor_all

    def _call_watched(self, ctx, args, cls):
        callback, everything = self._op_hook
        arrays, outputs = [], []
        structure = structure_of(args, arrays)
        self.__dict__["_called_with"] = structure
        n = len(arrays)
        inputs = [symbol.var("data" if n == 1 else f"data{i}") for i in range(n)]
        if cls is ndarray:
            inputs, arrays = converted(inputs, "as_np_ndarray"), [nd_of(self, a) for a in arrays]
        given = rebuilt(structure, iter(inputs))
        form = structure_of([self._forward_symbols(given[0], given[1:])], outputs)
        entries = [s._entries[0] for s in outputs]
        params = self.collect_params()
        if any(p._deferred_init for p in params.values()):
            unrecorded(self._run, ctx, args, cls)
        feed = {s._entries[0][0]: a for s, a in zip(inputs, arrays)}
        for node in topological(entries):
            if node.op is None and node not in feed:
                feed[node] = _shared(params[node.name].data(ctx), NDArray)

        seen = np_of if cls is ndarray else lambda x: x

        def watch(node, ins, outs):
            if everything:
                for name, x in zip(input_labels(node), ins):
                    callback(name, node.op_name, seen(x))
            for i, x in enumerate(outs):
                callback(output_name(node, i), node.op_name, seen(x))

        with np_array(False):
            made = GraphFunction(self.name, entries, list(feed)).run(
                ctx, list(feed.values()), watch=watch
            )
        made = [seen(x) for x in made]
        return rebuilt(form, iter(made))[0]

    # ------------------------------------------------------------------ forward
    def forward(self, x, *args):
        """Run ``hybrid_forward`` with this block's parameters, or its traced form."""
        if not isinstance(x, NDArray):
            first = self._first_array((x, *args))
            if isinstance(first, Symbol):
                return self._forward_symbols(x, args)
            if (x is None or isinstance(x, (list, tuple))) and first is not None:
                if first._numpy:
                    return self._forward_on(first.context, x, args, ndarray)
                return self._forward_on(first.context, x, args)
            raise ValueError(
                f"{type(self).__name__}: a HybridBlock takes NDArrays: "
                f"there must be one NDArray among its inputs, got {type(x)}. Hint: mx.nd.array(x)."
            )
        if x._numpy:
            return self._forward_on(x.context, x, args, ndarray)
        return self._forward_on(x.context, x, args)

    @staticmethod
    def _first_array(args):
        for a in args:
            if isinstance(a, (NDArray, Symbol)):
                return a
            if isinstance(a, (list, tuple)):
                found = HybridBlock._first_array(a)
                if found is not None:
                    return found
        return None

    def _forward_symbols(self, x, args):
        """The block's outputs as symbols of its inputs; parameters are variables."""
        if self._of_nd and self._first_array((x, *args))._numpy:
            given = converted((x, *args), "as_nd_ndarray")
            with np_array(False):
                return converted(self._forward_symbols(given[0], given[1:]), "as_np_ndarray")
        params = {name: p.var() for name, p in self._reg_params.items()}
        with self.name_scope():
            return self.hybrid_forward(symbol, x, *args, **params)

    def _forward_on(self, ctx, x, args, cls=NDArray):
        if cls is ndarray and not is_np_array():
            raise refused(self)
        if self._active and threads.tracing is None:
            try:
                if self._op_hook:
                    return self._call_watched(ctx, (x, *args), cls)
                return self._call_traced(ctx, (x, *args), cls)
            except TraceError as e:
                self._not_compiled(e)
        if type(self).infer_shape is not HybridBlock.infer_shape:
            self._ask_for_shapes((x, *args))
        try:
            if cls is ndarray:
                return self._run_numpy(ctx, (x, *args))
            return self.hybrid_forward(F, x, *args, **self._own_params(ctx))
        except (DeferredRead, ShapeUnknown) as e:
            self._shapes_from_graph(ctx, (x, *args), e)
        return self._forward_on(ctx, x, args, cls)

    def _shapes_from_graph(self, ctx, args, error):
        """Complete the parameters' shapes from the whole graph of the forward, where the operators
        one by one do not tell them; ``error`` says what they do not.
        """
        waiting = [p for p in self.collect_params().values() if p._deferred_init]
        if waiting:
            try:
                found = self._graph_shapes(ctx, args)
            except Exception:  # noqa: BLE001 - a forward that symbols cannot go through
                found = {}
            known = {p: found[p] for p in waiting if p in found}
            for p, shape in known.items():
                DeferredArray(p, ctx).complete(shape)
            if known:
                return
        if isinstance(error, DeferredRead):
            raise ShapeUnknown(str(error)) from None
        raise error

    def _graph_shapes(self, ctx, args):
        """Shapes of the parameters as the graph of the forward gives them for these inputs."""
        arrays, outputs = [], []
        structure = structure_of(args, arrays)
        inputs = [symbol.var(f"data{i}") for i in range(len(arrays))]
        if arrays[0]._numpy:
            inputs = converted(inputs, "as_np_ndarray")
        given = rebuilt(structure, iter(inputs))
        structure_of([self._forward_symbols(given[0], given[1:])], outputs)
        nodes = {p: p.var()._entries[0][0] for p in self.collect_params().values()}
        shapes = {s._entries[0][0]: a.shape for s, a in zip(inputs, arrays)}
        for p, node in nodes.items():
            if p._shape is not None:
                shapes[node] = tuple([d if d > 0 else -1 for d in p.shape])
        found = complete([s._entries[0] for s in outputs], shapes, {}, ctx=ctx).shapes
        known = {p: found.get((id(node), 0)) for p, node in nodes.items()}
        return {p: shape for p, shape in known.items() if is_full(shape)}

    def _not_compiled(self, error):
        """Go on imperatively, with compiled children; says so once."""
        if not self._warned:
            self._warned = True
            warnings.warn(
                f"{self.name} ({type(self).__name__}) cannot be compiled and runs "
                f"imperatively: {error}",
                stacklevel=user_level(),
            )
        self._active = False
        for child in self._children.values():
            child.hybridize(True)

    def _run_numpy(self, ctx, args):
        """The forward on arrays of ``mx.np``: those of ``mx.nd`` inside, where it is written so."""
        if not self._of_nd:
            out = self.hybrid_forward(F, *args, **self._own_params(ctx))
            return checked(self, out)
        args = [nd_of(self, a) for a in args]
        with np_array(False):
            out = self.hybrid_forward(F, *args, **self._own_params(ctx))
        return np_of(out)

    def _run(self, ctx, args, cls):
        """The forward, run imperatively on arrays of one class."""
        try:
            if cls is ndarray:
                return self._run_numpy(ctx, args)
            return self.hybrid_forward(F, *args, **self._own_params(ctx))
        except (DeferredRead, ShapeUnknown) as e:
            self._shapes_from_graph(ctx, args, e)
        return self._run(ctx, args, cls)

    def _own_params(self, ctx):
        return {name: p._for_forward(ctx) for name, p in self._reg_params.items()}

    def hybrid_forward(self, F, x, *args, **kwargs):
        """The computation in terms of ``F``'s operators; define it in a subclass."""
        raise NotImplementedError(f"{type(self).__name__}: define hybrid_forward().")

    def _call_traced(self, ctx, args, cls=NDArray, forward=None):
        arrays = []
        try:
            structure = structure_of(args, arrays)
        except TypeError:
            raise TraceError("an argument is neither an array nor hashable") from None
        self.__dict__["_called_with"] = structure
        if any_stored(arrays):  # a compiled graph is one of dense arrays
            return self._run(ctx, args, cls)
        values = [a._read() for a in arrays]
        if cls is not NDArray:
            for a in arrays:
                if not a._numpy:
                    nd_of(self, a)
        specs = [v.spec.with_grad(False) for v in values]
        traced = self._compiled[(cls, forward, threads.training, structure, *specs)]
        values += [p._on(ctx)._read() for p in traced.captured]
        outs = traced(values, lambda: [p._on(ctx) for p in traced.captured])
        if traced.structure == (0,):
            return _wrap(cls, outs[0])
        return rebuilt(traced.structure, iter([_wrap(cls, v) for v in outs]))[0]


def _same_elsewhere(a, ctx_a, b, ctx_b):
    """Whether the keys of two calls differ in nothing but the device."""
    if len(a) != len(b) or ctx_a.device_typeid != ctx_b.device_typeid:
        return False
    return all(
        _same_elsewhere(x, ctx_a, y, ctx_b)
        if x.__class__ is tuple and y.__class__ is tuple
        else x.ctx is ctx_a and y.ctx is ctx_b and (x.shape, x.dtype) == (y.shape, y.dtype)
        if x.__class__ is Spec and y.__class__ is Spec
        else x == y
        for x, y in zip(a, b)
    )


_PACKAGE = __name__.partition(".")[0] + "."


def written_with_nd(method):
    """Decorator of a block's method that is written with ``mx.nd``: arrays of ``mx.np`` are taken,
    and given, as such where NumPy's semantics are on.
    """

    @functools.wraps(method)
    def either(self, *args, **kwargs):
        first = HybridBlock._first_array((*args, *kwargs.values()))
        if first is None or not first._numpy:
            return method(self, *args, **kwargs)
        if not is_np_array():
            raise refused(self)
        args = converted(args, "as_nd_ndarray")
        kwargs = {k: converted(v, "as_nd_ndarray") for k, v in kwargs.items()}
        with np_array(False):
            return converted(method(self, *args, **kwargs), "as_np_ndarray")

    return either


def any_arrays(method):
    """Decorator of a ``hybrid_forward`` of this package that takes arrays of ``mx.nd`` and of
    ``mx.np`` as they are.
    """
    method.any_arrays = True
    return method


def _compiled_in_numpy(forward):
    """A ``forward`` that a user wrote with ``mx.np``, compiled where the block is hybridized.

    With ``mx.nd`` such a method runs as Python, also in a hybridized block, as in MXNet 1.x.
    """

    @functools.wraps(forward)  # by which it is the user's to picklers: it must hold nothing of ours
    def compiled(self, *args, **kwargs):
        return self._call_forward(forward, args, kwargs)

    compiled.of_numpy = True
    return compiled


class _Forward(CompiledFunction):
    """A HybridBlock's forward. Its keys: the class of the arrays, a ``forward`` of the user's or
    None, whether it is training, the structure of the arguments, and the Specs of their arrays.
    """

    def __init__(self, block):
        super().__init__()
        self.block = block

    def __reduce__(self):
        return _Forward, (self.block,)  # a copy of a block traces anew

    def forget(self):
        """Drop all but the newest of those like the last call: its key tells what that was."""
        before = list(self.items())
        self.clear()
        for key, traced in reversed(before):
            if key[3] == self.block._called_with:
                self[key] = traced
                break

    def trace(self, key):
        """The forward as one operator, or what was traced on another device of the type."""
        cls, forward, _, structure, *specs = key
        ctx, block = specs[0].ctx, self.block
        for other, traced in reversed(self.items()):
            if traced.ctx is not ctx and _same_elsewhere(other, traced.ctx, key, ctx):
                found = traced.on(ctx)
                if found is not None and all(ctx in (p._data or ()) for p in traced.captured):
                    return found
                break
        form = None

        def run(arguments):
            nonlocal form
            inputs = rebuilt(structure, iter([_wrap(cls, v) for v in arguments]))
            try:
                if forward is None:
                    out = block._run(ctx, inputs, cls)
                else:
                    out = checked(block, forward(block, *inputs))
            except DeferredInitializationError as e:
                raise ValueError(
                    f"Deferred initialization failed because shape cannot be inferred. {e}"
                ) from None
            try:
                form = structure_of([out], arrays := [])
            except TypeError:
                raise TraceError("a result is neither an array nor hashable") from None
            return [a._read() for a in arrays], []

        traced = Traced(block.name, ctx, specs, run)
        traced.structure = form
        return traced


def _not_called():
    return RuntimeError(
        "Please first call block.hybridize() and then run forward with this block at "
        "least once before calling export."
    )


def _written_with_np(block):
    """Whether a block, or one below it, has a ``forward`` that a user wrote."""
    return getattr(type(block).forward, "of_numpy", False) or any(
        _written_with_np(child) for child in block._children.values()
    )


class SymbolBlock(HybridBlock):
    """A block made of a symbol: its variables are inputs or parameters.

    Parameters
    ----------
    outputs : Symbol, or (nested) list of them
    inputs : Symbol, or (nested) list of them     variables
    params : ParameterDict, optional              where parameters are taken from, by name

    Raises
    ------
    AssertionError   an input is not a variable
    ValueError       something is not a symbol

    Example
    -------
    >>> import mxnet as mx
    >>> from mxnet import gluon
    >>> x = mx.sym.var('x')
    >>> net = gluon.SymbolBlock(mx.sym.FullyConnected(x, num_hidden=2, name='fc'), x)
    >>> net.initialize()
    >>> net(mx.nd.ones((5, 3))).shape
    (5, 2)
    """

    @staticmethod
    def imports(
        symbol_file, input_names, param_file=None, ctx=None, allow_missing=False, ignore_extra=False
    ):
        """A block from files that :meth:`HybridBlock.export` or Module wrote.

        Parameters
        ----------
        symbol_file : str                    symbol JSON of any MXNet version
        input_names : str or list of str     the variables that are inputs
        param_file : str, optional           the parameters; without it they wait for ``initialize``
        ctx : Context or list, optional      default: the current one
        allow_missing, ignore_extra : bool   let parameters be missing in the file, or be left over

        Raises
        ------
        FormatError      a file is not what it should be
        AssertionError   parameters are missing or left over
        """
        if param_file is not None:
            check_set(param_file, symbol_file)
        outputs = symbol.load(symbol_file)
        names = [input_names] if isinstance(input_names, str) else list(input_names)
        known = outputs.list_inputs()
        for name in names:
            if name not in known:
                warnings.warn(
                    f"SymbolBlock.imports: input {name!r} is not a variable of {symbol_file}, "
                    f"which has {brief(known)}.{suggestion(name, known)}",
                    stacklevel=user_level(),
                )
        made = SymbolBlock(outputs, [symbol.var(n) for n in names])
        if param_file is not None:
            made.collect_params().load(
                param_file,
                ctx,
                allow_missing=allow_missing,
                ignore_extra=ignore_extra,
                cast_dtype=True,
                dtype_source="saved",
            )
        elif ctx is not None:
            made.collect_params().reset_ctx(ctx)
        return made

    def __init__(self, outputs, inputs, params=None):
        super().__init__(prefix=None, params=None)
        self._active = True
        self._prefix = ""
        self._empty_prefix = True
        self._params = ParameterDict("", params)
        given, made = [], []
        self._in_structure = structure_of([inputs], given)
        if len(self._in_structure) == 1 and isinstance(self._in_structure[0], tuple):
            self._in_structure = self._in_structure[0][1]
        self._out_structure = structure_of([outputs], made)
        self._check(inputs, given, outputs, made)
        names = [node.name for s in given for node, _ in s._entries]
        if len(made) == 1 and len(made[0]._entries) > 1:  # a group stands for a list
            made = list(made[0])
            self._out_structure = ((list, (0,) * len(made)),)
        self._entries = [e for s in made for e in s._entries]
        if len(self._entries) != count_arrays(self._out_structure):
            raise ValueError("SymbolBlock: an output in a list is a group of several outputs.")
        self._input_names = names
        self._order = topological(self._entries)
        states = auxiliary_nodes(self._order)
        types = complete_types(self._entries, {}).types
        self._variables, by_name = [], {}
        nodes = [n for n in self._order if n.op is None]
        for node in sorted(nodes, key=lambda n: id(n) in states):
            if node.name in names:
                by_name.setdefault(node.name, []).append(node)
                continue
            kind = {"grad_req": "null"} if id(node) in states else {}
            if node.name not in self._params._params:
                dtype = types.get((id(node), 0)) or onp.dtype("float32")
                self._make(node.name, dtype, kind)
            self._variables.append((node, self._params[node.name]))
        self._inputs = [by_name.get(n, []) for n in names]
        prefix = _common_beginning(list(self._params.keys()))
        self._reg_params = {n[len(prefix) :]: p for n, p in self._params.items()}
        self._names = {n.name for n, _ in self._variables}
        nodes = [*itertools.chain(*self._inputs), *[n for n, _ in self._variables]]
        self._compiled = GraphFunction("symbolblock", self._entries, nodes)

    def _check(self, inputs, given, outputs, made):
        """Raise unless inputs are variables and both are symbols (``given``, ``made``: those in the
        nested lists).
        """
        for what, found in (("input", given), ("output", made)):
            for s in found:
                if not isinstance(s, Symbol):
                    raise ValueError(
                        f"SymbolBlock: an {what} is no symbol: expected a Symbol, got {type(s)}."
                    )
        if not made or not only_arrays(self._out_structure):
            raise ValueError(
                "SymbolBlock: the outputs must be a Symbol or a (nested) list of them, got "
                f"{outputs!r} of type {type(outputs)}."
            )
        if not only_arrays(self._in_structure):
            raise ValueError(
                "SymbolBlock: the inputs must be a Symbol or a (nested) list of them, got "
                f"{inputs!r} of type {type(inputs)}."
            )
        for s in given:
            if any(node.op is not None for node, _ in s._entries):
                raise AssertionError(
                    f"Input symbols must be variable, but {s!r} is an output of operators"
                )

    def _make(self, name, dtype, kind):
        shared = self._params._shared
        if shared is not None and name in shared:
            self._params.get(name)
        else:
            self._params.get(name, allow_deferred_init=True, dtype=dtype.type, **kind)

    def __repr__(self):
        graph = symbol.Group([Symbol._of([e]) for e in self._entries])
        return (
            f"{type(self).__name__}(\n{graph!r} : {len(self._input_names)} -> "
            f"{len(self._entries)}\n)"
        )

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)

    def __deepcopy__(self, memo):
        new = self.__class__.__new__(self.__class__)
        memo[id(self)] = new
        shared = ("_order", "_entries", "_inputs", "_variables", "_compiled")
        for k, v in self.__dict__.items():
            object.__setattr__(new, k, v if k in shared else copy.deepcopy(v, memo))
        new._variables = [(n, new._params[p.name]) for n, p in self._variables]
        return new

    def cast(self, dtype):
        """Convert the parameters; those of batch normalisation stay float32 in half precision."""
        super().cast(dtype)
        if as_dtype(dtype).itemsize == 2:
            params = {id(n): p for n, p in self._variables}
            for node in self._order:
                if node.op is not None and node.op.full_precision:
                    for child, _ in node.inputs[1:]:
                        if id(child) in params:
                            params[id(child)].cast("float32")

    def reset_ctx(self, ctx):
        """Move all parameters to other contexts."""
        self._clear_cached_op()
        for p in self._params.values():
            p.reset_ctx(ctx)

    def infer_shape(self, *args):
        """Complete the parameters' shapes from inputs."""
        self._complete_params(self._given(args))

    def _given(self, args):
        arrays = []
        structure = structure_of(args, arrays)
        if structure != self._in_structure and len(arrays) != len(self._input_names):
            raise ValueError(
                f"{self.name}: the inputs do not fit: expected {len(self._input_names)} "
                f"({', '.join(self._input_names)}), got {len(arrays)}."
            )
        return arrays

    def _complete_params(self, arrays):
        shapes = {n: a.shape for nodes, a in zip(self._inputs, arrays) for n in nodes}
        types = {n: as_dtype(a.dtype) for nodes, a in zip(self._inputs, arrays) for n in nodes}
        for n, p in self._variables:
            types[n] = as_dtype(p.dtype)
            if p._shape is not None:
                shapes[n] = tuple([d if d > 0 else -1 for d in p.shape])
        found = complete(self._entries, shapes, types)
        for n, p in self._variables:
            shape = found.get((n, 0))
            if is_full(shape):
                p.shape = shape
        for _, p in self._variables:
            if p._deferred_init:
                p._finish_deferred_init()

    def forward(self, x, *args):
        """Outputs for arrays, or symbols of them for symbols."""
        first = self._first_array((x, *args))
        if first is None:
            raise AssertionError(
                "HybridBlock requires the first argument to forward be either Symbol or NDArray, "
                f"but got {type(x)}"
            )
        arrays = self._given((x, *args))
        if isinstance(first, Symbol):
            outs = self._composed(arrays)
            if first._numpy:
                outs = converted(outs, "as_np_ndarray")
        elif first._numpy:
            if not is_np_array():
                return self._forward_on(first.context, x, args, ndarray)
            outs = np_of(self._run_graph(first.context, [nd_of(self, a) for a in arrays]))
        else:
            outs = self._run_graph(first.context, arrays)
        return rebuilt(self._out_structure, iter(outs))[0]

    def hybrid_forward(self, F, x, *args, **kwargs):
        """Not there: the symbol is the computation.

        Raises
        ------
        NotImplementedError   always
        """
        raise NotImplementedError("SymbolBlock: call the block itself.")

    def _composed(self, inputs):
        for s in inputs:
            if len(s._entries) != 1:
                raise ValueError(f"{self.name}: an input is a group of {len(s._entries)} outputs.")
        replace = {id(n): s._entries[0] for nodes, s in zip(self._inputs, inputs) for n in nodes}
        return [Symbol._of([e]) for e in copy_graph(self._entries, replace)]

    def _run_graph(self, ctx, arrays):
        if any(p._data is None and p._deferred_init for _, p in self._variables):
            self._complete_params(arrays)
        self.__dict__["_called_with"] = self._in_structure
        given = [a for nodes, a in zip(self._inputs, arrays) for _ in nodes]
        if threads.tracing is None and self._active and not any_stored(given):
            try:
                handles = [p._on(ctx) for _, p in self._variables]
                outs = self._compiled(ctx, [a._read() for a in (*given, *handles)], handles)
                return [_wrap(NDArray, v) for v in outs]
            except TraceError as e:
                self._not_compiled(e)
        return self._compiled.run(ctx, [*given, *[p.data(ctx) for _, p in self._variables]])

    def export(self, path, epoch=0, remove_amp_cast=True):
        """Write the block as symbol JSON and parameters; see :meth:`HybridBlock.export`."""
        self.__dict__.setdefault("_called_with", None)
        if self._called_with is None:
            self.__dict__["_called_with"] = self._in_structure
        super().export(path, epoch, remove_amp_cast)

    def _symbol(self):
        return symbol.Group([Symbol._of([e]) for e in self._entries])

    def _is_recorded(self):
        return False  # it is a symbol


def _common_beginning(names):
    if not names:
        return ""
    low, high = min(names), max(names)
    n = next((i for i, (a, b) in enumerate(zip(low, high)) if a != b), min(len(low), len(high)))
    return low[:n]


doors(globals(), but=("forward", "hybrid_forward", "__call__"))
