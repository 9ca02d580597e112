"""``mx.contrib``: text, data-loader adapters and further helpers, each imported when first
used.
"""

import importlib
import importlib.util

from .._namespaces import show_public_names

# name -> module below this package, or (from "..") beside it
_PLACES = {
    "text": ".text",
    "io": ".io",
    "amp": ".amp",
    "tensorboard": ".tensorboard",
    "quantization": ".quantization",
    "quant": ".quantization",
    "onnx": ".onnx",
    "autograd": ".autograd",
    "ndarray": "..ndarray.contrib",
    "nd": "..ndarray.contrib",
    "symbol": "..symbol.contrib",
    "sym": "..symbol.contrib",
}


def __getattr__(name):
    place = _PLACES.get(name)
    if place is not None:
        try:
            found = importlib.import_module(place, __name__)
            show_public_names()
            return found
        except ModuleNotFoundError as error:
            if error.name != importlib.util.resolve_name(place, __name__):
                raise
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*_PLACES, *[n for n in globals() if n.startswith("__")]})
