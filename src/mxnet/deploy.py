"""``mx.deploy``: trained networks as files that run without the code that made them.

>>> import os, tempfile
>>> net = nn.Dense(2, in_units=3)
>>> net.initialize(init.One())
>>> folder = tempfile.mkdtemp()
>>> path = mx.deploy.export(net, os.path.join(folder, "dense.npz"), nd.zeros((1, 3)))
>>> run = mx.deploy.load(path)
>>> run(onp.ones((4, 3), "float32")).tolist()
[[3.0, 3.0], [3.0, 3.0], [3.0, 3.0], [3.0, 3.0]]

The file is an archive of NumPy arrays: the parameters, the program as StableHLO (``jax.export``),
and a description in JSON. No part of it is code of Python's.
"""

import hashlib
import io
import itertools
import json
import math
import os
import re
import struct
import warnings
import zipfile
from typing import Any

import numpy as onp

from ._dtypes import as_dtype, bfloat16, dtype_name
from ._engine import portable
from ._frontend.examples import attach_to as _attach_examples_to
from ._graph.nodes import topological
from ._graph.steps import spec_of
from ._traceback import doors, user_level
from .autograd import predict_mode
from .context import Context, canonical
from .error import DTypeError, FormatError, MXNetError, ShapeError, fail, require_equal
from .executor import GraphFunction
from .gluon._structure import structure_of
from .gluon.block import HybridBlock
from .ndarray import NDArray, array
from .ndarray._serialize import atomic_write

__all__ = ["Deployed", "export", "load"]

_FORMAT, _VERSION = "mxnet-xla deploy", 1
_DAMAGE = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError)


# ------------------------------------------------------------------------------- writing
def export(net, path, *examples, batch_axis=0, platforms=("cpu",)):
    """Write what a network computes outside of training, with its parameters, into one file.

    It is beside ``net.export``, whose symbol and parameters any MXNet can load and train on: this
    file runs by :func:`load`, or by JAX alone.

    Parameters
    ----------
    net : HybridBlock        with parameters that have values
    path : str
    *examples : NDArray or numpy.ndarray     inputs; only their shapes and types count
    batch_axis : int or None, default 0      axis of all inputs that may have any size; where the
        network cannot be compiled for any size, or for None, the examples' is fixed
    platforms : sequence of str              what it can run on, by JAX's names: 'cpu', 'cuda' ...

    Returns
    -------
    str    ``path``

    Raises
    ------
    MXNetError   the network draws random numbers, runs Python code, or was not given examples
    """
    if not isinstance(net, HybridBlock):
        raise MXNetError(
            f"deploy.export: expected a HybridBlock, got {type(net).__name__}. Hint: a Block is "
            "Python code, which cannot be written; gluon.SymbolBlock makes a block of a symbol."
        )
    if not examples:
        raise MXNetError(
            "deploy.export: expected an example of each input, got none. Hint: "
            "mx.deploy.export(net, path, nd.zeros((1, 3, 224, 224)))."
        )
    inputs = []
    structure = structure_of(_arrays(examples), inputs)
    graph, held, outputs = _graph(net, structure, _arrays(examples))
    held = held | {name: p._reduce() for name, p in net.collect_params().items()}
    names = ["data"] if len(inputs) == 1 else [f"data{i}" for i in range(len(inputs))]
    given = dict(zip(names, inputs))
    entries = graph._entries
    nodes = [n for n in topological(entries) if n.op is None]
    unknown = [n.name for n in nodes if n.name not in given and n.name not in held]
    unused = [n for n in names if n not in {v.name for v in nodes}]
    if unknown or unused:
        what = f"no value of {unknown[0]!r}" if unknown else f"{unused[0]!r}, which it does not use"
        raise MXNetError(f"deploy.export: expected an example of each input, got {what}.")
    parameters = {n.name: held[n.name].asnumpy() for n in nodes if n.name not in given}
    order = [*parameters, *names]
    by_name = {n.name: n for n in nodes}
    specs = [(x.shape, as_dtype(x.dtype)) for x in (*parameters.values(), *inputs)]

    def made(shapes, number=None):
        given = [*specs[: len(parameters)], *zip(shapes, [t for _, t in specs[len(parameters) :]])]
        return _program(entries, [by_name[n] for n in order], given, platforms, number)

    shapes, program = [x.shape for x in inputs], None
    # a graph that was read off a trace holds the shapes that it was traced with
    axis = None if net._is_recorded() else batch_axis
    number = _free_number(entries, specs)
    free, why = _with_size(number, shapes, axis)
    if free:
        try:
            program = made(free, number)
            shapes = [tuple(None if d == number else d for d in s) for s in free]
        except Exception as error:  # noqa: BLE001 - whatever asks for the size fails in its way
            why = str(error).partition("\n")[0][:200] or type(error).__name__
    if program is None:
        program = made(shapes)
        if batch_axis is not None:
            warnings.warn(
                f"deploy.export: {os.fspath(path)} takes inputs of the examples' shapes only "
                f"({why})",
                stacklevel=user_level(),
            )
    about = {
        "format": _FORMAT,
        "version": _VERSION,
        "inputs": [
            {"name": n, "shape": s, "dtype": dtype_name(x.dtype)}
            for n, s, x in zip(names, shapes, inputs)
        ],
        "outputs": graph.list_outputs(),
        "single": isinstance(outputs, NDArray),
        "parameters": [{"name": n, "dtype": dtype_name(x.dtype)} for n, x in parameters.items()],
        "platforms": list(platforms),
        "sha256": hashlib.sha256(program).hexdigest(),
    }
    members: dict[str, Any] = {
        "about": onp.frombuffer(json.dumps(about, indent=1).encode(), "uint8")
    }
    members["program"] = onp.frombuffer(program, "uint8")
    for i, x in enumerate(parameters.values()):
        # NumPy's files know no bfloat16
        members[f"parameter{i}"] = x.view("uint16") if x.dtype == bfloat16 else x
    file = io.BytesIO()
    onp.savez(file, **members)
    atomic_write(path, [file.getbuffer()])
    return path


def _arrays(examples):
    """Examples with NDArrays in place of NumPy's."""
    return [
        _arrays(x)
        if isinstance(x, (list, tuple))
        else x
        if x is None or isinstance(x, NDArray)
        else array(x, dtype=onp.asarray(x).dtype)
        for x in examples
    ]


def _graph(net, structure, examples):
    """(Symbol, arrays that it holds besides parameters, what the network gives)."""
    before = net.__dict__.get("_called_with")
    with predict_mode():
        outputs = net(*examples)
        net.__dict__["_called_with"] = structure
        try:
            graph, constants = net._whole_symbol()
            return graph, constants, outputs
        finally:
            net.__dict__["_called_with"] = before


def _free_number(entries, specs):
    """A number that no size and no attribute is: it stands for any size where a graph is traced."""
    taken = {d for shape, _ in specs for d in shape}
    for node in topological(entries):
        for text in node.attrs.values():
            taken.update(map(int, re.findall(r"\d+", str(text))))
    return next(n for n in itertools.count(11, 2) if n not in taken)


def _with_size(number, shapes, axis):
    """Shapes with another size along an axis; or None, and why not."""
    if axis is None:
        return None, "its graph was traced for them"
    try:
        sizes = {s[axis] for s in shapes}
    except IndexError:
        sizes = ()
    if len(sizes) != 1:
        return None, f"the examples have no common size along axis {axis}"
    at = [axis % len(s) for s in shapes]
    return [(*s[:i], number, *s[i + 1 :]) for i, s in zip(at, shapes)], ""


def _program(entries, nodes, specs, platforms, number):
    """The bytes of a graph as a function of these variables."""
    ctx = canonical(Context("cpu", 0))
    key = (False, ctx, *[spec_of(shape, dtype, ctx) for shape, dtype in specs])
    with predict_mode():
        traced = GraphFunction("deploy", entries, nodes)[key]
    if portable.draws(traced, specs):
        raise MXNetError(
            "deploy.export: expected a network that computes the same each time, got one that "
            "draws random numbers."
        )
    return portable.exported(traced, specs, platforms, number)


# ------------------------------------------------------------------------------- reading
class Deployed:
    """A network from a file: NumPy arrays in, NumPy arrays out.

    Attributes
    ----------
    inputs : list of (name, shape, dtype)    None in a shape is the batch's size, any number
    outputs : list of str
    """

    def __init__(self, where, about, run):
        self._where, self._run, self._single = where, run, about["single"]
        self.inputs = [
            (i["name"], tuple(i["shape"]), as_dtype(i["dtype"])) for i in about["inputs"]
        ]
        self.outputs = list(about["outputs"])

    def __repr__(self):
        ins = ", ".join(f"{n} {s} {dtype_name(d)}" for n, s, d in self.inputs)
        return f"Deployed({ins} -> {', '.join(self.outputs)})"

    def __call__(self, *arrays):
        """The outputs: an array, or a list of them if the network gave several.

        Raises
        ------
        ShapeError, DTypeError   inputs that are not those of the network
        """
        if len(arrays) != len(self.inputs):
            fail(
                MXNetError,
                self._where,
                "number of inputs",
                expected=f"{len(self.inputs)} ({', '.join(n for n, _, _ in self.inputs)})",
                got=len(arrays),
            )
        found, batch = [], None
        for x, (name, shape, dtype) in zip(arrays, self.inputs):
            x = x.asnumpy() if isinstance(x, NDArray) else onp.asarray(x)
            if x.dtype != dtype:
                if not onp.can_cast(x.dtype, dtype, "same_kind") and x.dtype.kind not in "biu":
                    fail(DTypeError, self._where, f"type of {name}", expected=dtype, got=x.dtype)
                x = x.astype(dtype)
            free = [a for a, d in zip(x.shape, shape) if d is None]
            size = free[0] if free and batch is None else batch
            if x.shape != tuple(size if d is None else d for d in shape) or size == 0:
                text = str(tuple("N" if d is None else d for d in shape)).replace("'", "")
                some = f" with N = {batch}, as before it" if None in shape and batch else ""
                fail(ShapeError, self._where, f"shape of {name}", expected=text + some, got=x.shape)
            batch = size
            found.append(x)
        outs = self._run(found)
        return outs[0] if self._single else outs


def load(path):
    """Read a network that :func:`export` wrote.

    It is compiled at the first call, and once for each batch size after it.

    Parameters
    ----------
    path : str

    Returns
    -------
    Deployed

    Raises
    ------
    FormatError   the file is damaged, or something else
    MXNetError    it cannot be read, or is for other devices
    """
    path = os.fspath(path)
    try:
        with zipfile.ZipFile(path) as archive:
            about = _described(json.loads(_member(archive, "about").tobytes()), path)
            program = _member(archive, "program").tobytes()
            parameters = [
                _typed(_member(archive, f"parameter{i}"), p["dtype"])
                for i, p in enumerate(about["parameters"])
            ]
    except OSError as error:
        raise MXNetError(
            f"deploy.load: cannot read {path!r}: {error.strerror or error}."
        ) from error
    except (*_DAMAGE, TypeError, struct.error) as error:
        if isinstance(error, MXNetError):
            raise
        fail(
            FormatError,
            path,
            "the file is damaged or incomplete",
            expected="a file of mx.deploy.export",
            got=f"{type(error).__name__}: {str(error)[:80]}",
        )
    if hashlib.sha256(program).hexdigest() != about["sha256"]:
        fail(FormatError, path, "the program is damaged", expected="the SHA-256 of the description")
    return Deployed(path, about, portable.imported(program, parameters, path))


def _described(about, path):
    """The description, if it is one of ours."""
    if not isinstance(about, dict) or about.get("format") != _FORMAT:
        fail(FormatError, path, "not a file of mx.deploy.export")
    require_equal(FormatError, path, "version of the file", _VERSION, about["version"])
    for part in about["inputs"]:
        if not all(d is None or type(d) is int for d in part["shape"]):
            raise ValueError(f"shape {part['shape']}")
    return about


def _member(archive, name):
    """An array of the archive, which is no larger than the file."""
    entry = archive.getinfo(f"{name}.npy")
    if entry.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is packed")
    data = archive.read(entry)
    file = io.BytesIO(data)
    if onp.lib.format.read_magic(file) != (1, 0):
        raise ValueError(f"{name} has another header")
    shape, fortran, dtype = onp.lib.format.read_array_header_1_0(file)
    at = file.tell()
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(data) - at:
        raise ValueError(f"{name} is not the {shape} {dtype} that it says")
    flat = onp.frombuffer(data, dtype, offset=at)
    return flat.reshape(shape, order="F" if fortran else "C")


def _typed(x, name):
    return x.view(bfloat16) if name == "bfloat16" else x


doors(globals())

_attach_examples_to(globals())
