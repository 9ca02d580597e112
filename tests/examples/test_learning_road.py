"""The lessons run as a newcomer runs them: as programs, on the embedded images."""

import ast
import importlib
import json
import math
import os
import re
from pathlib import Path

import pytest

import mxnet as mx
from support import prepared

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ROAD = EXAMPLES / "learning_road"
FIRST = sorted(ROAD.glob("[0-9][0-9]_*.py"))
SECOND = sorted((EXAMPLES / "numpy_road").glob("n[0-9][0-9]_*.py"))
PROGRAMS = {path.stem: path for path in (*FIRST, *SECOND, ROAD / "run_all.py")}
LESSONS = [path.stem for path in (*FIRST, *SECOND)]
REGRESSION = "02_linear_regression_scratch"
SOFTMAX = "04_softmax_regression_scratch"
LATE = "operators met anew from the third step on"
NOTHING = {"lesson": "nothing", "seconds": 0.0, "smoke": True}
PNG = b"\x89PNG\r\n\x1a\n"
HEAD = "lesson data epochs loss accuracy seconds compiled verdict"


def run(program, *arguments):
    """Run a program of the roads; return its exit status, output and messages."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}  # not the developer's language
    done = prepared.run([PROGRAMS[program], *arguments], env=environment)
    return done.returncode, done.stdout, done.stderr


def read_lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def row(table, lesson):
    """The cells of a lesson's line in the table of run_all."""
    (line,) = [line for line in table.splitlines() if line.startswith(f"{lesson}  ")]
    return [cell for cell in line.split("  ") if cell]


def test_the_roads_have_all_their_lessons():
    numbers = [name.split("_")[0] for name in LESSONS]
    assert numbers == [f"{i:02d}" for i in range(1, 13)] + [f"n{i:02d}" for i in range(1, 11)]


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_in_smoke_mode(lesson, tmp_path):
    status, out, messages = run(lesson, "--smoke", "--json", tmp_path / "result.json")
    assert status == 0, out + messages
    (result,) = read_lines(tmp_path / "result.json")
    assert result["lesson"] == lesson
    assert result["smoke"] is True
    assert result["epochs"] == 2
    assert isinstance(result["compiled"], int)
    assert math.isfinite(result["final_loss"])
    assert result["checks"], "a lesson states what must be reached"
    assert all(math.isfinite(check["value"]) for check in result["checks"])
    assert lesson in messages  # the progress bar's title
    late = [check["value"] for check in result["checks"] if check["what"] == LATE]
    assert late == ([0] if PROGRAMS[lesson] in SECOND else [])  # six steps of each training


def test_a_lesson_reaches_what_it_states(tmp_path):
    status, out, messages = run(REGRESSION, "--plot", tmp_path / "curve.png")
    assert status == 0, out + messages
    assert out.count("must be <= 0.01: reached") == 2
    assert (tmp_path / "curve.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("lr", ["1e-6", "1e6"], ids=["too slow", "diverges to nan"])
def test_a_lesson_that_misses_its_threshold_fails(lr, tmp_path):
    result_file = tmp_path / "result.json"
    status, out, messages = run(REGRESSION, "--epochs", 1, "--lr", lr, "--json", result_file)
    assert status == 1, out + messages
    assert "error of w" in out
    assert "must be <= 0.01: MISSED" in out
    (result,) = read_lines(result_file)
    assert result["passed"] is False


@pytest.mark.parametrize(
    "option", [("--batch-size", "0"), ("--epochs", "-1"), ("--lr", "nan")], ids=" ".join
)
def test_numbers_that_make_no_sense_are_refused(option):
    status, _, messages = run(REGRESSION, *option)
    assert status == 2
    assert f"expected a number greater than 0, got {option[1]}" in messages


@pytest.mark.skipif(mx.context.num_gpus() > 0, reason="there is a GPU")
def test_asking_for_a_gpu_that_is_not_there():
    status, _, messages = run(REGRESSION, "--smoke", "--ctx", "gpu")
    assert status == 1
    assert "gpu(0): no such device: this machine offers cpu(0)" in messages


def test_run_all_prints_one_table_and_draws_the_curves(tmp_path):
    picture, results = tmp_path / "new" / "curves.png", tmp_path / "results.json"
    status, out, messages = run("run_all", "--smoke", "--out", picture, "--json", results)
    assert status == 0, out + messages
    assert [result["lesson"] for result in read_lines(results)] == LESSONS
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert lines.count(HEAD) == 1
    first = lines.index(HEAD)
    assert max(map(len, out.splitlines()[first : first + 2 + len(LESSONS)])) <= 100
    for lesson in LESSONS:
        assert row(out, lesson)[-1].strip() == "smoke"
    assert row(out, SOFTMAX)[1].strip() == "Fashion-MNIST"
    assert picture.read_bytes().startswith(PNG)


CHINESE = "[\u4e00-\u9fff]"


@pytest.mark.parametrize("lesson", LESSONS)
def test_each_lesson_is_told_in_two_languages(lesson, monkeypatch):
    """Title, story and what must be reached, paragraph by paragraph."""
    monkeypatch.syspath_prepend(str(ROAD))
    told_doc = importlib.import_module("telling").told_doc
    doc = ast.get_docstring(ast.parse(PROGRAMS[lesson].read_text("utf-8")))
    english, chinese = (told_doc(doc, language).split("\n\n") for language in ("en", "zh"))
    assert len(english) == len(chinese)
    number = re.sub("^(n?)0", r"\1", lesson.split("_")[0])
    assert english[0].startswith(f"Lesson {number}: ")
    assert chinese[0].startswith(f"第 {number} 课：")
    assert english[-1].startswith("Must reach: ")
    assert chinese[-1].startswith("须达到：")
    assert not re.search(CHINESE, "".join(english))
    assert all(re.search(CHINESE, paragraph) for paragraph in chinese)


def test_a_lesson_in_chinese(tmp_path):
    arguments = ["--language", "zh", "--json", tmp_path / "result.json"]
    status, out, messages = run(REGRESSION, *arguments)
    assert status == 0, messages
    title, *verdicts = out.splitlines()
    assert title == "第 2 课：线性回归，每一部分都亲手写。"
    (result,) = read_lines(tmp_path / "result.json")
    assert [check["what"] for check in result["checks"]] == ["error of w", "error of b"]
    assert verdicts == [
        f"{REGRESSION}: {name} 的误差 = {check['value']:.4g}，须 <= 0.01：达到"
        for name, check in zip("wb", result["checks"], strict=True)
    ]


@pytest.mark.parametrize(
    ("environment", "chinese"),
    [
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_TW.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "de_DE.UTF-8"}, False),
    ],
    ids=str,
)
def test_the_environment_chooses_the_language(environment, chinese, monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(ROAD))
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        importlib.import_module("run_all").main(["--help"])
    assert bool(re.search(CHINESE, capsys.readouterr().out)) == chinese


def test_the_table_in_chinese(monkeypatch):
    """Its columns stand below one another on a terminal, where a Chinese character takes two."""
    monkeypatch.syspath_prepend(str(ROAD))
    run_all, telling = map(importlib.import_module, ("run_all", "telling"))
    results = [
        {**NOTHING, "passed": True, "data": "合成数据", "epochs": 4, "final_loss": 0.5},
        {**NOTHING, "passed": False, "data": "Fashion-MNIST 10000+2000", "epochs": 12},
        {**NOTHING, "passed": False, "error": "..."},
    ]
    head, _, *rows = run_all.table(results, "zh").splitlines()
    assert head.split() == "课程 数据 轮数 损失 准确率 秒 编译 结果".split()
    assert [row.split()[-1] for row in rows] == ["试运行", "未达到", "出错"]
    begins = [telling.columns(line[: len(line) - len(line.split()[-1])]) for line in (head, *rows)]
    assert len(set(begins)) == 1


def test_what_is_new_late_is_seen(tmp_path):
    """A step that meets a new shape each time, counted as a lesson counts its own."""
    program = tmp_path / "late.py"
    program.write_text(
        f"import sys; sys.path.append({str(ROAD)!r})\n"
        "from road import Lesson, leave\n"
        "from mxnet import nd\n"
        "lesson = Lesson('late', 'doc', epochs=1, batch_size=1, lr=1.0)\n"
        "for _ in lesson.epochs():\n"
        "    for n in lesson.steps(range(10, 15)):\n"
        "        loss = float((nd.ones(n) * 3).sum().asscalar())\n"
        "    lesson.log(loss)\n"
        "leave(lesson.finish())\n"
    )
    done = prepared.run([program])
    assert done.returncode == 1, done.stderr
    assert f"late: {LATE} = 9, must be <= 0: MISSED" in done.stdout


def test_run_all_goes_on_after_a_lesson_that_fails(tmp_path):
    for split in ("train", "t10k"):
        for kind in ("images-idx3", "labels-idx1"):
            (tmp_path / f"{split}-{kind}-ubyte.gz").write_bytes(b"not an idx file")
    arguments = ["04", "02", "--smoke", "--data-dir", tmp_path, "--out", tmp_path / "curves.png"]
    status, out, messages = run("run_all", *arguments)
    assert status == 1
    assert row(out, REGRESSION)[-1].strip() == "smoke"
    assert row(out, SOFTMAX)[-1].strip() == "FAILED"
    assert f"{SOFTMAX} failed: " in out
    assert "Traceback" in messages
    assert (tmp_path / "curves.png").read_bytes().startswith(PNG)


def test_help_shows_defaults():
    for lesson, expected in ((REGRESSION, "(default: 10)"), ("run_all", "(default: cpu)")):
        status, out, _ = run(lesson, "--help")
        assert status == 0
        assert expected in out
        assert "default: None" not in out


def test_no_picture_takes_the_place_of_another(tmp_path, monkeypatch):
    """Without a name, a picture is called as what it shows."""
    monkeypatch.syspath_prepend(str(ROAD))
    road, run_all = importlib.import_module("road"), importlib.import_module("run_all")
    monkeypatch.setattr(road, "BUILD_DIR", tmp_path)
    pictures = {road.parser("", name).parse_args(["--plot"]).plot for name in LESSONS}
    assert pictures == {str(tmp_path / f"{name}.png") for name in LESSONS}
    drawn = []
    monkeypatch.setattr(run_all.road, "plot", lambda results, path: drawn.append(Path(path).name))
    monkeypatch.setattr(run_all, "run_lesson", lambda path, argv: {"passed": True, **NOTHING})
    for names in ([], ["04"], ["04", "n06"], ["n"]):
        assert run_all.main(names) == 0
    assert drawn == [f"learning_road{e}.png" for e in ("", "-04", "-04-n06", "-n")]


def test_run_all_names_the_lessons_when_there_is_no_such_one():
    status, _, messages = run("run_all", "99")
    assert status == 2
    assert "n10_attention" in messages
    assert "'99'" in messages
    assert REGRESSION in messages
