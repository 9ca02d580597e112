"""What ``dir()`` of the public modules shows: the public names. All others can be asked for."""

import functools
import sys
import types

__all__ = ["listing", "show_public_names"]


def _listed(space):
    names = {n for n in space if n.startswith("__") and n.endswith("__")}
    names.update(space["__all__"])
    for name, value in space.items():  # a package's modules
        if isinstance(value, types.ModuleType) and not name.startswith("_"):
            if value.__name__ == f"{space['__name__']}.{name}":
                names.add(name)
    return sorted(names)


def listing(space):
    """The ``__dir__`` of a module with these globals: of one that is imported when it is asked for,
    perhaps by its path.
    """
    return functools.partial(_listed, space)


def show_public_names():
    """Let ``dir()`` of the package's modules that have been imported list what is public."""
    for path, module in list(sys.modules.items()):
        first, *others = path.split(".")
        if first == "mxnet" and not any(p.startswith("_") for p in others):
            names = vars(module)
            if "__all__" in names and "__dir__" not in names:
                module.__dir__ = listing(names)
