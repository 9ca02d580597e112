"""The lines of a text file, which may not be text at all."""

import os
from typing import Any

from .error import FormatError, fail

__all__ = ["NotTextError", "numbered_lines", "read_index", "read_list", "read_text"]


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


def _parsed_lines(path, parse, what, expected):
    """Yield ``parse(line)`` of each line that is not blank; one that it raises an error for is a
    FormatError, which tells its number, and what was expected of ``what``.
    """
    for number, line in numbered_lines(path):
        line = line.strip()
        if not line:
            continue
        try:
            found = parse(line)
        except (ValueError, TypeError, LookupError, OverflowError):
            fail(
                FormatError,
                os.fspath(path),
                f"line {number} of {what} cannot be read",
                expected=expected,
                got=repr(line[:80]),
            )
        yield found


def read_list(path):
    """The entries of a list of images, lines ``number<tab>label ...<tab>file name``.

    Blanks do for tabs where that can be told, and the number may be written as a float: all that
    one or another reader of MXNet 1.x takes.

    Returns
    -------
    list of (number, file name, labels)   labels a list of float, at least one

    Raises
    ------
    FormatError   a line that is not of that form
    """
    expected = "number<tab>label ...<tab>file name, labels being numbers"
    return list(_parsed_lines(path, _entry, "a list of images", expected))


def _entry(line):
    fields, tab, name = line.rpartition("\t")
    if not tab:
        fields, name = line.rsplit(None, 1)
    number, *labels = fields.split()
    if not labels:
        raise ValueError("no label")
    key = int(number) if number.lstrip("+-").isdigit() else int(float(number))
    return key, name, [float(label) for label in labels]


def read_index(path, key_type: Any = str):
    """Yield (key, offset) of the lines ``key<tab>offset`` of a record file's index.

    Raises
    ------
    FormatError   a line that is not of that form
    """

    def parse(line):
        key, offset, *_ = line.split("\t")
        return key_type(key), int(offset)

    expected = f"key<tab>offset, the key being {key_type.__name__}"
    return _parsed_lines(path, parse, "an index", expected)


def _no_text(path, encoding, number, got, data):
    text = (
        f"{os.fspath(path)}: line {number} is not text: expected text in {encoding}, got {got}. "
        "Hint: the file is damaged, or in another encoding."
    )
    raise NotTextError(encoding, data, 0, 1, text) from None
