"""Exported networks are the original's files, byte for byte."""

import json
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_symbol_files_are_byte_equal():
    """Every vision network, recurrent layers and cells unrolled, layers, arithmetic."""
    recorder = runpy.run_path(str(ROOT / "tools" / "oracle" / "symbol_digests.py"))
    recorded = json.loads((ROOT / "tests" / "data" / "symbol" / "digests.json").read_text())
    found = recorder["digests"]()
    assert sorted(found) == sorted(recorded)
    assert [name for name in recorded if found[name] != recorded[name]] == []
