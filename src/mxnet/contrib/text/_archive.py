"""Taking files out of zip archives."""

import os
import zipfile

from ...error import FormatError, fail

__all__ = ["extract_member"]

_PIECE = 1 << 20


def extract_member(archive, name, path):
    """Write one member of a zip archive, whatever its folder, to ``path``."""
    try:
        with zipfile.ZipFile(archive) as packed:
            for member in packed.infolist():
                if not member.is_dir() and os.path.basename(member.filename) == name:
                    with packed.open(member) as source, open(path + ".part", "wb") as out:
                        while piece := source.read(_PIECE):
                            out.write(piece)
                    os.replace(path + ".part", path)
                    return
    except (zipfile.BadZipFile, EOFError) as error:
        fail(
            FormatError,
            archive,
            "the archive is damaged or incomplete",
            expected="a whole zip file",
            got=str(error),
        )
    fail(FormatError, archive, "the archive lacks a file", expected=name, got="other members")
