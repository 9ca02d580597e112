"""Taking files out of zip and tar archives, which may be damaged or much larger than they look."""

import contextlib
import errno
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from typing import Any

from . import _config
from .error import FormatError, MXNetError, fail

__all__ = [
    "DAMAGE",
    "check_entries",
    "extract_member",
    "extract_members",
    "is_of_the_system",
    "zip_entries",
]

_CHUNK = 1 << 20
# What the readers of the standard library raise: damage, an unknown compression, a password, a
# place before the file's beginning.
DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError,
    NotImplementedError, RuntimeError, ValueError, LookupError, ArithmeticError, TypeError,
)  # fmt: skip
_END, _WIDE_END, _LEAST_ENTRY = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q"), 46


def extract_member(archive, name, path, cls: type[MXNetError] = FormatError):
    """Write one member of a zip archive, whatever its folder, to ``path``.

    Raises
    ------
    cls   the archive is damaged, lacks the member, has more than ``archive_entries`` members, or
        unpacks to more than ``archive_bytes``
    """
    with _told(archive, "zip", cls), open(archive, "rb") as file:
        check_entries(archive, zip_entries(file), cls)
        with zipfile.ZipFile(file) as packed:
            for member in packed.infolist():
                if not member.is_dir() and os.path.basename(member.filename) == name:
                    limit = _config.get("archive_bytes")
                    if member.file_size > limit:
                        _too_large(cls, archive, name, limit, f"{member.file_size} bytes")
                    with packed.open(member) as source:
                        _copy(source, path, archive, name, cls)
                    return
    fail(cls, archive, "the archive lacks a file", expected=name, got="other members")


def extract_members(archive, names, folder):
    """Write the regular files called ``names`` (whatever their folder) of a tar archive into
    ``folder``.

    Nothing else of the archive is written. Returns the names that were not found.

    Raises
    ------
    FormatError   the archive is damaged, has more than ``archive_entries`` members, or unpacks to
        more than ``archive_bytes``
    """
    wanted = set(names)
    with _told(archive, "tar", FormatError), contextlib.closing(_Tar.open(archive)) as tar:
        for count, member in enumerate(tar, 1):
            check_entries(archive, count, FormatError)
            name = os.path.basename(member.name)
            if name not in wanted or not member.isfile():
                continue
            with tar.extractfile(member) as source:
                _copy(source, os.path.join(folder, name), archive, member.name, FormatError)
            wanted.discard(name)
            if not wanted:
                break
    return [name for name in names if name in wanted]


class _Tar(tarfile.TarFile):
    """A tar archive of which no more is unpacked than ``archive_bytes``."""

    def __init__(self, name: Any, mode: Any = "r", fileobj: Any = None, **options):
        self._own = open(name, "rb") if fileobj is None else None  # noqa: SIM115 - see close()
        bounded: Any = _Bounded(name, fileobj or self._own)
        try:
            super().__init__(name, mode, bounded, **options)
        except BaseException:
            if self._own is not None:
                self._own.close()
            raise

    def close(self):
        super().close()
        if self._own is not None:
            self._own.close()


class _Bounded:
    """A file of which only so much can be read, however much its compression hides."""

    def __init__(self, name, file):
        self._name, self._file, self._limit = name, file, _config.get("archive_bytes")
        self.seek, self.tell, self.close = self._seek, file.tell, file.close

    def _seek(self, place, whence=0):
        if whence == 0 and place > self._limit:
            _too_large(FormatError, self._name, None, self._limit, f"{place} bytes")
        return self._file.seek(place, whence)

    def read(self, size=-1):
        """Bytes from here on; a chunk that only a header of absurd length would need is refused."""
        if not 0 <= size <= 16 * _CHUNK:
            fail(FormatError, self._name, "the archive is damaged", got=f"a header of {size} bytes")
        if self._file.tell() + size > self._limit + 2 * tarfile.RECORDSIZE:
            _too_large(FormatError, self._name, None, self._limit, "more")
        return self._file.read(size)


@contextlib.contextmanager
def _told(archive, kind, cls):
    """Scope in which damage of an archive is told as ``cls``; the system's errors pass."""
    try:
        yield
    except (OSError, *DAMAGE) as error:
        if isinstance(error, MXNetError) or is_of_the_system(error):
            raise
        fail(
            cls,
            archive,
            "the archive is damaged or incomplete",
            expected=f"a whole {kind} file",
            got=f"{type(error).__name__}: {str(error)[:200]}",
            hint="fetch it again",
        )


def is_of_the_system(error):
    """Whether an error is that of a file that cannot be read, and not of what stands in it."""
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


def _copy(source, path, archive, name, cls):
    """Write what a member unpacks to; it takes its place when it is whole."""
    partial, limit = path + ".part", _config.get("archive_bytes")
    try:
        with open(partial, "wb") as out:
            while chunk := source.read(_CHUNK):
                out.write(chunk)
                if out.tell() > limit:  # its header says less
                    _too_large(cls, archive, name, limit, "more")
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.remove(partial)
        raise


def zip_entries(file):
    """How many members a zip file's directory has room for, by the record at its end."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - (1 << 16) - _END.size))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or at + _END.size > len(tail):
        return 0  # no zip file: its reader says so
    room = _END.unpack_from(tail, at)[5]
    wide = at - 20 - _WIDE_END.size
    if wide >= 0 and tail[wide : wide + 4] == b"PK\6\6" and tail[at - 20 : at - 16] == b"PK\6\7":
        room = _WIDE_END.unpack_from(tail, wide)[8]
    return min(room, size) // _LEAST_ENTRY


def check_entries(archive, count, cls):
    """Raise ``cls`` where an archive has more members than ``archive_entries``."""
    limit = _config.get("archive_entries")
    if count > limit:
        fail(
            cls,
            archive,
            "the archive has too many members",
            expected=f"at most {limit}",
            got=count,
            hint="the environment variable MXNET_XLA_ARCHIVE_ENTRIES raises the limit",
        )


def _too_large(cls, archive, name, limit, got):
    fail(
        cls,
        archive,
        f"member {name!r} is too large" if name else "the archive unpacks to too much",
        expected=f"at most {limit} bytes",
        got=got,
        hint="the environment variable MXNET_XLA_ARCHIVE_BYTES raises the limit",
    )
