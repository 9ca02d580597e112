"""What a namespace answers when it is asked for a name it does not have."""

from ..error import nearest

__all__ = ["unknown_name"]


def unknown_name(module, public):
    """The ``__getattr__`` of a module: an AttributeError that tells the nearest public names.

    Python calls it only after the ordinary look-up has failed, so names that exist cost nothing.
    """

    def __getattr__(name):
        hint = ""
        if not name.startswith("_"):
            hint = nearest(name, public)
        text = f"module {module!r} has no attribute {name!r}"
        raise AttributeError(f"{text}; {hint}" if hint else text, name=name)

    return __getattr__
