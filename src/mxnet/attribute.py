"""Attributes given to the symbols made in a scope."""

import threading

__all__ = ["AttrScope"]


class _Current(threading.local):
    def __init__(self):
        self.value = None


_current = _Current()


class _HasCurrent(type):
    @property
    def current(cls):
        """The scope of this thread."""
        if _current.value is None:
            _current.value = AttrScope()
        return _current.value

    @current.setter
    def current(cls, scope):
        _current.value = scope


class AttrScope(metaclass=_HasCurrent):
    """``with AttrScope(ctx_group='dev1'):`` sets attributes on symbols made inside; scopes nest.

    ``AttrScope.current`` is the thread's innermost one.
    """

    def __init__(self, **kwargs):
        for value in kwargs.values():
            if not isinstance(value, str):
                raise ValueError("Attributes need to be string")
        self._attr = kwargs
        self._saved = None

    def get(self, attr):
        """The scope's attributes updated by ``attr``."""
        return {**self._attr, **attr} if attr else dict(self._attr)

    def __enter__(self):
        self._saved = AttrScope.current
        self._attr = {**self._saved._attr, **self._attr}
        _current.value = self
        return self

    def __exit__(self, *exc):
        _current.value = self._saved
