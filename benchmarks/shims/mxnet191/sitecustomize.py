"""Lets MXNet 1.9.1 start: gives NumPy its old scalar aliases back.

NumPy 1.24 dropped names such as ``numpy.bool`` that MXNet 1.9.1 reads while it is imported.
Only the benchmark's own MXNet environment has this folder on its path.
"""

import builtins

try:
    import numpy
except ImportError:  # the environment is still being built
    pass
else:
    for alias in ("bool", "int", "float", "complex", "object", "str"):
        vars(numpy).setdefault(alias, getattr(builtins, alias))
