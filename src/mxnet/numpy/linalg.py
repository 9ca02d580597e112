"""``mx.np.linalg``: linear algebra on the last two axes."""

import numpy as onp

from .._frontend.numpy import linalg_functions
from .fallback import _through_host
from .multiarray import FRONT, FUNCTIONS, LINALG

__all__ = []
for _name, _function in linalg_functions(FRONT, FUNCTIONS).items():
    globals()[_name] = _function
    __all__.append(_name)

for _name in ("cond", "lstsq", "matrix_power", "matrix_rank", "multi_dot", "qr"):
    globals()[_name] = _through_host(getattr(onp.linalg, _name))
    __all__.append(_name)
LINALG.update({_name: globals()[_name] for _name in __all__})
