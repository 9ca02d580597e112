"""Reading the Markdown pages of the repository."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(name):
    """A page's text."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name, language):
    """(line number, text) of a page's code blocks in one language."""
    text = text_of(name)
    return [
        (text.count("\n", 0, m.start(2)), m.group(2))
        for m in FENCE.finditer(text)
        if m.group(1) == language
    ]


def prose(name):
    """A page without its code blocks."""
    return FENCE.sub("", text_of(name))


def headings(name):
    """(level, text) of a page's headings."""
    return [(len(m[1]), m[2]) for m in re.finditer(r"^(#+) (.+)$", prose(name), re.MULTILINE)]


def links(name):
    """Targets of a page's links and images."""
    return re.findall(r"\]\(([^)\s]+)\)", prose(name))


def anchor(heading):
    """The fragment by which a heading is linked to."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def tables(name):
    """Rows of all tables of a page, as lists of cells, without heads and rules."""
    rows, found = [], []
    for line in [*prose(name).split("\n"), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
        elif rows:
            found.append(rows[2:])
            rows = []
    return found


def run(name):
    """Run a page's Python blocks in order, in one namespace, which is returned."""
    scope = {"__name__": f"page {name}"}
    for line, code in blocks(name, "python"):
        # Blank lines in front let tracebacks show the page's own line numbers.
        exec(compile("\n" * line + code, str(ROOT / name), "exec"), scope)  # noqa: S102
    return scope
