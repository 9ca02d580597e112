"""The pages say what is so: code runs, links lead somewhere, commands exist, both READMEs agree."""

import ast
import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

import mxnet as mx
from support import prepared

from . import pages, site

ROOT = pages.ROOT
READMES = ["README.md", "README.zh-CN.md"]
LANDING = ["docs/index.md", "docs/index.zh-CN.md"]
PAGES = [
    *READMES,
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    *[path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").rglob("*.md"))],
]
BENCHMARKS = [p.relative_to(ROOT).as_posix() for p in sorted((ROOT / "benchmarks").glob("*.md"))]
WITH_CODE = [page for page in PAGES if pages.blocks(page, "python")]


# ------------------------------------------------------------------------------------------ code


@pytest.mark.parametrize("page", WITH_CODE)
def test_python_runs_as_printed(page, capsys):
    if page.startswith("docs/") and mx.engine.engine_type() == "NaiveEngine":
        pytest.skip("the page shows what is lazy")
    pages.run(page)


def test_a_block_that_fails_is_noticed(tmp_path, monkeypatch):
    (tmp_path / "page.md").write_text(
        "```python\na = 1\n```\ntext\n```python\nassert a == 2\n```\n"
    )
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    with pytest.raises(AssertionError) as error:
        pages.run("page.md")
    assert error.traceback[-1].lineno + 1 == 6  # of the page, not of the block


@pytest.mark.parametrize("page", LANDING)
def test_the_first_example_learns(page, capsys):
    scope = pages.run(page)
    w, b = scope["net"][0].weight.data().asnumpy(), scope["net"][0].bias.data().asnumpy()
    assert abs(w - [[2, -3.4]]).max() < 0.01
    assert abs(b - 4.2).max() < 0.01
    assert (scope["x"].grad == 4 * scope["x"]).asnumpy().all()
    assert capsys.readouterr().out.count("epoch") == 3


# -------------------------------------------------------------------------------------- commands


def make_targets():
    text = (ROOT / "Makefile").read_text()
    return {t for line in re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE) for t in line.split()}


def names_in(table):
    """Names that a table of the project has in ``pyproject.toml``."""
    return set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][table])


def commands_amiss(text):
    """What a shell block asks for that is not there."""
    amiss = []
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0] == "make":
            targets = [w for w in words[1:] if "=" not in w and not w.startswith("-")]
            amiss += [f"make {t}" for t in targets if t not in make_targets()]
        elif words[:2] == ["pip", "install"]:
            asked = {e for group in re.findall(r"\[([^]]+)\]", line) for e in group.split(",")}
            amiss += [f"extra {e}" for e in sorted(asked - names_in("optional-dependencies"))]
        elif words[0].endswith("python") and words[1] == "-m":
            found = importlib.util.find_spec(words[2])
            known = Path(found.origin).read_text() if found else ""
            options = [w for w in words if w.startswith("--")]
            amiss += [o for o in options if f'"{o}"' not in known] if found else [words[2]]
        elif words[0].endswith("python"):
            script = ROOT / words[1]
            if not script.is_file():
                amiss.append(words[1])
                continue
            known = script.read_text() + (script.parent / "road.py").read_text()
            options = [w for w in words if w.startswith("--") and w != "--help"]
            amiss += [o for o in options if f'"{o}"' not in known]
        elif words[0] not in names_in("scripts"):
            amiss.append(line)
    return amiss


@pytest.mark.parametrize("page", [p for p in PAGES if pages.blocks(p, "sh")])
def test_commands_exist(page):
    assert [a for _, text in pages.blocks(page, "sh") for a in commands_amiss(text)] == []


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_named_in_the_text_exist(page):
    assert set(re.findall(r"`make ([\w-]+)", pages.prose(page))) <= make_targets()


@pytest.mark.parametrize("page", ["docs/install.md", "docs/install.zh-CN.md"])
def test_the_install_page_names_every_extra(page):
    chooser, table, *_ = pages.tables(page)
    named = {row[0].strip("`") for row in table}
    named |= {extra for row in chooser for extra in re.findall(r"\[(\w+)\]", row[2])}
    assert named == names_in("optional-dependencies") - {"dev", "kernels", "test"}


def test_commands_that_do_not_exist_are_noticed():
    text = "make trian\npip install '.[cuda,rocm]'\npython examples/learning_road/99.py\nsudo"
    assert commands_amiss(text) == [
        "make trian",
        "extra rocm",
        "examples/learning_road/99.py",
        "sudo",
    ]


# ---------------------------------------------------------------------------------------- tables


@pytest.mark.parametrize("page", [*PAGES, *BENCHMARKS])
def test_every_row_belongs_to_a_table_and_has_its_cells(page):
    """A blank line ends a table: rows behind it are shown as text."""
    amiss = []
    for block in re.findall(r"(?:^\|.*\n)+", pages.prose(page), re.MULTILINE):
        # neither escaped nor inside of code
        rows = [re.sub(r"`[^`]*`|\\\|", "", row) for row in block.splitlines()]
        if len(rows) < 2 or not re.fullmatch(r"\|( *:?-+:? *\|)+", rows[1].strip()):
            amiss.append(block[:80])
        amiss += [row for row in rows if row.rstrip().count("|") != rows[0].rstrip().count("|")]
    assert amiss == []


# ----------------------------------------------------------------------------------------- links

REFERENCE = site.module("reference").Writer("en").pages()


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    lost = []
    for target in pages.links(page):
        if "://" in target:
            continue
        path, _, fragment = target.partition("#")
        there = (ROOT / page).parent / path if path else ROOT / page
        if there.suffix == ".rst":  # of the reference, made with the site
            lost += [] if there.stem in REFERENCE and there.parent.name == "reference" else [target]
        elif not there.exists():
            lost.append(target)
        elif fragment:
            name = str(there.resolve().relative_to(ROOT))
            if fragment not in [pages.anchor(text) for _, text in pages.headings(name)]:
                lost.append(target)
    assert lost == []


@pytest.mark.parametrize("page", [p for p in PAGES if ".zh-CN" not in p])
def test_a_page_in_one_language_leads_to_no_heading_of_one_in_two(page):
    """On the Chinese site it would lead to the translation, whose headings have other names."""
    twin = (ROOT / page).with_suffix(".zh-CN.md")
    there = [(ROOT / page).parent / t.split("#")[0] for t in pages.links(page) if "#" in t[1:]]
    two = [t for t in there if t.with_suffix(".zh-CN.md").exists()]
    assert two == [] or twin.exists()


# ----------------------------------------------------------------------------- the two languages


def code_only(text):
    """Python without its comments."""
    return ast.unparse(ast.parse(text))


def test_every_page_of_docs_has_both_languages():
    english = {page for page in PAGES if page.startswith("docs/") and ".zh-CN" not in page}
    assert {page for page, _ in TRANSLATED} == english | {"README.md"}


@pytest.mark.parametrize("page", [page for page in PAGES if ".zh-CN" in page])
def test_a_chinese_page_leads_to_chinese_pages(page):
    """But for its own English text, which its head names."""
    here = (ROOT / page).parent
    own = (ROOT / page.replace(".zh-CN", "")).resolve()
    there = [(here / t.split("#")[0]).resolve() for t in pages.links(page) if ".md" in t]
    english = [t for t in there if ".zh-CN" not in t.name and t != own]
    assert [t.name for t in english if t.with_suffix(".zh-CN.md").exists()] == []


TRANSLATED = [(page.replace(".zh-CN", ""), page) for page in PAGES if page.endswith(".zh-CN.md")]


@pytest.mark.parametrize(("english", "chinese"), TRANSLATED, ids=[pair[0] for pair in TRANSLATED])
def test_both_languages_say_the_same(english, chinese):
    both = english, chinese
    levels = [[level for level, _ in pages.headings(p)] for p in both]
    assert levels[0] == levels[1]
    python = [[code_only(text) for _, text in pages.blocks(p, "python")] for p in both]
    assert python[0] == python[1]
    shell = [
        [
            [line.split("#")[0].strip() for line in text.splitlines()]
            for _, text in pages.blocks(p, "sh")
        ]
        for p in both
    ]
    assert shell[0] == shell[1]
    assert [len(rows) for rows in pages.tables(english)] == [
        len(rows) for rows in pages.tables(chinese)
    ]
    paragraphs = [len(re.findall(r"\n\n(?=[^#|\s-])", pages.prose(p))) for p in both]
    assert paragraphs[0] == paragraphs[1]
    items = [len(re.findall(r"(?m)^ *(?:-|\d+\.) ", pages.prose(p))) for p in both]
    assert items[0] == items[1]
    named = [set(re.findall(r"`+([^`\n]+)`+", pages.prose(p))) for p in both]
    assert named[0] == named[1]
    neutral = [
        sorted({t.split("#")[0].replace(".zh-CN", "") for t in pages.links(p)} - {""}) for p in both
    ]
    assert neutral[0] == neutral[1]


@pytest.mark.parametrize("page", ["docs/lessons/index.md", "docs/lessons/index.zh-CN.md"])
def test_the_tables_of_lessons_are_complete(page):
    for table, road in enumerate(("learning_road", "numpy_road")):
        lessons = sorted(path.name for path in (ROOT / "examples" / road).glob("*[0-9]_*.py"))
        assert lessons
        assert [row[0].strip("`") for row in pages.tables(page)[table]] == lessons


# --------------------------------------------------------------------------- what is there, truly


def named_parts(page):
    """Dotted names that the page on completeness calls there, and not yet there."""
    text = pages.prose(page)
    start = re.search(r"^(There: |已有：)", text, re.MULTILINE).start()
    middle = re.search(r"^(Not yet: |还没有：)", text, re.MULTILINE).start()
    end = (text + "\n\n").index("\n\n", middle)
    pattern = r"`((?:mx|gluon|nd)\.\w+)"
    return [re.findall(pattern, part) for part in (text[start:middle], text[middle:end])]


def exists(name):
    head, attribute = name.split(".")
    return hasattr({"mx": mx, "gluon": mx.gluon, "nd": mx.nd}[head], attribute)


@pytest.mark.parametrize("page", ["docs/status.md", "docs/status.zh-CN.md"])
def test_what_is_there_is_there_and_what_is_not_is_not(page):
    there, missing = named_parts(page)
    assert len(there) >= 8
    assert [name for name in there if not exists(name)] == []
    assert [name for name in missing if exists(name)] == []


@pytest.mark.parametrize("page", LANDING)
def test_each_program_of_the_first_page_runs_alone(page):
    """Readers copy one block; each prints something."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 3
    for block in blocks:
        run = prepared.run(["-c", block])
        assert run.returncode == 0, run.stderr
        assert run.stdout.strip()
        assert "[]" not in run.stdout.splitlines()[-1]
