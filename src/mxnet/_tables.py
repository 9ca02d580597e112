"""Tables of what is made once and found again: they grow with all that a program ever did.

What nothing else holds by now can be made anew, so it is dropped when the engine makes room, which
is when it drops what it has recorded (``_engine/segment.py``). What something does hold stays: it
is compared by identity.
"""

import gc
import weakref

__all__ = ["emptied", "make_room", "table"]

_tables = []
_empties = []


def table():
    """A dict of objects, or of tuples that begin with one, that can be made anew."""
    made = {}
    _tables.append(made)
    return made


def emptied(function):
    """Note a function that empties caches when room is made; returns it."""
    _empties.append(function)
    return function


def make_room():
    """Empty the caches, and drop from the tables what only they hold."""
    for empty in _empties:
        empty()
    taken = []
    for one in _tables:
        for key in list(one):
            value = one.pop(key, None)
            if value.__class__ is tuple:
                taken.append((one, key, weakref.ref(value[0]), value[1:]))
            elif value is not None:
                taken.append((one, key, weakref.ref(value), None))
    value = None
    gc.collect()  # what was dropped may refer to itself
    for one, key, ref, rest in taken:
        value = ref()
        if value is not None:
            one.setdefault(key, value if rest is None else (value, *rest))
