"""Sections that an interrupt (Ctrl-C) cannot split.

Python runs signal handlers in the main thread: where a function begins, where a loop turns, and
after calls of functions written in C. The usual one raises KeyboardInterrupt there. Between the
call of a program, which consumes donated arrays, and the assignment of its results, that would lose
a network; in the middle of a trace it would leave JAX's caches half made; where ``__exit__``
begins, a mode would stay on for ever. So a handler of ours stands in where that matters. It takes a
note, and what was noted is handled when the section ends. That costs about 1 us a section.

What is too short for that price is written so that an exception leaves it consistent: it changes
state by plain stores, which no handler can run between, or mends it.
"""

import functools
import gc
import signal
import sys
import threading
import time
from _signal import getsignal  # without the making of enumerations, which takes 1 us
from _signal import signal as set_handler
from _thread import get_ident, start_new_thread

from ._traceback import shown
from .error import MXNetError

__all__ = ["enter_scope", "later", "leave_scope", "uninterrupted", "waiting", "whole"]

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM")
_SIGNALS = tuple([int(getattr(signal, n)) for n in _NAMES if hasattr(signal, n)])
# An interrupt that is repeated this often while it is held is no longer held: whatever the section
# does, the user wants to get out of it.
_PATIENCE = 3
_LATER = 0.02  # seconds

_main = threading.main_thread().ident or 0  # it runs, so it has one
_previous = {}  # signal -> the handler that ours stands for
_noted = {}  # signal -> how often it came
_whole = set()  # code objects, see whole()
# Callbacks of the garbage collector, JAX's among them: Python drops what they raise.
_collectors = {f.__code__ for f in gc.callbacks if hasattr(f, "__code__")}


class _State:
    __slots__ = ("held", "scopes")

    def __init__(self):
        self.held = False  # an uninterrupted section runs
        self.scopes = 0  # open scopes of the main thread


_state = _State()


def _handle(signum, frame):
    """Stand in for the signals' handlers."""
    if _state.held or frame.f_code in _whole:
        count = _noted[signum] = _noted.get(signum, 0) + 1
        if count < _PATIENCE:
            return
        del _noted[signum]
    elif frame.f_code in _collectors:
        _again(signum)
        return
    _previous[signum](signum, frame)


def _again(signum):
    """Send a signal anew a moment later: to the main thread, where it also ends a sleep."""
    start_new_thread(_send, (signum,))  # which, unlike threading's, waits for nothing


def _send(signum):
    time.sleep(_LATER)
    signal.pthread_kill(_main, signum)


def _install():
    try:
        for signum in _SIGNALS:
            handler = getsignal(signum)
            # None and numbers stand for handlers that are not Python's
            if handler.__class__ is not int and handler is not None and handler is not _handle:
                _previous[signum] = handler
                set_handler(signum, _handle)
    except BaseException:
        _restore()
        raise


def _restore():
    # One that is not put back, since another was raised from here, passes its signals on.
    if not _state.scopes:
        for signum, handler in _previous.items():
            if getsignal(signum) is _handle:
                set_handler(signum, handler)


def _deliver(again=False):
    while _noted:
        signum, _ = _noted.popitem()
        if again:
            _again(signum)
        else:
            _previous[signum](signum, sys._getframe())


def _section(function, again):
    @functools.wraps(function)
    def section(*args, **kwargs):
        if _state.held or get_ident() != _main:
            held = True
        else:
            held = False
            _install()
            _state.held = True
        try:
            return function(*args, **kwargs)
        except MXNetError as e:
            raise shown(e)  # noqa: B904 - a door that needs no second call
        finally:
            if not held:
                _state.held = False
                if not _state.scopes:
                    _restore()
                if _noted:
                    _deliver(again)

    return whole(section)


def uninterrupted(function):
    """``function``, during which signals wait; they are handled when the outermost such call ends.

    Signals reach the main thread only, so in other threads nothing is done. A signal that comes for
    the third time is handled at once.
    """
    return _section(function, False)


def waiting():
    """Whether a signal waits for the end of the section that runs."""
    return bool(_noted)


def later(finalizer):
    """A ``__del__`` or callback of the garbage collector that an interrupt does not vanish in.

    Python drops what such functions raise. So signals wait here too, and come again a moment after
    it has ended.
    """
    return _section(finalizer, True)


def whole(function):
    """Mark an ``__enter__`` or ``__exit__`` that nothing may split.

    That holds from :func:`enter_scope` on, which the first calls, to :func:`leave_scope`, by which
    the other ends. What comes in the first is handled at the end of the next section.
    """
    _whole.add(function.__code__)
    return function


def enter_scope():
    """Begin a scope whose ``__exit__`` is :func:`whole`; call it last but for plain stores."""
    if get_ident() == _main:
        if not _state.scopes:
            _install()
        _state.scopes += 1


def leave_scope():
    """End a scope; signals that came while its ``__exit__`` ran are handled."""
    if get_ident() == _main:
        _state.scopes -= 1
        if not _state.held:
            _restore()
            if _noted:
                _deliver()


for _function in (_install, _restore, _deliver, enter_scope, leave_scope):
    whole(_function)
