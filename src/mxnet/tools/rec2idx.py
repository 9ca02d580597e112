"""Make the index of a record file: ``python -m mxnet.tools.rec2idx FILE.rec FILE.idx``."""

import argparse
import sys

from .. import recordio
from .._frontend.examples import attach_to as _attach_examples_to
from ..error import MXNetError

__all__ = ["make_index", "main"]


def make_index(record, index, skip_broken=False):
    """Write the index of a record file, with the keys 0, 1, 2 ...

    Parameters
    ----------
    record, index : str       the files
    skip_broken : bool        leave out what cannot be read, and go on at the next whole record

    Returns
    -------
    records : int
    skipped : int   bytes left out

    Raises
    ------
    MXNetError    the record file is missing
    FormatError   it is broken: offset and number of the first record that is
    """
    file = recordio.RecordFile(record)
    skipped = 0
    if skip_broken:
        offsets, at = [], file.find(0)
        skipped = at
        while at < file.size:
            offsets.append(at)
            _, end = file.read(at)
            at = file.find(end)
            skipped += max(0, at - end)
    else:
        offsets = file.offsets()
    file.close()
    with open(index, "w", encoding="utf-8") as out:
        out.writelines(f"{key}\t{at}\n" for key, at in enumerate(offsets))
    return len(offsets), skipped


def main(argv=None):
    """Run the program. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m mxnet.tools.rec2idx", description="Make the index of a record file."
    )
    parser.add_argument("record", help="the record file")
    parser.add_argument("index", help="the index to write")
    parser.add_argument(
        "--skip-broken",
        action="store_true",
        help="leave out what cannot be read, and count it (default: an error)",
    )
    options = parser.parse_args(argv)
    try:
        count, skipped = make_index(options.record, options.index, options.skip_broken)
    except MXNetError as error:
        parser.exit(2, f"{error}\n")
    told = f", {skipped} bytes left out" if skipped else ""
    sys.stdout.write(f"{options.index}: {count} records{told}\n")
    return 0


_attach_examples_to(globals())

if __name__ == "__main__":
    sys.exit(main())
