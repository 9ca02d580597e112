"""``mx.sym.np.linalg``: linear algebra on symbols."""

from ..._frontend.numpy import linalg_functions
from ._symbol import FRONT, FUNCTIONS

__all__ = []
for _name, _function in linalg_functions(FRONT).items():
    globals()[_name] = _function
    __all__.append(_name)


def norm(x, ord=None, axis=None, keepdims=False):
    """Root of the sum of squares over axes (other orders need shapes, which symbols lack)."""
    if ord not in (None, 2, "fro") or (ord == 2 and not isinstance(axis, int)):
        raise NotImplementedError(f"linalg.norm of symbols: order {ord!r} is not there")
    x = FRONT.need("linalg.norm", "x", x)
    return FUNCTIONS["sqrt"](FUNCTIONS["sum"](x * x, axis=axis, keepdims=keepdims))


__all__ += ["norm"]
