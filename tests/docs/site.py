"""The programs that build the site, which are no package."""

import importlib.util
import sys

from . import pages

FOLDER = pages.ROOT / "docs" / "site"


def module(name):
    """One of them; those it imports by name are found beside it."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        sys.path.insert(0, str(FOLDER))
        try:
            spec.loader.exec_module(sys.modules[name])
        finally:
            sys.path.remove(str(FOLDER))
    return sys.modules[name]
