"""Taking files out of zip archives, which may be damaged or much larger than they look."""

import os
import zipfile
import zlib

from . import _config
from .error import FormatError, MXNetError, fail

__all__ = ["extract_member"]

_PIECE = 1 << 20
# what zipfile raises: damage, an unknown compression, a password
_DAMAGE = (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError, ValueError)


def extract_member(archive, name, path, cls: type[MXNetError] = FormatError):
    """Write one member of a zip archive, whatever its folder, to ``path``.

    Raises
    ------
    cls   the archive is damaged, lacks the member, or unpacks to more than ``archive_bytes``
    """
    limit = _config.get("archive_bytes")
    partial = path + ".part"
    try:
        with zipfile.ZipFile(archive) as packed:
            for member in packed.infolist():
                if not member.is_dir() and os.path.basename(member.filename) == name:
                    if member.file_size > limit:
                        _too_large(cls, archive, name, limit, f"{member.file_size} bytes")
                    with packed.open(member) as source, open(partial, "wb") as out:
                        while piece := source.read(_PIECE):
                            out.write(piece)
                            if out.tell() > limit:  # its header says less
                                _too_large(cls, archive, name, limit, "more")
                    os.replace(partial, path)
                    return
    except (OSError, *_DAMAGE) as error:
        if os.path.exists(partial):
            os.remove(partial)
        if isinstance(error, (cls, OSError)):
            raise
        fail(
            cls,
            archive,
            "the archive is damaged or incomplete",
            expected="a whole zip file",
            got=f"{type(error).__name__}: {error}",
        )
    fail(cls, archive, "the archive lacks a file", expected=name, got="other members")


def _too_large(cls, archive, name, limit, got):
    fail(
        cls,
        archive,
        f"member {name!r} is too large",
        expected=f"at most {limit} bytes",
        got=got,
        hint="the environment variable MXNET_XLA_ARCHIVE_BYTES raises the limit",
    )
