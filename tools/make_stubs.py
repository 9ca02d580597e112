"""Write the type stubs of ``mx.nd``, ``mx.np``, ``mx.npx``, ``mx.sym.np`` and ``mx.io`` from what
is there at run time.

    python tools/make_stubs.py            write the .pyi files of src/mxnet
    python tools/make_stubs.py --check    say which files are not what would be written

Generated functions take their parameters, types, defaults and first doc line from the operator
registry; those written by hand take names and defaults from their signatures and types from the
tables below, by parameter name.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
import textwrap
from pathlib import Path

import mxnet as mx
from mxnet._frontend.build import shown_default
from mxnet._ops import _spec
from mxnet.ndarray.ndarray import NDArray

FOLDER = Path(mx.nd.__file__).parent
WIDTH = 100
HEAD = '''"""{doc}

Made by tools/make_stubs.py; do not edit.
"""

# fmt: off
{imports}

__all__ = [
{names}]

'''
# names a stub may use, in dependency order: each is there when the text mentions it
ALIASES = {
    "_Shape": "int | Sequence[int]",
    "_DType": "str | type | onp.dtype[Any]",
    "_Number": "float | onp.number[Any]",
    "_Axis": "int | Sequence[int] | None",
    "_Key": "int | slice | EllipsisType | NDArray | onp.ndarray | Sequence[Any] | None",
}
IMPORTS = {
    "collections.abc": ["Callable", "Iterator", "Sequence"], "os": ["PathLike"],
    "types": ["EllipsisType"],
    "typing": ["Any", "Literal", "NoReturn", "Self", "TypeAlias"], "onp": [],
    "..context": ["Context"], ".ndarray": ["NDArray"],
    "mxnet.context": ["Context"], "mxnet.numpy.multiarray": ["ndarray"],
    "mxnet.symbol.numpy._symbol": ["_Symbol"],
}  # fmt: skip
KINDS = {
    int: "int", float: "float", bool: "bool", str: "str", _spec.Shape: "_Shape",
    _spec.DType: "_DType", _spec.Scalar: "_Number",
    _spec.Scalars: "Sequence[_Number]", object: "Any",
}  # fmt: skip
# parameters of functions written by hand
BY_NAME = {
    "shape": "_Shape | None", "dtype": "_DType | None", "ctx": "Context | str | None",
    "out": "NDArray | None", "name": "str | None", "axis": "int | None", "num": "int",
    "endpoint": "bool", "repeat": "int", "infer_range": "bool | None", "start": "_Number",
    "stop": "_Number | None", "step": "_Number", "N": "int", "M": "int", "k": "_Number",
    "val": "_Number", "arrays": "Sequence[NDArray]", "always_copy": "bool",
    "tensor": "NDArray", "source": "_Shape", "destination": "_Shape", "data": "NDArray",
    "indices": "NDArray", "a": "NDArray", "ary": "NDArray", "mode": "str",
    "indices_or_sections": "_Shape", "squeeze_axis": "bool", "bins": "int | NDArray",
    "range": "tuple[float, float] | None", "lhs": "NDArray | _Number",
    "rhs": "NDArray | _Number", "base": "NDArray | _Number", "exp": "NDArray | _Number",
    "low": "NDArray | _Number", "high": "NDArray | _Number", "loc": "NDArray | _Number",
    "scale": "NDArray | _Number", "lam": "NDArray | _Number", "alpha": "NDArray | _Number",
    "beta": "NDArray | _Number", "p": "_Number", "mu": "_Number", "get_prob": "bool",
    "stype": "str | None", "fname": "str | PathLike[str]", "zero_copy": "bool",
    "ndarray": "onp.ndarray", "array_cls": "type[NDArray]", "true_classes": "NDArray",
    "num_sampled": "int", "range_max": "int", "buf": "bytes",
    "context": "Context", "copy": "bool", "grad_req": "str", "out_grad": "NDArray | None",
    "retain_graph": "bool", "train_mode": "bool", "other": "NDArray | Context",
    "max_iterations": "int | None", "np_shape": "bool", "op_type": "str | None",
    "then_func": "Callable[..., Any]", "else_func": "Callable[..., Any]",
    "body": "Callable[..., Any]", "func": "Callable[..., Any]", "begin": "_Shape",
    "end": "_Shape",
}  # fmt: skip
# where a name means something else in one function
BY_FUNCTION = {
    ("NDArray.broadcast_like", "other"): "NDArray | None",
    ("linspace", "stop"): "_Number",
    ("arange", "dtype"): "_DType",
    ("zeros", "shape"): "_Shape", ("ones", "shape"): "_Shape", ("full", "shape"): "_Shape",
    ("empty", "shape"): "_Shape", ("NDArray.astype", "dtype"): "_DType",
    ("save", "data"): "NDArray | Sequence[NDArray] | dict[str, NDArray]",
    ("foreach", "data"): "NDArray | Sequence[NDArray]",
    ("NDArray.tostype", "stype"): "str", ("NDArray.slice_assign", "step"): "_Shape",
    ("NDArray.slice_assign_scalar", "step"): "_Shape", ("while_loop", "cond"): "Callable[..., Any]",
    ("sparse.zeros", "stype"): "str", ("sparse.empty", "stype"): "str",
    ("cast_storage", "stype"): "str",
}  # fmt: skip
RETURNS = {
    "histogram": "list[NDArray]", "load": "list[NDArray] | dict[str, NDArray]",
    "load_frombuffer": "list[NDArray] | dict[str, NDArray]", "save": "None", "waitall": "None",
    "to_dlpack_for_read": "Any", "to_dlpack_for_write": "Any", "split_v2": "list[NDArray]",
    "rand_zipfian": "tuple[NDArray, NDArray, NDArray]", "foreach": "tuple[Any, Any]",
    "while_loop": "tuple[Any, Any]", "cond": "Any", "Custom": "Any",
    "random.multinomial": "NDArray | Any",
    "sparse.csr_matrix": "CSRNDArray", "sparse.row_sparse_array": "RowSparseNDArray",
    "sparse.array": "BaseSparseNDArray", "sparse.zeros": "NDArray | Any",
    "sparse.empty": "NDArray | Any", "cast_storage": "NDArray | Any",
    "sparse.retain": "RowSparseNDArray",
    "NDArray.shape": "tuple[int, ...]", "NDArray.dtype": "type[Any]", "NDArray.size": "int",
    "NDArray.ndim": "int", "NDArray.context": "Context", "NDArray.ctx": "Context",
    "NDArray.stype": "str", "NDArray.grad": "NDArray | None", "NDArray.asnumpy": "onp.ndarray",
    "NDArray.asscalar": "Any", "NDArray.wait_to_read": "None", "NDArray.wait_to_write": "None",
    "NDArray.attach_grad": "None", "NDArray.backward": "None", "NDArray.writable": "bool",
    "NDArray.handle": "Any", "NDArray.to_dlpack_for_read": "Any",
    "NDArray.to_dlpack_for_write": "Any", "NDArray.tostype": "NDArray | Any",
    "NDArray.as_np_ndarray": "NoReturn", "NDArray.split_v2": "list[NDArray]",
    "NDArray.copyto": "NDArray | Any",
}  # fmt: skip
# parameters of NumPy's functions; ``NDArray`` stands for the arrays or symbols of the module
OF_NUMPY = {
    "x": "NDArray | _Number",
    "x1": "NDArray | _Number",
    "x2": "NDArray | _Number",
    "axis": "_Axis",
    "keepdims": "bool",
    "size": "_Shape | None",
    "ddof": "int",
    "newshape": "_Shape",
    "reps": "_Shape",
    "seq": "Sequence[NDArray]",
    "start": "_Number",
    "step": "_Number",
    "k": "int",
    "scale": "NDArray | _Number",
    "device": "Context | str | None",
    "a": "NDArray",
    "b": "NDArray",
    "arr": "NDArray",
    "ary": "NDArray",
    "m": "NDArray",
    "p": "Any",
    "num": "int",
    "n": "int",
    "N": "int",
    "M": "int | None",
    "copy": "bool",
    "shape": "_Shape",
    "order": "str",
    "range": "tuple[float, float] | None",
    "bins": "Any",
    "indices": "Any",
    "low": "NDArray | _Number",
    "high": "NDArray | _Number | None",
}
LISTS = set("split array_split hsplit vsplit dsplit meshgrid broadcast_arrays".split())
TUPLES = set("nonzero histogram svd eigh eig slogdet unravel_index diag_indices_from".split())
UNKNOWN = set(
    "where unique average atleast_1d atleast_2d atleast_3d array shape finfo iinfo take lstsq qr "
    "shares_memory may_share_memory set_printoptions".split()
)
# special methods of arrays: name -> (parameters, result)
SPECIAL = {
    **{
        f"__{r}{n}__": (["other: NDArray | _Number"], "NDArray")
        for n in "add sub mul truediv mod pow".split()
        for r in ("", "r")
    },
    **{
        f"__i{n}__": (["other: NDArray | _Number"], "Self")
        for n in "add sub mul truediv mod".split()
    },
    **{f"__{n}__": (["other: NDArray | _Number"], "NDArray") for n in "lt le gt ge".split()},
    **{f"__{n}__": (["other: object"], "NDArray") for n in "eq ne".split()},
    "__neg__": ([], "NDArray"), "__abs__": ([], "NDArray"), "__hash__": ([], "int"),
    "__bool__": ([], "bool"), "__len__": ([], "int"), "__iter__": ([], "Iterator[NDArray]"),
    "__float__": ([], "float"), "__int__": ([], "int"), "__index__": ([], "int"),
    "__getitem__": (["key: _Key"], "NDArray"),
    "__setitem__": (["key: _Key", "value: Any"], "None"),
    "__array__": (["dtype: Any = None", "copy: bool | None = None"], "onp.ndarray"),
    "__dlpack__": (["**kwargs: Any"], "Any"), "__dlpack_device__": ([], "tuple[Any, int]"),
    "__copy__": ([], "Self"), "__deepcopy__": (["memo: Any"], "Self"),
}  # fmt: skip


# ----------------------------------------------------------------------------------- one function


def typed(attr: _spec.Attr) -> str:
    """Return the type of an operator's attribute."""
    if attr.choices:
        text = "Literal[" + ", ".join(repr(c) for c in attr.choices) + "]"
    else:
        text = KINDS[attr.kind]
    if attr.name == "ctx":
        text = "Context | str"
    return f"{text} | None" if attr.optional and text != "Any" else text


def literal(value) -> str:
    """Return a default as source text; ``...`` where it has none."""
    if isinstance(value, (type(None), bool, int, float, str)):
        text = repr(value)
        return "..." if text.strip("-") in ("inf", "nan") else text.replace("'", '"')
    if isinstance(value, tuple):
        parts = [literal(v) for v in value]
        return "..." if "..." in parts else f"({', '.join(parts)}{',' * (len(parts) == 1)})"
    return "..."


def result_of(op: _spec.OpDef) -> str:
    """Return the type of an operator's result.

    Where attributes decide between one array and several, ``NDArray | Any``: complete enough for
    help, and no false alarm for a list.
    """
    n = op.num_outputs if op.visible is None else op.visible
    if callable(n):
        return "NDArray | Any"
    return "NDArray" if n == 1 else "list[NDArray]"


def operator_parameters(op: _spec.OpDef) -> list[str]:
    """Return the parameters of an operator's function, as source text."""
    found, optional = [], False
    if op.variadic:
        found.append(f"*{op.variadic}: NDArray")
    for name in op.inputs:
        if name in op.optional:
            optional = True
            found.append(f"{name}: NDArray | None = None")
        else:
            found.append(f"{name}: NDArray" + " = ..." * optional)
    for name, attr in op.attrs.items():
        if attr.required:
            found.append(f"{name}: {typed(attr)}" + " = ..." * (optional and not op.variadic))
        else:
            optional = True
            found.append(f"{name}: {typed(attr)} = {literal(shown_default(attr))}")
    return [*found, "out: NDArray | Sequence[NDArray] | None = None", "name: str | None = None"]


def hand_parameters(function, where: str) -> list[str]:
    """Return the parameters of a function written by hand, as source text."""
    found, star = [], False
    short = where.rpartition(".")[2]
    for p in inspect.signature(function).parameters.values():
        if p.name == "self":
            found.append("self")
            continue
        kind = BY_FUNCTION.get((where, p.name)) or BY_FUNCTION.get((short, p.name))
        kind = kind or BY_NAME.get(p.name, "Any")
        if p.kind is p.VAR_POSITIONAL:
            star = True
            found.append(f"*{p.name}: " + ("int | Sequence[int]" if p.name == "shape" else "Any"))
        elif p.kind is p.VAR_KEYWORD:
            found.append(f"**{p.name}: Any")
        else:
            if p.kind is p.KEYWORD_ONLY and not star:
                star = True
                found.append("*")
            text = f"{p.name}: {kind}"
            found.append(text if p.default is p.empty else f"{text} = {literal(p.default)}")
    return found


def first_line(doc: str | None) -> str:
    """Return the first sentence of a docstring, on one line."""
    return " ".join((doc or "").strip().split("\n\n")[0].split())


def wrapped(line: str) -> str:
    """Return a parameter's line, its list of choices broken where it is too long."""
    if len(line) <= WIDTH:
        return line
    margin = " " * (len(line) - len(line.lstrip()) + 4)
    before, choices, after = re.match(r"(.*?Literal\[)(.*?)(\].*)", line).groups()
    inner = textwrap.fill(choices + ",", WIDTH, initial_indent=margin, subsequent_indent=margin)
    return f"{before}\n{inner}\n{margin[4:]}{after}"


def define(name: str, parameters: list[str], result: str, doc: str, indent: str = "") -> str:
    """Return a function's stub."""
    line = f"{indent}def {name}({', '.join(parameters)}) -> {result}:"
    if len(line) > WIDTH:
        inner = "".join(wrapped(f"{indent}    {p},") + "\n" for p in parameters)
        line = f"{indent}def {name}(\n{inner}{indent}) -> {result}:"
    if not doc:
        return f"{line} ...\n"
    return f"{line}\n{docstring(doc, indent + '    ')}"


def docstring(doc: str, indent: str) -> str:
    """Return a docstring of lines that are not too long."""
    quote = 'r"""' if "\\" in doc else '"""'
    lines, line = [], indent + quote
    for word in doc.split():
        if len(line) + len(word) + 4 > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = indent
        line += word + " "
    lines.append(line.rstrip() + '"""')
    if len(lines) > 1:
        lines[-1] = lines[-1][:-3]
        lines.append(indent + '"""')
    return "\n".join(lines) + "\n"


def function_stub(function, name: str, where: str, indent: str = "", method: bool = False) -> str:
    """Return the stub of a function of a namespace, or of an array's method."""
    op = getattr(function, "op", None)
    if op is None:
        parameters = hand_parameters(function, where)
        if method and parameters[:1] != ["self"]:
            parameters[0] = "self"
        result = RETURNS.get(where) or RETURNS.get(name, "NDArray")
    else:
        parameters, result = operator_parameters(op), result_of(op)
        if method:
            parameters[0] = "self"
    return define(name, parameters, result, first_line(function.__doc__), indent)


# --------------------------------------------------------------------------------------- one file


def whole(doc: str | None, names, fetched: list[str], body: str, apart: str = ".") -> str:
    """Return a stub: head, imports and aliases as its ``body`` needs them, body.

    Modules of this package are imported by names that begin with ``apart``.
    """

    def used(name):
        return re.search(rf"(?<![\w.]){name}\b", text)

    text, aliases = body, ""
    for name, meaning in reversed(ALIASES.items()):
        if used(name):
            aliases = f"{name}: TypeAlias = {meaning}\n" + aliases
    text += aliases
    lines = []
    for module, offered in IMPORTS.items():
        if module == "onp":
            lines += ["", "import numpy as onp", ""] if used("onp") else [""]
        if module.startswith((".", "mxnet.")) and not module.startswith(apart):
            continue
        needed = [n for n in offered if used(n) and f"class {n}:" not in body]
        needed = [n for n in needed if f"from {module} import {n} as {n}" not in fetched]
        if needed and not (module == ".ndarray" and any(" NDArray as" in f for f in fetched)):
            lines.append(f"from {module} import {', '.join(needed)}")
    head = HEAD.format(
        doc=first_line(doc),
        imports="# ruff: noqa: I001\n" * bool(fetched)
        + "\n".join([*lines, *dict.fromkeys(fetched)]).strip(),
        names="".join(f'    "{n}",\n' for n in names),
    )
    return head + aliases + "\n" * bool(aliases) + body.rstrip("\n") + "\n"


def namespace_stub(module, elsewhere: dict[str, str], title: str) -> str:
    """Return the stub of a module: the functions of its ``__all__``, and names from elsewhere.

    ``elsewhere`` has the statement that fetches a name which is no function of this module.
    """
    fetched = [elsewhere[n] for n in module.__all__ if n in elsewhere]
    text = ""
    for name in module.__all__:
        if name not in elsewhere:
            where = f"{title}.{name}" if title else name
            text += function_stub(getattr(module, name), name, where) + "\n"
    return whole(module.__doc__, module.__all__, fetched, text)


def array_stub() -> str:
    """Return the stub of the array class."""
    text = function_stub(mx.nd.waitall, "waitall", "waitall") + "\n"
    text += "def __getattr__(name: str) -> Any: ...  # what the package uses itself\n\n"
    text += "class NDArray:\n" + docstring(first_line(NDArray.__doc__), "    ") + "\n"
    text += "    def __init__(self, value: Any) -> None: ...\n"
    for name, (parameters, result) in SPECIAL.items():
        if callable(getattr(NDArray, name, None)):
            text += define(name, ["self", *parameters], result, "", "    ")
    text += "    def __getattr__(self, name: str) -> Any: ...\n" * hasattr(NDArray, "__getattr__")
    text += "\n"
    for name in sorted(n for n in dir(NDArray) if not n.startswith("_")):
        member = inspect.getattr_static(NDArray, name)
        where = f"NDArray.{name}"
        if isinstance(member, property):
            doc = first_line(member.__doc__)
            result = RETURNS.get(where, "NDArray")
            text += "    @property\n" + define(name, ["self"], result, doc, "    ") + "\n"
        elif name in ("reshape",):
            text += define(
                name,
                ["self", "*shape: int | Sequence[int]", "reverse: bool = False", "**kwargs: Any"],
                "NDArray", first_line(member.__doc__), "    ",
            ) + "\n"  # fmt: skip
        elif callable(member):
            text += function_stub(member, name, where, "    ", method=True) + "\n"
    doc = sys.modules[NDArray.__module__].__doc__
    return whole(doc, ["NDArray", "waitall"], [], text)


def stubs() -> dict[str, str]:
    """Return the text of each stub, by file name."""
    nd = mx.nd
    spaces = "contrib image linalg op random sparse".split()
    elsewhere = {n: f"from . import {n} as {n}" for n in spaces}
    elsewhere |= {"_internal": "from ._internal import _internal as _internal"}
    elsewhere |= {n: f"from .ndarray import {n} as {n}" for n in ("NDArray", "waitall")}
    found = {
        "__init__.pyi": namespace_stub(nd, elsewhere, ""),
        "ndarray.pyi": array_stub(),
    }
    classes = {
        n: f"from ._sparse_array import {n} as {n}"
        for n in nd.sparse.__all__
        if inspect.isclass(getattr(nd.sparse, n))
    }
    for name in spaces:
        module = getattr(nd, name)
        there = classes if name == "sparse" else {}
        if name == "op":  # the same functions as in mx.nd, save where mx.nd has one of its own
            there = {
                n: f"from . import {n} as {n}"
                for n in module.__all__
                if getattr(getattr(nd, n, None), "op", None) is getattr(module, n).op
            }
        found[f"{name}.pyi"] = namespace_stub(module, there, name)
    return found


HOSTS = {*mx.np.fallback.__all__, "cond", "lstsq", "matrix_power", "matrix_rank", "multi_dot", "qr"}
# stub, from the folder of mx.nd -> (module, its arrays)
NUMPY = {
    "../numpy/__init__.pyi": (mx.np, "ndarray"),
    "../numpy/linalg.pyi": (mx.np.linalg, "ndarray"),
    "../numpy/random.pyi": (mx.np.random, "ndarray"),
    "../numpy_extension/__init__.pyi": (mx.npx, "ndarray"),
    "../numpy_extension/image.pyi": (mx.npx.image, "ndarray"),
    "../symbol/numpy/__init__.pyi": (mx.sym.np, "_Symbol"),
    "../symbol/numpy/linalg.pyi": (mx.sym.np.linalg, "_Symbol"),
    "../symbol/numpy/random.pyi": (mx.sym.np.random, "_Symbol"),
}


def iterators() -> str:
    """Return the stub of ``mx.io``, whose iterators over files show their tables."""
    text = ""
    names = [n for n in mx.io.__all__ if n != "io"]
    made = [n for n in names if not inspect.isclass(getattr(mx.io, n))]
    for name in made:
        function = getattr(mx.io, name)
        found = ["*"]
        for p in inspect.signature(function).parameters.values():
            if p.kind is p.VAR_KEYWORD:
                found.append(f"**{p.name}: Any")
                continue
            default = "" if p.default is p.empty else f" = {p.default!r}"
            found.append(f"{p.name}: {inspect.formatannotation(p.annotation)}{default}")
        text += define(name, found, "MXDataIter", first_line(function.__doc__)) + "\n\n"
    classes = [f"from .io import {n} as {n}" for n in names if n not in made]
    imports = ["from . import io as io", *classes]
    found = whole(mx.io.__doc__, mx.io.__all__, imports, text.strip())
    return found.replace("# ruff: noqa: I001\n", "")  # they are in order


def numpy_function(function, name: str) -> str:
    """Return the stub of a function of ``mx.np`` or its like."""
    op = getattr(function, "op", None)
    if op is not None:
        return define(name, operator_parameters(op), result_of(op), first_line(function.__doc__))
    if name in HOSTS:  # whose signatures and words change with NumPy's version
        return define(name, ["*args: Any", "**kwargs: Any"], "Any", f"NumPy's {name}, on the host.")
    shown = list(inspect.signature(function).parameters.values())
    found, star = [], False
    for p in shown:
        if p.kind is p.VAR_POSITIONAL:
            star = True
            found.append(f"*{p.name}: Any")
        elif p.kind is p.VAR_KEYWORD:
            found.append(f"**{p.name}: Any")
        else:
            if p.kind is p.KEYWORD_ONLY and not star:
                star = True
                found.append("*")
            kind = OF_NUMPY.get(p.name) or BY_NAME.get(p.name, "Any")
            if p.default is None and "None" not in kind and kind != "Any":
                kind += " | None"
            found.append(
                f"{p.name}: {kind}" + ("" if p.default is p.empty else f" = {literal(p.default)}")
            )
    result = "list[NDArray]" if name in LISTS else "tuple[NDArray, ...]" if name in TUPLES else None
    if result is None:
        ours = getattr(function, "__module__", "").startswith("mxnet")
        result = "NDArray" if ours and name not in UNKNOWN else "Any"
    return define(name, found, result, first_line(function.__doc__) or f"NumPy's {name}.")


def numpy_stub(module, arrays: str) -> str:
    """Return the stub of a module of NumPy's functions on ``arrays``."""
    fetched, text = [], ""
    names = list(dict.fromkeys(module.__all__))
    for name in names:
        value = getattr(module, name)
        if name == "ndarray":
            continue
        if inspect.ismodule(value):
            fetched.append(f"from . import {name} as {name}")
        elif inspect.isclass(value):
            if value.__module__ == "numpy" and name != "bool":
                fetched.append(f"from numpy import {name} as {name}")
            elif value.__module__.startswith("mxnet"):
                fetched.append(f"from {value.__module__} import {name} as {name}")
            else:
                text += f"{name}: Any\n"
        elif not callable(value):
            text += f"{name}: {type(value).__name__ if value is not None else 'None'}\n"
        elif name.startswith("_"):
            continue
        elif value.__module__.startswith("mxnet.") and not value.__module__.startswith(
            ("mxnet.numpy", "mxnet.symbol", "mxnet._frontend")
        ):
            fetched.append(f"from {value.__module__} import {name} as {name}")
        else:
            text += numpy_function(value, name) + "\n"
    text += "def __getattr__(name: str) -> Any: ...  # what the package uses itself\n"
    text = re.sub(r"\bNDArray\b", arrays, text)
    if "ndarray" in names:
        fetched.append("from mxnet.numpy.multiarray import ndarray as ndarray")
    if "bool" in names:  # the module's own is NumPy's
        fetched.append("from numpy import bool_ as bool")
        text = re.sub(r"(?<=[ :|\[])bool\b(?= |,|\)|$)", "_bool", text)
        fetched.append("from builtins import bool as _bool")
    return whole(module.__doc__, names, fetched, text, "mxnet.")


def every() -> dict[str, str]:
    """Return the text of each stub, by file name from the folder of ``mx.nd``."""
    numpy = {name: numpy_stub(*of) for name, of in NUMPY.items()}
    return {**stubs(), **numpy, "../io/__init__.pyi": iterators()}


def stale(folder: Path = FOLDER) -> list[str]:
    """Return the names of the stubs that are absent, or not what would be written."""
    return [
        name
        for name, text in every().items()
        if not (folder / name).is_file() or (folder / name).read_text("utf-8") != text
    ]


def main() -> int:
    """Write the stubs, or check them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    if parser.parse_args().check:
        old = stale()
        if old:
            print("not what the registry gives:", ", ".join(old))
        return bool(old)
    for name, text in every().items():
        (FOLDER / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
