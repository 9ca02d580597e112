"""Build the documentation site: ``python docs/site/build.py`` writes it to ``build/docs``.

Both languages are laid out (``stage.py``, ``reference.py``) and built by Sphinx, side by side, each
in a process of its own. Nothing is fetched. A warning is an error.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import nav

FIRST = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>mxnet-xla</title>
<meta name="viewport" content="width=device-width">
<script>
location.replace((navigator.language || "en").startsWith("zh") ? "zh/index.html" : "en/index.html");
</script></head>
<body><p><a href="en/index.html">English</a> · <a href="zh/index.html">中文</a></p></body></html>
"""


def build_one(language, out):
    """Lay out and build one language; return Sphinx's exit status."""
    import reference
    import stage
    from sphinx.cmd.build import main as sphinx

    sources = out / "sources" / language
    # anew each time: an entry that moved to another page would count as being there twice
    for old in (sources, out / "doctrees" / language, out / language):
        shutil.rmtree(old, ignore_errors=True)
    sources.mkdir(parents=True)
    stage.stage(language, sources)
    reference.write(language, sources / "reference")
    os.environ.update(SITE_LANGUAGE=language, SITE_CONFIG=str(HERE))
    return sphinx(
        ["-q", "-W", "--keep-going", "-b", "html", "-c", str(HERE), "-d"]
        + [str(out / "doctrees" / language), str(sources), str(out / language)]
    )


def main(argv=None):
    """Build the languages that are asked for; return how many failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "docs", help="where to build")
    parser.add_argument("--language", choices=nav.LANGUAGES, help="only this one, in this process")
    args = parser.parse_args(argv)
    out = args.out.resolve()
    if args.language:
        return build_one(args.language, out)
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, __file__, "--out", str(out), "--language"]
    runs = [subprocess.Popen([*command, language]) for language in nav.LANGUAGES]
    failed = sum(run.wait() != 0 for run in runs)
    (out / "index.html").write_text(FIRST, encoding="utf-8")
    if not failed:
        print(f"built: {out / 'index.html'}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
