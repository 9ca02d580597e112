"""Run the lessons of both roads in order, then print one table and draw the loss curves.

    python examples/learning_road/run_all.py             all lessons
    python examples/learning_road/run_all.py 04 n06      the lessons whose names begin so
    python examples/learning_road/run_all.py n           the second road, with the NumPy interface
    python examples/learning_road/run_all.py --smoke     a few steps of each

The lessons share one process, so MXNet is started once. A lesson that fails does not stop the
others; the exit status tells whether any of them failed or missed what it must reach.

依次运行两条路上的课程，最后打印一张表，并画出损失曲线。

    python examples/learning_road/run_all.py             全部课程
    python examples/learning_road/run_all.py 04 n06      名字以此开头的课程
    python examples/learning_road/run_all.py n           第二条路，使用 NumPy 接口
    python examples/learning_road/run_all.py --smoke     每课只做几步

各课在同一个进程里运行，所以 MXNet 只启动一次。某一课失败不妨碍其余各课；退出状态表明
是否有哪一课失败，或没有达到要求。
"""

import importlib.util
import json
import sys
import time
import traceback
from pathlib import Path

import road
from telling import columns, language_of, padded, told

from mxnet import npx

EXAMPLES = Path(__file__).resolve().parents[1]
LESSONS = (
    *sorted((EXAMPLES / "learning_road").glob("[0-9][0-9]_*.py")),
    *sorted((EXAMPLES / "numpy_road").glob("n[0-9][0-9]_*.py")),
)
PICTURE = road.BUILD_DIR / "learning_road.png"
HEAD = (
    "lesson · 课程",
    "data · 数据",
    "epochs · 轮数",
    "loss · 损失",
    "accuracy · 准确率",
    "seconds · 秒",
    "compiled · 编译",
    "verdict · 结果",
)
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
        return "FAILED · 出错"
    if not result["passed"]:
        return "MISSED · 未达到"
    return "smoke · 试运行" if result["smoke"] else "reached · 达到"


def table(results, language="en"):
    """Return the results as lines of text, one a lesson, columns aligned."""

    def number(value, form):
        return "-" if value is None else format(value, form)

    rows = [tuple(told(word, language) for word in HEAD)]
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
                told(verdict(r), language),
            )
        )
    widths = [max(map(columns, column)) for column in zip(*rows)]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(
            padded(cell, width, right=column not in TEXT_COLUMNS)
            for column, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    )


def main(argv=None):
    """Run the lessons asked for; return the exit status."""
    language = language_of(argv)
    p = road.Parser(__doc__, language)

    def tell(text):
        return told(text, language)

    p.add_argument(
        "names",
        nargs="*",
        metavar="LESSON",
        help=tell("beginning of a lesson's name · 课程名的开头"),
    )
    p.add(
        "--smoke",
        action="store_true",
        help="a few steps; thresholds not enforced · 只做几步，不强制须达到的数值",
    )
    p.add("--ctx", choices=("cpu", "gpu"), default="cpu", help="where to train · 在哪里训练")
    p.add("--seed", type=int, default=0, help="the same for all lessons · 随机种子，各课相同")
    p.add(
        "--data-dir",
        default=str(road.DATA_DIR),
        help="folder with the four idx files · 存放四个 idx 文件的文件夹",
    )
    name, some = f"build/{PICTURE.name}", f"build/{PICTURE.stem}-LESSON.png"
    p.add(
        "--out",
        metavar="PNG",
        help=f"picture of the loss curves (default: {name}; of some lessons only: {some}) · "
        f"损失曲线的图片（默认 {name}；只运行部分课程时为 {some}）",
    )
    p.add(
        "--json",
        metavar="FILE",
        help="write the results here, one line a lesson · 把结果写到这里，每课一行",
    )
    args = p.parse_args(argv)

    lessons = LESSONS
    for name in args.names:
        if not any(path.stem.startswith(name) for path in lessons):
            known = ", ".join(path.stem for path in lessons)
            p.error(
                tell(
                    f"no lesson's name begins with {name!r}; there are {known} · "
                    f"没有名字以 {name!r} 开头的课程；现有 {known}"
                )
            )
    if args.names:
        lessons = [path for path in lessons if path.stem.startswith(tuple(args.names))]

    some = "".join(f"-{name}" for name in args.names)
    picture = args.out or str(PICTURE.with_stem(PICTURE.stem + some))
    options = ["--ctx", args.ctx, "--seed", str(args.seed), "--data-dir", args.data_dir]
    options += ["--language", args.language]
    options += ["--smoke"] if args.smoke else []
    started, results = time.perf_counter(), []
    for i, path in enumerate(lessons, 1):
        print(f"\n[{i}/{len(lessons)}] {path.stem}", flush=True)
        results.append(run_lesson(path, options))
    seconds = time.perf_counter() - started

    print(f"\n{table(results, args.language)}\n")
    n = len(results)
    print(tell(f"{n} lessons in {seconds:.1f} s · 共 {n} 课，用时 {seconds:.1f} 秒"))
    for result in results:
        if "error" in result:
            name, error = result["lesson"], result["error"]
            print(tell(f"{name} failed: · {name} 出错："), error)
    if args.json:
        lines = "".join(json.dumps(result, default=float) + "\n" for result in results)
        Path(args.json).write_text(lines, encoding="utf-8")
    drawn = [result for result in results if "error" not in result]
    if drawn:
        try:
            road.plot(drawn, picture)
            print(tell("loss curves: · 损失曲线："), picture)
        except SystemExit as error:  # without matplotlib the numbers are still worth having
            print(tell("no loss curves drawn: · 没有画损失曲线："), error, file=sys.stderr)
    return 0 if all(result["passed"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
