"""``mx.gluon.contrib``: further layers, data sets and the estimator, each imported when first
used.
"""

import importlib

_PARTS = ("cnn", "data", "estimator", "nn", "rnn")


def __getattr__(name):
    if name in _PARTS:
        try:
            return importlib.import_module(f".{name}", __name__)
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{name}":
                raise
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_PARTS})
