"""``mx.sym.np.linalg``: linear algebra on symbols."""

from ..._frontend.numpy import linalg_functions
from ._symbol import FRONT, FUNCTIONS

__all__ = []
for _name, _function in linalg_functions(FRONT, FUNCTIONS).items():
    globals()[_name] = _function
    __all__.append(_name)
