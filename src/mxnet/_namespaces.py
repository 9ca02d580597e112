"""What ``dir()`` of the public modules shows: the public names. All others can be asked for."""

import functools
import sys
import types

__all__ = ["show_public_names"]


def _listed(module):
    names = {n for n in vars(module) if n.startswith("__") and n.endswith("__")}
    names.update(module.__all__)
    for name, value in vars(module).items():  # a package's modules
        if isinstance(value, types.ModuleType) and not name.startswith("_"):
            if value.__name__ == f"{module.__name__}.{name}":
                names.add(name)
    return sorted(names)


def show_public_names():
    """Let ``dir()`` of the package's modules that have been imported list what is public."""
    for path, module in list(sys.modules.items()):
        first, *others = path.split(".")
        if first == "mxnet" and not any(p.startswith("_") for p in others):
            names = vars(module)
            if "__all__" in names and "__dir__" not in names:
                module.__dir__ = functools.partial(_listed, module)
