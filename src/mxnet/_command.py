"""What the package's commands have in common."""

import os
import sys

__all__ = ["called_by"]


def called_by(module):
    """How the user called a command: ``mxnet-convert``, or ``python -m mxnet.convert``.

    Parameters
    ----------
    module : str    the command's module, e.g. 'mxnet.convert'

    Returns
    -------
    str    a name that works when it is typed again
    """
    # An installed command is a small script of that name; Windows calls it mxnet-convert.exe.
    name = os.path.splitext(os.path.basename(sys.argv[0]))[0] if sys.argv else ""
    return name if name.startswith("mxnet-") else f"python -m {module}"
