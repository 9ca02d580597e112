"""``mxnet.log``: loggers with one short, coloured line per message."""

import logging
import sys
import warnings

__all__ = [
    "getLogger",
    "get_logger",
    "CRITICAL",
    "DEBUG",
    "ERROR",
    "INFO",
    "NOTSET",
    "WARNING",
]

CRITICAL = logging.CRITICAL
DEBUG = logging.DEBUG
ERROR = logging.ERROR
INFO = logging.INFO
NOTSET = logging.NOTSET
WARNING = logging.WARNING

_GREEN, _RED, _BLUE, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[34m", "\x1b[0m"


class _Formatter(logging.Formatter):
    """``W0505 00:29:47 3525 script.py:main:12] text``: level, date, process and place."""

    def __init__(self, colored=True):
        super().__init__(datefmt="%m%d %H:%M:%S")
        self.colored = colored

    def _color(self, level):
        if level >= WARNING:
            return _RED
        return _GREEN if level >= INFO else _BLUE

    def format(self, record):
        letter = record.levelname[:1] if record.levelno in _LETTERED else "U"
        head = (
            f"{letter}{self.formatTime(record, self.datefmt)} {record.process} "
            f"{record.pathname}:{record.funcName}:{record.lineno}]"
        )
        if self.colored:
            head = f"{self._color(record.levelno)}{head}{_PLAIN}"
        text = f"{head} {record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        if record.stack_info:
            text += "\n" + self.formatStack(record.stack_info)
        return text


_LETTERED = (CRITICAL, DEBUG, ERROR, INFO, WARNING)


def getLogger(name=None, filename=None, filemode=None, level=WARNING):
    """Deprecated name of :func:`get_logger`."""
    warnings.warn("getLogger is deprecated, use get_logger instead.", DeprecationWarning, 2)
    return get_logger(name, filename, filemode, level)


def get_logger(name=None, filename=None, filemode=None, level=WARNING):
    """Logger that writes to a file, or in this module's short lines to the standard error stream.

    The first call for a name sets it up; later calls return it as it is. The root logger
    (``name=None``) is never changed.

    Parameters
    ----------
    name : str, optional
    filename : str, optional    write to this file, the messages alone, since programs read them;
        otherwise to standard error, in colours when that is a terminal
    filemode : str, optional    mode of opening the file, ``'a'`` by default
    level : int, default WARNING

    Returns
    -------
    logging.Logger
    """
    logger = logging.getLogger(name)
    if name is None or getattr(logger, "_set_up_by_mxnet", False):
        return logger
    logger._set_up_by_mxnet = True
    if filename:
        handler = logging.FileHandler(filename, filemode or "a")  # messages alone, as always
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(_Formatter(colored=bool(getattr(sys.stderr, "isatty", bool)())))
    logger.addHandler(handler)
    logger.setLevel(level)
    return logger
