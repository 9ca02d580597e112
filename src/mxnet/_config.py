"""Every option of the framework, declared once.

An option has a default, help text and an environment name read at import.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Option", "options", "get", "set_option"]


@dataclass
class Option:
    """One option: ``value`` is current; ``parse`` reads the environment's text."""

    name: str
    env: str
    default: object
    parse: Callable
    help: str
    value: object = None


def _flag(text):
    return text.strip().lower() not in ("", "0", "false", "no", "off")


def _one_of(*words, **synonyms):
    """A reader that takes only these words, and other words for some of them."""

    def word(text):
        text = synonyms.get(text, text)
        if text not in words:
            raise ValueError(text)
        return text

    word.__name__ = " or ".join(words)
    return word


options = {}


def _declare(name, env, default, parse, help):
    text = os.environ.get(env)
    try:
        value = default if text is None else parse(text)
    except ValueError:
        raise ValueError(f"{env}={text!r} is not a valid {parse.__name__}: {help}") from None
    options[name] = Option(name, env, default, parse, help, value)


_declare(
    "engine_type",
    "MXNET_ENGINE_TYPE",
    "ThreadedEnginePerDevice",
    str,
    "NaiveEngine runs every operator at once and alone; anything else is the lazy engine.",
)
_declare(
    "max_segment_ops",
    "MXNET_EXEC_BULK_EXEC_MAX_NODE_TRAIN",
    1000,
    int,
    "A pending segment runs when it holds this many operators.",
)
_declare(
    "max_segment_bytes",
    "MXNET_XLA_SEGMENT_BYTES",
    1 << 30,
    int,
    "A pending segment runs when the arrays it would make exceed this many bytes.",
)
_declare(
    "max_program_ops",
    "MXNET_XLA_MAX_PROGRAM_OPS",
    500,
    int,
    "A program of more operators than this (a product counts as a quarter) is compiled and run in "
    "partitions, on CPUs; one of arithmetic without gradients, of more than a fifth.",
)
_declare(
    "evaluate",
    "MXNET_XLA_EVALUATE",
    8,
    int,
    "How often what is met anew is run by NumPy, on CPUs, before it is compiled; 0: it is "
    "compiled at once. Less often where running takes long, more often where compiling does.",
)
_declare(
    "strict",
    "MXNET_XLA_STRICT",
    False,
    _flag,
    "For our tests: what NumPy cannot run because of a fault of ours is an error, not compiled.",
)
_declare(
    "max_trie_steps",
    "MXNET_XLA_MAX_STEPS",
    100_000,
    int,
    "Recorded steps kept (with their programs); past it all are dropped and made anew.",
)
_declare(
    "cache_dir",
    "MXNET_XLA_CACHE_DIR",
    "",
    str,
    "Directory of compiled programs; empty: under MXNET_HOME; 'off': none are kept on disk.",
)
_declare(
    "cache_bytes",
    "MXNET_XLA_CACHE_BYTES",
    512 << 20,
    int,
    "Upper bound of the compiled programs on disk, in bytes; the least recently used go first.",
)
_declare(
    "keep_freed_bytes",
    "MXNET_XLA_KEEP_FREED_BYTES",
    512 << 20,
    int,
    "Freed memory of the CPU kept for reuse, in bytes, up to 2 GiB; 0 leaves the allocator alone.",
)
_declare(
    "archive_bytes",
    "MXNET_XLA_ARCHIVE_BYTES",
    4 << 30,
    int,
    "Largest file that is taken out of an archive, in bytes; of a tar archive, all of it.",
)
_declare(
    "archive_entries",
    "MXNET_XLA_ARCHIVE_ENTRIES",
    1 << 20,
    int,
    "Most members that an archive may have.",
)
_declare(
    "image_pixels",
    "MXNET_XLA_IMAGE_PIXELS",
    1 << 27,
    int,
    "Largest image that is decoded, in pixels: a file of 500 bytes may claim gigabytes.",
)
_declare(
    "home",
    "MXNET_HOME",
    os.path.join(os.path.expanduser("~"), ".mxnet"),
    str,
    "Directory of downloaded data, models and compiled programs.",
)
_declare(
    "gluon_repo",
    "MXNET_GLUON_REPO",
    "",
    str,
    "Mirrors that data sets and pretrained models are looked for at, separated by commas: folders, "
    "addresses, hf://owner/name.",
)
_declare(
    "explain",
    "MXNET_XLA_EXPLAIN",
    False,
    _flag,
    "Log each newly compiled program with the reason why its key was new.",
)
_declare(
    "kernels",
    "MXNET_XLA_KERNELS",
    "native",
    _one_of("native", "xla", "plain", off="xla"),
    "Kernels on CPUs: native (C++, where they are there), xla or off (formulas that suit "
    "XLA), plain. Programs that are compiled already stay as they are.",
)
_declare(
    "dist_timeout",
    "MXNET_DIST_TIMEOUT",
    600.0,
    float,
    "Seconds that a process waits for others of its group before it says which stand still.",
)
_declare(
    "full_tracebacks",
    "MXNET_XLA_FULL_TRACEBACKS",
    False,
    _flag,
    "1 keeps the framework's own frames, and JAX's remarks, in the tracebacks of its errors.",
)


def get(name):
    """The option's current value."""
    return options[name].value


def set_option(name, value):
    """Set an option; returns the old value."""
    option = options[name]
    old, option.value = option.value, value
    return old
