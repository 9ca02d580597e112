"""The site: the reference is complete, both languages build, nothing is fetched."""

import importlib
import importlib.util
import json
import os
import pkgutil
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

import mxnet as mx

from . import pages, site

NAMES = json.loads((pages.ROOT / "tests/data/names-1.9.1.json").read_text("utf-8"))["modules"]
reference = site.module("reference")
WRITER = reference.Writer("en")
PAGES = WRITER.pages()
ENTRIES = {
    name.split("(")[0]
    for text in PAGES.values()
    for name in re.findall(r"^(?:\.\. py:\w+::| {10,20}) ?(mxnet[\w.]+)", text, re.MULTILINE)
}
SAME = {other: name for name, others in reference.ALSO.items() for other in others}


def reached(space):
    """The module that users reach under a name, or None."""
    try:
        return reference.module_of(space)
    except AttributeError:
        return None


# ----------------------------------------------------------------------------- what is in it


@pytest.mark.parametrize("module", NAMES)
def test_every_public_name_has_an_entry(module):
    """Names of 1.9.1, as far as they are here; test_names_of_1_9_1 says which are not."""
    space = module.removeprefix("mxnet").lstrip(".")
    space = SAME.get(space, space)
    there = reached(space)
    names = [n for n in NAMES[module] if callable(getattr(there, n, None))]
    # a module's names that it merely imports have their entry where they belong
    elsewhere = {n for n in names if id(getattr(there, n)) in WRITER.home}
    missing = [n for n in names if reference.full(space, n) not in ENTRIES]
    assert [n for n in missing if n not in elsewhere] == []


@pytest.mark.parametrize("space", [s.name for s in reference.SPACES])
def test_every_declared_name_has_an_entry(space):
    names = reference.names_of(space)
    assert [n for n in names if reference.full(space, n) not in ENTRIES] == []


@pytest.mark.parametrize("space", reference.HELPERS)
def test_helpers_are_there_and_no_names_of_1_9_1(space):
    assert [n for n in reference.HELPERS[space] if not hasattr(reference.module_of(space), n)] == []
    assert reference.HELPERS[space] & set(NAMES.get(f"mxnet.{space}", ())) == set()


# written for one caller, or what the original's Python internals were called
INTERNAL = (
    "mxnet.numpy.multiarray mxnet.numpy_dispatch_protocol mxnet.numpy_op_fallback"
    " mxnet.numpy_op_signature mxnet.notebook mxnet.module.executor_group mxnet.optimizer.descent"
).split()


def public_modules():
    """Modules whose name has no underscore in front."""
    names = [i.name for i in pkgutil.walk_packages(mx.__path__, "mxnet.")]
    return [n for n in names if "._" not in n and not n.startswith(tuple(INTERNAL))]


def test_every_class_and_function_of_a_public_module_has_an_entry():
    lost = set()
    for name in public_modules():
        module = importlib.import_module(name)
        for public in getattr(module, "__all__", ()):
            value = getattr(module, public)
            ours = getattr(value, "__module__", None) == name
            known = id(value) in WRITER.home or f"mxnet.{name[6:]}.{public}" in ENTRIES
            is_op = name.startswith("mxnet.symbol") or name == "mxnet.ndarray.op"
            helper = public in reference.HELPERS.get(name[6:].lstrip("."), ())
            if (
                public[0] != "_"
                and ours
                and callable(value)
                and not known
                and not (is_op or helper)
            ):
                lost.add(f"{name}.{public}")
    assert sorted(lost) == []


def test_an_entry_has_signature_shapes_and_errors():
    text = PAGES["nd-networks"]
    entry = text[text.index(".. py:function:: mxnet.nd.FullyConnected") :]
    entry = entry[: entry.index(".. py:function::", 10)]
    assert "(data, weight, bias=None, num_hidden" in entry
    assert ":Parameters:" in entry
    assert "(num_hidden, K)" in entry
    assert ":Raises:" in entry
    assert "``ShapeError``" in entry


@pytest.mark.parametrize("page", PAGES)
def test_every_section_of_a_docstring_is_read(page):
    """A heading that the parser did not know would be a title within an entry, or code."""
    left = re.findall(r"^ +(?=\S)(.+)\n +-{3,}$", PAGES[page], re.MULTILINE)
    assert left == []


@pytest.mark.parametrize(
    "shown",
    [
        "mxnet.np.allclose(a, b, rtol=1e-05, atol=1e-08",
        "mxnet.np.pv(rate, nper, pmt, fv=0, when='end')",
        "mxnet.np.interp(x, xp, fp, left=None",
        "mxnet.np.linalg.multi_dot(arrays",
    ],
)
def test_functions_that_numpy_computes_have_its_parameters(shown):
    assert any(f"py:function:: {shown}" in text for text in PAGES.values())


def test_both_languages_have_the_same_pages():
    assert list(reference.Writer("zh").pages()) == list(PAGES)


def test_common_names_have_a_chinese_sentence():
    summaries = site.module("chinese_summaries").SUMMARIES
    pages_zh = reference.Writer("zh").pages()
    entries = "\n".join(pages_zh.values())
    assert len(summaries) >= 100
    for name, sentence in summaries.items():
        space, _, public = name.rpartition(".")
        assert hasattr(reference.module_of(space), public), name
        assert f"\n   {sentence}\n" in entries, name
        assert sentence not in "".join(PAGES.values())


def test_markup_is_what_was_meant():
    assert reference.inline("(*S, K) of *args, |x|, a_ and ``*x``") == (
        r"(\*S, K) of \*args, \|x\|, a\_ and ``*x``"
    )
    assert reference.inline("an *alias*") == "an *alias*"
    head, body = reference.entries("x : int   the first\n    and more\ny : float")[0]
    assert reference.item("Parameters", head, body) == "**x** : int\n    the first\n    and more"
    assert reference.item("Raises", "ShapeError   if not", "") == "``ShapeError``\n    if not"


def test_chinese_text_is_cut_in_pairs():
    pytest.importorskip("sphinx", reason="the extra docs is not installed")
    split = site.module("chinese_search").split
    assert split("自动求导 autograd用法") == ["自动", "动求", "求导", "autograd", "用法"]
    assert split("层") == ["层"]
    assert split("nd.dot与") == ["nd", "dot", "与"]


def test_lines_of_chinese_text_are_joined_without_a_space():
    stage = site.module("stage")
    code = "\n| 表 |\n```\n甲，\n乙\n```\n"
    text = f"# 标题\n\n算子先\n收集，\n`x` 用\nXLA。\n- 一\n  二：\n- 三\n{code}"
    joined = stage.outside_code(lambda part: stage.BREAK.sub("", part), text)
    assert joined == f"# 标题\n\n算子先收集，`x` 用\nXLA。\n- 一二：\n- 三\n{code}"


def test_a_page_of_the_site_does_not_lead_to_itself_as_its_translation(tmp_path):
    stage = site.module("stage")
    for language in ("en", "zh"):
        (tmp_path / language).mkdir()
        stage.stage(language, tmp_path / language)
        for page in ("reliability", "deployment", "differences"):
            text = (tmp_path / language / f"{page}.md").read_text("utf-8")
            assert text.startswith("# ")
            assert f"]({page}.md)" not in text


# ------------------------------------------------------------------------------------- building

if importlib.util.find_spec("sphinx") and importlib.util.find_spec("myst_nb"):
    AWAY = None
else:
    AWAY = "needs the docs extra: pip install '.[docs]'"


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The folder of a built site; MXNET_TEST_SITE names one that is there already."""
    if there := os.environ.get("MXNET_TEST_SITE"):
        return Path(there)
    if AWAY:
        pytest.skip(AWAY)
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, pages.ROOT / "docs/site/build.py", "--out", out]
    run = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert run.returncode == 0, run.stderr + run.stdout
    return out


def test_pages_are_there_in_both_languages(built):
    nav = site.module("nav")
    assert "en/index.html" in (built / "index.html").read_text()
    for language in nav.LANGUAGES:
        written = {
            p.relative_to(built / language).as_posix() for p in (built / language).rglob("*.html")
        }
        wanted = [p for p in nav.pages() if site.module("stage").exists(p)]
        assert {f"{page}.html" for page in wanted} <= written
        assert len(written) > 100


def test_the_index_of_objects_is_complete(built):
    raw = (built / "en" / "objects.inv").read_bytes()
    lines = zlib.decompress(raw.split(b"\n", 4)[4]).decode().splitlines()
    listed = {line.split(" ")[0] for line in lines}
    assert {"mxnet.nd.relu", "mxnet.np.sum", "mxnet.gluon.nn.Dense"} <= listed
    assert listed >= ENTRIES


def test_nothing_comes_from_elsewhere(built):
    loads = re.compile(
        r"<(?:script|img|iframe|source)[^>]*\ssrc=\"(?:https?:)?//"
        r"|<link[^>]*rel=\"(?:stylesheet|preload|icon)\"[^>]*href=\"(?:https?:)?//"
    )
    for page in built.rglob("*.html"):
        assert not loads.search(page.read_text("utf-8")), page
    for style in built.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", style.read_text("utf-8"))


def test_links_inside_lead_somewhere(built):
    lost = set()
    for page in built.glob("*/**/*.html"):
        for target in re.findall(r'href="([^"]+)"', page.read_text("utf-8")):
            path = target.split("#")[0].split("?")[0]
            if path and ":" not in path and not (page.parent / path).resolve().exists():
                lost.add((page.relative_to(built).as_posix(), target))
    assert sorted(lost)[:10] == []


def test_untranslated_pages_say_so(built):
    note = site.module("nav").UNTRANSLATED
    assert note in (built / "zh/changelog.html").read_text("utf-8")
    assert note not in (built / "en/changelog.html").read_text("utf-8")
    for page in ("install", "architecture", "site-design"):
        assert note not in (built / f"zh/{page}.html").read_text("utf-8")


def test_the_package_is_the_one_described(built):
    assert mx.__version__ in (built / "en/index.html").read_text("utf-8")
