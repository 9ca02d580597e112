"""Run old client code: ``python -m mxnet.run script.py [ARG ...]`` or ``-m module [ARG ...]``.

The program runs as ``__main__``, with the aliases put back that NumPy and Python have dropped since
MXNet 1.9.1 (``np.bool``, ``np.float_``, ``collections.Iterable`` ...) and that client libraries of
its time use. ``import mxnet`` by itself never changes NumPy or Python.
"""

import collections
import collections.abc
import inspect
import os
import runpy
import sys

import numpy as onp

from ._command import called_by

__all__ = ["main", "restore_aliases"]

_BUILTINS = {
    "bool": bool,
    "int": int,
    "float": float,
    "complex": complex,
    "object": object,
    "str": str,
    "long": int,
    "unicode": str,
}
_RENAMED = {
    "Inf": "inf",
    "Infinity": "inf",
    "PINF": "inf",
    "infty": "inf",
    "NaN": "nan",
    "float_": "float64",
    "complex_": "complex128",
    "longfloat": "longdouble",
    "singlecomplex": "complex64",
    "cfloat": "complex128",
    "clongfloat": "clongdouble",
    "longcomplex": "clongdouble",
    "string_": "bytes_",
    "unicode_": "str_",
    "object0": "object_",
    "bool8": "bool_",
    "int0": "intp",
    "uint0": "uintp",
    "product": "prod",
    "cumproduct": "cumprod",
    "sometrue": "any",
    "alltrue": "all",
    "round_": "round",
    "row_stack": "vstack",
    "in1d": "isin",
    "trapz": "trapezoid",
    "asfarray": None,
    "NINF": None,
    "PZERO": None,
    "NZERO": None,
    "msort": None,
    "cast": None,
    "find_common_type": None,
}


def _asfarray(a, dtype=onp.float64):
    dtype = onp.dtype(dtype)
    return onp.asarray(a, dtype if onp.issubdtype(dtype, onp.inexact) else onp.float64)


class _Cast(dict):
    def __missing__(self, dtype):
        return lambda x: onp.asarray(x).astype(dtype)


def _find_common_type(array_types, scalar_types):
    return onp.result_type(*array_types, *scalar_types)


_MADE = {
    "asfarray": _asfarray,
    "NINF": -onp.inf,
    "PZERO": 0.0,
    "NZERO": -0.0,
    "msort": lambda a: onp.sort(a, axis=0),
    "cast": _Cast(),
    "find_common_type": _find_common_type,
}


def _restore_python():
    """What ``collections`` and ``inspect`` have moved since, as Keras and others import it."""
    for name in collections.abc.__all__:
        if not hasattr(collections, name):
            setattr(collections, name, getattr(collections.abc, name))
    if not hasattr(inspect, "getargspec"):
        inspect.getargspec = _getargspec


_ArgSpec = collections.namedtuple("ArgSpec", "args varargs keywords defaults")


def _getargspec(function):
    return _ArgSpec(*inspect.getfullargspec(function)[:4])


def restore_aliases():
    """Put back the names that NumPy has dropped; returns those that were missing."""
    there = vars(onp)
    added = []
    for name, value in _BUILTINS.items():
        # ``np.bool`` and ``np.long`` came back in NumPy 2, as scalar types: clients mean these too
        if name not in there:
            setattr(onp, name, value)
            added.append(name)
    for name, old in _RENAMED.items():
        if name not in there:
            setattr(onp, name, _MADE[name] if old is None else getattr(onp, old))
            added.append(name)
    return added


def _refused(given):
    """What is wrong with the arguments, or None."""
    if given[0] == "-m":
        return None if given[1:] else "-m needs the name of a module."
    if given[0].startswith("-"):
        return f"expected a script or -m, got {given[0]}. Hint: a script's options come after it."
    if not os.path.exists(given[0]):
        return f"no such file: {given[0]}"
    return None


def _help(command):
    return f"""\
usage: {command} [-h] script.py [ARG ...]
       {command} [-h] -m module [ARG ...]

Run old client code, with the aliases put back that NumPy and Python have dropped since MXNet 1.9.1
(np.bool, np.float_, collections.Iterable ...). Nothing else changes: "import mxnet" by itself
touches neither.

  script.py    a Python file; it runs as __main__, with its folder at the front of sys.path
  -m module    the name of a module, as for python -m
  ARG ...      what the program finds in sys.argv
  -h, --help   show this help message and exit
"""


def main(arguments=None):
    """Run the program that the arguments name; the process's arguments by default."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("-h", "--help"):
        told = sys.stdout if given else sys.stderr
        told.write(_help(called_by("mxnet.run")))
        return 0 if given else 2
    wrong = _refused(given)
    if wrong:
        sys.stderr.write(f"{called_by('mxnet.run')}: {wrong}\n")
        return 2
    restore_aliases()
    _restore_python()
    if given[0] == "-m":
        sys.argv = given[1:]
        sys.path.insert(0, "")
        runpy.run_module(given[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = given
        sys.path.insert(0, os.path.dirname(os.path.abspath(given[0])))
        runpy.run_path(given[0], run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
