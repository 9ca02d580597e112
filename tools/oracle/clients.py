"""Record under the original what client libraries compute: ``python clients.py [PROGRAM ...]``.

``CLIENTS`` names the folder the libraries (see ``tests/clients``) and what they need are in; it is
looked at last, so that the original keeps its own NumPy.
"""

import json
import os
import sys
from pathlib import Path

import mxnet as mx

if "CLIENTS" in os.environ:
    sys.path.append(os.environ["CLIENTS"])
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "clients"))
from programs import PROGRAMS  # noqa: E402

FILE = ROOT / "tests" / "data" / "clients" / "records.json"


def main(names):
    """Run programs and keep what they give."""
    records = json.loads(FILE.read_text()) if FILE.exists() else {}
    for name in names or PROGRAMS:
        records[name] = PROGRAMS[name](mx)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(records, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
