"""Two languages: which one to tell a lesson in, and the half of a text that is in it.

A short text is written ``English · 中文``; a docstring has its Chinese half below the English one.
"""

import argparse
import os
import unicodedata

LANGUAGES = ("en", "zh")
NUMBERS = {  # what is shown behind a progress bar
    "loss": "损失",
    "accuracy": "准确率",
    "train": "训练损失",
    "change": "变化",
    "right": "正确率",
    "ms": "毫秒",
}


def preferred(environ=os.environ):
    """The language that the environment asks for: Chinese, or else English."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    first = next((environ[name] for name in names if environ.get(name)), "")
    return "zh" if first.startswith("zh") else "en"


def language_of(argv=None):
    """The language asked for by ``--language`` on a command line, or by the environment."""
    p = argparse.ArgumentParser(add_help=False)
    p.add_argument("--language", nargs="?", default=preferred())
    return p.parse_known_args(argv)[0].language


def told(text, language):
    """One half of ``English · 中文``; all of it where there is one language only."""
    english, _, chinese = text.partition(" · ")
    return chinese or english if language == "zh" else english


def told_doc(doc, language):
    """One half of a docstring: the Chinese one begins with the first Chinese paragraph."""
    paragraphs = (doc or "").strip().split("\n\n")
    begins = [i for i, p in enumerate(paragraphs) if p and is_wide(p.lstrip()[0])]
    cut = begins[0] if begins else len(paragraphs)
    return "\n\n".join(paragraphs[cut:] if language == "zh" and begins else paragraphs[:cut])


def is_wide(character):
    return unicodedata.east_asian_width(character) in "WF"


def padded(text, width, right=False):
    """Fill a text up to so many columns of a terminal, where Chinese characters take two."""
    fill = " " * (width - columns(text))
    return fill + text if right else text + fill


def columns(text):
    """How many columns of a terminal a text takes."""
    return sum(2 if is_wide(character) else 1 for character in text)
