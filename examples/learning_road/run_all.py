"""Run the lessons of both roads in order, then print one table and draw the loss curves.

    python examples/learning_road/run_all.py             all lessons
    python examples/learning_road/run_all.py 04 n06      the lessons whose names begin so
    python examples/learning_road/run_all.py n           the second road, with the NumPy interface
    python examples/learning_road/run_all.py --smoke     a few steps of each

The lessons share one process, so MXNet is started once. A lesson that fails does not stop the
others; the exit status tells whether any of them failed or missed what it must reach.
"""

import argparse
import importlib.util
import json
import sys
import time
import traceback
from pathlib import Path

import road

from mxnet import npx

EXAMPLES = Path(__file__).resolve().parents[1]
LESSONS = (
    *sorted((EXAMPLES / "learning_road").glob("[0-9][0-9]_*.py")),
    *sorted((EXAMPLES / "numpy_road").glob("n[0-9][0-9]_*.py")),
)
PICTURE = road.BUILD_DIR / "learning_road.png"
HEAD = ("lesson", "data", "epochs", "loss", "accuracy", "seconds", "compiled", "verdict")
TEXT_COLUMNS = {0, 1, 7}  # to the left; numbers to the right


def run_lesson(path, argv):
    """Run one lesson in this process; an error becomes a result that says so."""
    started = time.perf_counter()
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # as when the lesson is run alone
    try:
        spec = importlib.util.spec_from_file_location(f"lesson_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.main(argv)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the next lesson shall still run
        traceback.print_exc()
        seconds = round(time.perf_counter() - started, 3)
        message = f"{type(error).__name__}: {error}"
        return {"lesson": path.stem, "seconds": seconds, "passed": False, "error": message}
    finally:
        npx.reset_np()  # the next lesson says itself which semantics it wants


def verdict(result):
    if "error" in result:
        return "FAILED"
    if not result["passed"]:
        return "MISSED"
    return "smoke" if result["smoke"] else "reached"


def table(results):
    """Return the results as lines of text, one a lesson, columns aligned."""

    def number(value, form):
        return "-" if value is None else format(value, form)

    rows = [HEAD]
    for r in results:
        rows.append(
            (
                r["lesson"],
                " ".join(w for w in r.get("data", "-").split() if not w[0].isdigit()),
                number(r.get("epochs"), "d"),
                number(r.get("final_loss"), ".3g"),
                number(r.get("test_accuracy"), ".4f"),
                number(r["seconds"], ".1f"),
                number(r.get("compiled"), "d"),
                verdict(r),
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows)]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in TEXT_COLUMNS else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    )


def main(argv=None):
    """Run the lessons asked for; return the exit status."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=road.HelpFormatter)
    p.add_argument("names", nargs="*", metavar="LESSON", help="beginning of a lesson's name")
    p.add_argument("--smoke", action="store_true", help="a few steps; thresholds not enforced")
    p.add_argument("--ctx", choices=("cpu", "gpu"), default="cpu", help="where to train")
    p.add_argument("--seed", type=int, default=0, help="the same for all lessons")
    p.add_argument("--data-dir", default=str(road.DATA_DIR), help="folder with the four idx files")
    p.add_argument(
        "--out",
        metavar="PNG",
        help=f"picture of the loss curves (default: build/{PICTURE.name}; of some lessons only: "
        f"build/{PICTURE.stem}-LESSON.png)",
    )
    p.add_argument("--json", metavar="FILE", help="write the results here, one line a lesson")
    args = p.parse_args(argv)

    lessons = LESSONS
    for name in args.names:
        if not any(path.stem.startswith(name) for path in lessons):
            known = ", ".join(path.stem for path in lessons)
            p.error(f"no lesson's name begins with {name!r}; there are {known}")
    if args.names:
        lessons = [path for path in lessons if path.stem.startswith(tuple(args.names))]

    some = "".join(f"-{name}" for name in args.names)
    picture = args.out or str(PICTURE.with_stem(PICTURE.stem + some))
    options = ["--ctx", args.ctx, "--seed", str(args.seed), "--data-dir", args.data_dir]
    options += ["--smoke"] if args.smoke else []
    started, results = time.perf_counter(), []
    for i, path in enumerate(lessons, 1):
        print(f"\n[{i}/{len(lessons)}] {path.stem}", flush=True)
        results.append(run_lesson(path, options))
    seconds = time.perf_counter() - started

    print(f"\n{table(results)}\n\n{len(results)} lessons in {seconds:.1f} s")
    for result in results:
        if "error" in result:
            print(f"{result['lesson']} failed: {result['error']}")
    if args.json:
        lines = "".join(json.dumps(result, default=float) + "\n" for result in results)
        Path(args.json).write_text(lines, encoding="utf-8")
    drawn = [result for result in results if "error" not in result]
    if drawn:
        try:
            road.plot(drawn, picture)
            print(f"loss curves: {picture}")
        except SystemExit as error:  # without matplotlib the numbers are still worth having
            print(f"no loss curves drawn: {error}", file=sys.stderr)
    return 0 if all(result["passed"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
