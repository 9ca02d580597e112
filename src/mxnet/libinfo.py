"""The version of this package, and the C library that it does without.

``1.9`` names the MXNet API that is implemented, so clients that ask for ``>=1.x,<2`` are served.
The last part is this project's own count; it starts at 100, out of reach of any MXNet release, and
all parts are plain numbers because clients compare them as strings, as tuples and as versions.
"""

__version__ = "1.9.100"

__all__ = ["__version__", "find_lib_path", "find_include_path", "find_conf_path"]


def find_lib_path(prefix="libmxnet"):
    """Paths of MXNet's C library: there is none, so there is nothing to find.

    Raises
    ------
    RuntimeError   always: extensions that link to the C library cannot be used here
    """
    raise RuntimeError(
        f"find_lib_path: there is no {prefix} library: this MXNet is written in Python on JAX/XLA. "
        "Hint: extensions that were compiled against MXNet's C API cannot be loaded."
    )


def find_include_path():
    """Path of MXNet's C headers: there are none.

    Raises
    ------
    RuntimeError   always
    """
    raise RuntimeError(
        "find_include_path: there are no C headers: this MXNet is written in Python on JAX/XLA."
    )


def find_conf_path(prefix="tvmop"):
    """Paths of configurations of TVM operators: there are none.

    Raises
    ------
    RuntimeError   always
    """
    raise RuntimeError(f"find_conf_path: there is no configuration of {prefix}: TVM is not used.")
