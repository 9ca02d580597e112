"""Attributes given to the symbols made in a scope."""

import threading

__all__ = ["AttrScope"]


class _HasCurrent(type):
    """What makes ``cls.current`` the innermost scope of this thread: a new one where there is none.

    Classes derived from one of these share it.
    """

    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        if not any(isinstance(base, _HasCurrent) for base in bases):
            cls._current, cls._default = threading.local(), cls

    @property
    def current(cls):
        """The innermost one of this thread."""
        found = getattr(cls._current, "value", None)
        if found is None:
            found = cls._current.value = cls._default()
        return found

    @current.setter
    def current(cls, scope):
        cls._current.value = scope


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
        AttrScope.current = self
        return self

    def __exit__(self, *exc):
        AttrScope.current = self._saved
