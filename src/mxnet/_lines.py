"""The lines of a text file, which may not be text at all."""

import os

from .error import FormatError

__all__ = ["NotTextError", "numbered_lines", "read_text"]


class NotTextError(FormatError, UnicodeDecodeError):
    """A file that is not text in the encoding that was expected."""

    def __init__(self, *args):
        UnicodeDecodeError.__init__(self, *args)  # the first base class keeps other fields

    def __str__(self):
        return self.reason


def numbered_lines(path, encoding="utf-8"):
    """Yield (number, line) of each line of a text file; numbers count from 1.

    Raises
    ------
    OSError        the file cannot be opened
    NotTextError   a line is not text in this encoding: which line, and where in it
    """
    number = 0
    with open(path, encoding=encoding, errors="surrogateescape") as file:
        try:
            for number, line in enumerate(file, 1):
                if not line.isascii():
                    line.encode(encoding)
                yield number, line
        except UnicodeEncodeError as error:  # a byte that stood for nothing
            at = error.start
            byte = ord(error.object[at]) & 0xFF
            where = f"byte 0x{byte:02x} at character {at}"
            _no_text(path, encoding, number, where, bytes([byte]))
        except UnicodeDecodeError as error:  # an encoding of several bytes each
            _no_text(path, encoding, number + 1, str(error), error.object)


def read_text(path, encoding="utf-8"):
    """All of a text file; errors as of :func:`numbered_lines`."""
    return "".join(line for _, line in numbered_lines(path, encoding))


def _no_text(path, encoding, number, got, data):
    text = (
        f"{os.fspath(path)}: line {number} is not text: expected text in {encoding}, got {got}. "
        "Hint: the file is damaged, or in another encoding."
    )
    raise NotTextError(encoding, data, 0, 1, text) from None
