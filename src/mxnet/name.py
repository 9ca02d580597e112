"""Automatic names: ``dense0``, ``dense1`` ... and prefixes."""

from .attribute import _HasCurrent

__all__ = ["NameManager", "Prefix"]


class NameManager(metaclass=_HasCurrent):
    """Counts names by hint. As a ``with`` scope it is the thread's current one,
    ``NameManager.current``.
    """

    def __init__(self):
        self._counter = {}
        self._saved = None

    def get(self, name, hint):
        """``name`` itself, or ``hint`` with the next number."""
        if name:
            return name
        n = self._counter.get(hint, 0)
        self._counter[hint] = n + 1
        return f"{hint}{n}"

    def __enter__(self):
        self._saved = NameManager.current
        NameManager.current = self
        return self

    def __exit__(self, *exc):
        NameManager.current = self._saved


class Prefix(NameManager):
    """A manager that puts a prefix before every name."""

    def __init__(self, prefix):
        super().__init__()
        self._prefix = prefix

    def get(self, name, hint):
        """The prefixed name."""
        return self._prefix + super().get(name, hint)
