"""Python's search for cycles of garbage, while the package is imported and after."""

import contextlib
import gc

__all__ = ["no_garbage"]

# A program with more objects than this has data of its own before it imports us, not modules alone.
_MOST_BEFORE = 50_000


@contextlib.contextmanager
def no_garbage():
    """Scope of imports: what they make is not searched for garbage, now or later.

    JAX and this package are 150,000 objects, which stay. A search through all of them takes 70 ms,
    two of them were a tenth of the import, and each later one is a pause in the user's program.
    What was there before is no longer searched either, so nothing is done about later searches
    where that is much.
    """
    if not gc.isenabled():
        yield
        return
    few = len(gc.get_objects()) <= _MOST_BEFORE
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    if few:
        gc.freeze()
