"""Automatic names: ``dense0``, ``dense1`` ... and prefixes."""

import threading

__all__ = ["NameManager", "Prefix"]


class _Current(threading.local):
    def __init__(self):
        self.value = None


_current = _Current()


class _HasCurrent(type):
    @property
    def current(cls):
        """The manager that names things in this thread."""
        if _current.value is None:
            _current.value = NameManager()
        return _current.value

    @current.setter
    def current(cls, manager):
        _current.value = manager


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
        _current.value = self
        return self

    def __exit__(self, *exc):
        _current.value = self._saved


class Prefix(NameManager):
    """A manager that puts a prefix before every name."""

    def __init__(self, prefix):
        super().__init__()
        self._prefix = prefix

    def get(self, name, hint):
        """The prefixed name."""
        return self._prefix + super().get(name, hint)
