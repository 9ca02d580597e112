"""``mx.gluon.contrib``: further layers, data sets and the estimator, each imported when first
used.
"""

import importlib

from ..._namespaces import show_public_names

_PARTS = ("cnn", "data", "estimator", "nn", "rnn")


def __getattr__(name):
    if name in _PARTS:
        try:
            found = importlib.import_module(f".{name}", __name__)
            show_public_names()
            return found
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{name}":
                raise
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*_PARTS, *[n for n in globals() if n.startswith("__")]})
