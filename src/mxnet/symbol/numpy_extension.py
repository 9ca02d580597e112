"""``mx.sym.npx``: what neural networks need beyond NumPy, on symbols of ``mx.sym.np``."""

from .._frontend.compose import make_symbol_function
from .._ops import _spec
from .numpy._symbol import _Symbol

__all__ = []
__path__ = []  # 1.x has it as a package


def _converted(function):
    """A function of symbols whose results are symbols of ``mx.sym.np``."""

    def applied(*args, **kwargs):
        for a in (*args, *kwargs.values()):
            if hasattr(a, "list_arguments") and not isinstance(a, _Symbol):
                raise TypeError(
                    f"npx.{function.__name__}: {a!r} is no symbol of mx.sym.np. "
                    "Hint: convert it with .as_np_ndarray()."
                )
        return _Symbol._of(function(*args, **kwargs)._entries)

    applied.__name__ = applied.__qualname__ = function.__name__
    applied.__doc__, applied.__signature__ = function.__doc__, function.__signature__
    return applied


for _name, _op in list(_spec.registry.items()):
    if _name.startswith("_npx_") and not _name.startswith("_npx__"):
        _public = _name[len("_npx_") :]
        globals()[_public] = _converted(make_symbol_function(_op, _public, _name))
        __all__.append(_public)
