"""Lay the sources of one language's site out in a folder: Markdown pages under one set of names.

In the repository a page and its translation lie side by side (``gpu.md``, ``gpu.zh-CN.md``), so
that they can be read where the code is hosted. On the site both languages use the same names in two
folders: the language switch is then a change of folder, and a page without a translation is shown
in English with a line that says so.
"""

import json
import posixpath
import re
import shutil
import tomllib
from pathlib import Path

import nav

ROOT = Path(__file__).resolve().parents[2]
LESSON = re.compile(r"^\| `(\w+)\.py` \|", re.MULTILINE)
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
# a line break in Chinese text is no space: not after a wide sign, nor between two characters
WIDE = "\u3000-\u303f\uff00-\uffef\u201c\u201d"
BREAK = re.compile(
    rf"(?<=[{WIDE}])\n *(?=[^\s|#>:+*-])|(?<=[\u4e00-\u9fff])\n *(?=[\u4e00-\u9fff{WIDE}])"
)
TWIN = re.compile(r"^(?:English: |中文版：)?\[[^\]]*\]\(([^)\s]+)\)\n\n?", re.MULTILINE)
FENCE = re.compile(r"^(```.*?^```\s*?$)", re.MULTILINE | re.DOTALL)
PICTURES = {".svg", ".png", ".gif", ".jpg"}


def source_of(page, language):
    """The file that a page is made from, and whether it is in the language asked for."""
    english = ROOT / nav.ELSEWHERE.get(page, f"docs/{page}.md")
    if language == "zh":
        chinese = english.with_name(english.name.removesuffix(".md") + ".zh-CN.md")
        if chinese.is_file():
            return chinese, True
    return english, language == "en"


def page_of():
    """Repository paths of Markdown files (either language) -> names of pages."""
    found = {"README.md": "index", "README.zh-CN.md": "index"}
    for page in nav.pages():
        english = nav.ELSEWHERE.get(page, f"docs/{page}.md")
        found[english] = found[english.removesuffix(".md") + ".zh-CN.md"] = page
    for road in ("learning_road", "numpy_road"):
        found[f"examples/{road}"] = found[f"examples/{road}/README.md"] = "lessons/index"
    return found


def repository():
    """Where the sources are hosted, or None while the project names no place."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    urls = {name.lower(): url for name, url in project.get("urls", {}).items()}
    return next((urls[n] for n in ("repository", "source", "homepage") if n in urls), None)


def outside_code(change, text):
    """A text in which everything but blocks of code is changed."""
    return "".join(p if p.startswith("```") else change(p) for p in FENCE.split(text))


def relink(text, source, page, out):
    """Let a page's links lead to pages of the site; pictures are copied beside them."""
    known, host = page_of(), repository()
    folder = source.parent.relative_to(ROOT).as_posix()

    def change(match):
        picture, words, target = match.groups()
        if "://" in target or target.startswith(("#", "mailto:")):
            return match[0]
        path, _, fragment = target.partition("#")
        path = posixpath.normpath(posixpath.join(folder, path))
        here = posixpath.dirname(page)
        if (ROOT / path).suffix in PICTURES:
            name = posixpath.join("pictures", posixpath.basename(path))
            (out / "pictures").mkdir(exist_ok=True)
            shutil.copyfile(ROOT / path, out / name)
            return f"{picture}[{words}]({posixpath.relpath(name, here or '.')})"
        if path.startswith("docs/reference/"):  # made from the docstrings, not a file here
            target = path.removeprefix("docs/")
        elif path in known:
            target = known[path] + ".md"
        elif host:
            return f"[{words}]({host.rstrip('/')}/blob/main/{path})"
        else:
            return words
        end = f"#{fragment}" if fragment else ""
        return f"[{words}]({posixpath.relpath(target, here or '.')}{end})"

    return outside_code(lambda part: LINK.sub(change, part), text)


def without_twin(text, source, page):
    """A page without the line that leads to its translation: the language switch does."""
    folder, known = source.parent.relative_to(ROOT).as_posix(), page_of()

    def change(match):
        there = posixpath.normpath(posixpath.join(folder, match[1]))
        return "" if known.get(there) == page else match[0]

    return outside_code(lambda part: TWIN.sub(change, part), text)


def toctree(pages, caption=None):
    """A hidden table of contents."""
    options = ":hidden:\n:maxdepth: 2\n" + (f":caption: {caption}\n" if caption else "")
    return f"```{{toctree}}\n{options}\n" + "\n".join(pages) + "\n```\n"


def toctrees(language):
    """The navigation as hidden tables of contents, for the landing page."""
    return "\n".join(
        toctree(filter(exists, group), heading[language]) for heading, group in nav.NAVIGATION
    )


def lessons():
    """Names of the executed lessons, in order: those of the first road, then the second."""
    return sorted(path.stem for path in (ROOT / "docs" / "lessons").glob("*.ipynb"))


def stage_lesson(name, language, out):
    """Copy an executed notebook, with its introduction in the language asked for."""
    text = (ROOT / "docs" / "lessons" / f"{name}.ipynb").read_text(encoding="utf-8")
    book = json.loads(text)
    first = book["cells"][0]
    first["source"] = "".join(first["metadata"].pop(language, first["source"]))
    if language == "zh":
        first["source"] = BREAK.sub("", first["source"])
    text = json.dumps(book, ensure_ascii=False)
    (out / "lessons" / f"{name}.ipynb").write_text(text, encoding="utf-8")


def exists(page):
    """Whether a page has a source, or is made while the site is built."""
    return page == "reference/index" or source_of(page, "en")[0].is_file()


def stage(language, out):
    """Write the Markdown pages of one language into a folder."""
    for page in nav.pages():
        if page == "reference/index" or not exists(page):
            continue
        source, translated = source_of(page, language)
        text = source.read_text(encoding="utf-8")
        if not translated:
            head, _, rest = text.partition("\n")
            text = f"{head}\n\n:::{{note}}\n{nav.UNTRANSLATED}\n:::\n{rest}"
        text = without_twin(text, source, page)
        if translated and language == "zh":
            text = outside_code(lambda part: BREAK.sub("", part), text)
        text = relink(text, source, page, out)
        if page == "index":
            text += "\n" + toctrees(language)
        if page == "lessons/index":
            text = LESSON.sub(r"| [`\1`](\1.ipynb) |", text) + "\n" + toctree(lessons())
        target = out / f"{page}.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    for name in lessons():
        stage_lesson(name, language, out)
