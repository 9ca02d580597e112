"""Paths of modules that MXNet 1.9.1 had and this package has elsewhere, or not at all.

A finder behind Python's own knows them: some are other names of modules here, the others raise an
ImportError that says what to use instead.
"""

import importlib
import importlib.abc
import importlib.machinery
import sys

__all__ = ["ALIASES", "GONE", "install"]

ALIASES = {
    "contrib.ndarray": "ndarray.contrib",
    "contrib.symbol": "symbol.contrib",
    "contrib.onnx.mx2onnx": "contrib.onnx",
    "contrib.onnx.onnx2mx": "contrib.onnx",
    "onnx.mx2onnx": "onnx",
    "ndarray.utils": "ndarray",
    "ndarray.gen_contrib": "ndarray.contrib",
    "ndarray.gen_image": "ndarray.image",
    "ndarray.gen_linalg": "ndarray.linalg",
    "ndarray.gen_op": "ndarray.op",
    "ndarray.gen_random": "ndarray.random",
    "ndarray.gen_sparse": "ndarray.sparse",
    "symbol.gen_contrib": "symbol.contrib",
    "symbol.gen_image": "symbol.image",
    "symbol.gen_linalg": "symbol.linalg",
    "symbol.gen_op": "symbol.op",
    "symbol.gen_random": "symbol.random",
    "symbol.gen_sparse": "symbol.sparse",
}

_C_API = "there is no C library here; mx.nd, mx.sym and mx.base hold what clients used of it"
_NUMPY = "use mx.np and mx.npx"
_DOC = "the functions' docstrings hold it"
_ONNX = "use mx.onnx.export_model, or mx.contrib.onnx.import_model"

# The nearest beginning counts.
GONE = {
    "_api_internal": _C_API,
    "_ctypes": _C_API,
    "_cy2": _C_API,
    "_cy3": _C_API,
    "_ffi": _C_API,
    "_global_var": _C_API,
    "_numpy_op_doc": _DOC,
    "api": _C_API,
    "contrib.onnx.mx2onnx": _ONNX,
    "contrib.onnx.onnx2mx": _ONNX,
    "contrib.text._constants": "mx.contrib.text.embedding knows the embeddings",
    "cython": _C_API,
    "io.utils": "use mx.io.NDArrayIter",
    "libmxnet": _C_API,
    "ndarray.gen__internal": "use mx.nd._internal",
    "ndarray.numpy": _NUMPY,
    "ndarray.numpy_extension": _NUMPY,
    "ndarray.register": "operators are registered in Python: see mx.operator for your own",
    "ndarray_doc": _DOC,
    "notebook": "use mx.callback, or TensorBoard by mx.contrib.tensorboard",
    "numpy._op": _NUMPY,
    "numpy._register": _NUMPY,
    "numpy.arrayprint": "use numpy.set_printoptions",
    "numpy.fallback_linalg": "use mx.np.linalg",
    "numpy.function_base": _NUMPY,
    "numpy.io": _NUMPY,
    "numpy.stride_tricks": _NUMPY,
    "numpy.utils": _NUMPY,
    "numpy_extension._register": _NUMPY,
    "numpy_extension.utils": _NUMPY,
    "onnx.mx2onnx": _ONNX,
    "onnx.setup": "install mxnet-xla[onnx]",
    "space": "it belonged to TVM's operators, which are not here",
    "symbol.gen__internal": "use mx.sym._internal",
    "symbol.numpy._internal": "use mx.sym.np",
    "symbol.numpy._op": "use mx.sym.np",
    "symbol.numpy._register": "use mx.sym.np",
    "symbol.numpy_extension._op": "use mx.sym.npx",
    "symbol.numpy_extension._register": "use mx.sym.npx",
    "symbol.numpy_extension.image": "use mx.npx.image on arrays",
    "symbol.numpy_extension.random": "use mx.npx.random on arrays",
    "symbol.register": "operators are registered in Python: see mx.operator for your own",
    "symbol_doc": _DOC,
    "torch": "Lua Torch's operators are not here; arrays go to PyTorch and back by DLPack",
    "tvmop": "TVM's operators are not here",
}


class _AliasLoader(importlib.abc.Loader):
    """Gives a module that is there under another name."""

    def __init__(self, target):
        self.target = target

    def create_module(self, spec):
        module = importlib.import_module(self.target)
        self.spec = module.__spec__
        return module

    def exec_module(self, module):
        module.__spec__ = self.spec  # that of its own name


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        package, _, name = fullname.partition(".")
        if package != __package__:
            return None
        if name in ALIASES:
            loader = _AliasLoader(f"{package}.{ALIASES[name]}")
            return importlib.machinery.ModuleSpec(fullname, loader, is_package=True)
        parts = name.split(".")
        for n in range(len(parts), 0, -1):
            hint = GONE.get(".".join(parts[:n]))
            if hint is not None:
                raise ImportError(
                    f"{fullname}: MXNet 1.x has this module, and mxnet-xla has not. Hint: {hint}.",
                    name=fullname,
                )
        return None


def install():
    """Let Python's import statement know these paths."""
    if not any(isinstance(f, _Finder) for f in sys.meta_path):
        sys.meta_path.append(_Finder())
