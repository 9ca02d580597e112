"""Which unit of the package stands on which, and a reader of sources that checks it.

A *unit* is a file or folder directly under the package; where the parts of a folder are layers
themselves (``gluon.parameter`` below ``gluon.nn``), those are units too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "mxnet"

# From the ground up. Units of one line may import each other as long as they form no ring.
LAYERS: tuple[tuple[str, ...], ...] = (
    # L0 ground: knows nothing of arrays
    tuple(
        "error base _config context name attribute log util registry libinfo"
        " _dtypes _shapes _archive _boxes _codec _command _garbage _interrupt _launchers _lines"
        " _locks _machine _module_paths _namespaces _pixels _tables _threads _torch_files"
        " _traceback _vocabulary".split()
    ),
    ("_ops",),  # L1 what can be computed
    ("_graph",),  # L2 how it is described
    ("_engine",),  # L3 when it runs
    ("_frontend",),  # L4 front ends, in this order
    ("ndarray",),
    ("executor",),
    ("symbol",),
    ("numpy",),
    ("numpy_extension",),
    ("numpy_dispatch_protocol", "numpy_op_signature"),
    tuple("autograd random engine operator profiler monitor runtime library _host".split()),  # L5
    ("numpy_op_fallback",),
    tuple(  # L6
        "initializer lr_scheduler metric optimizer kvstore kvstore_server io recordio image"
        " callback _checkpoint _fit misc".split()
    ),
    (
        "gluon.parameter",
        "gluon._structure",
        "gluon._summary",
        "gluon.block",
        "gluon.utils",
        "gluon._repository",
    ),  # L7
    ("gluon.loss", "gluon.nn", "gluon.rnn"),
    ("gluon.trainer", "gluon.data", "gluon.model_zoo"),
    ("gluon.contrib",),
    ("gluon",),
    tuple(  # L8
        "module model rnn onnx convert deploy contrib visualization test_utils executor_manager rtc"
        " _torchvision notebook tools".split()
    ),
    ("", "__main__", "run", "launch"),  # the package itself: assembles the public names
)
RANK = {unit: rank for rank, units in enumerate(LAYERS) for unit in units}

ENGINE_ONLY = {"jit", "pmap", "device_put", "device_put_sharded", "device_put_replicated"}
ALIASES = {"numpy": "onp", "jax.numpy": "jnp"}


@dataclass(frozen=True)
class Finding:
    """One breach of a rule, at one line."""

    path: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


@dataclass(frozen=True)
class Source:
    """One parsed file of the package."""

    path: Path  # relative to the directory that holds the package
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def module(self) -> str:
        """Dotted name below the package: ``mxnet/gluon/nn/__init__.py`` is ``gluon.nn``."""
        parts = self.path.with_suffix("").parts[1:]
        return ".".join(parts[:-1] if self.is_package else parts)


def read_sources(root: Path) -> list[Source]:
    """Parse every file of the package below ``root`` (the directory that holds the package)."""
    paths = sorted((root / PACKAGE).rglob("*.py"))
    return [Source(p.relative_to(root), ast.parse(p.read_bytes(), str(p))) for p in paths]


def unit_of(module: str) -> str:
    """Return the unit that a module (dotted, below the package) belongs to."""
    parts = module.split(".")
    pair = ".".join(parts[:2])
    return pair if pair in RANK else parts[0]


def own_imports(source: Source, modules: set[str]) -> Iterator[tuple[ast.stmt, str]]:
    """Yield each import of the own package: the statement and the module meant, dotted."""
    here = source.module.split(".") if source.module else []
    package = here if source.is_package else here[:-1]

    def named(base: str, alias: str) -> str:
        # ``from a import b``: b is a module if there is one, else a name inside a.
        inner = f"{base}.{alias}" if base else alias
        return inner if inner in modules or inner in RANK else base

    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                head, _, rest = alias.name.partition(".")
                if head == PACKAGE:
                    yield node, rest
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = package[: len(package) - (node.level - 1)]
                target = ".".join([*base, *(node.module.split(".") if node.module else [])])
            else:
                head, _, target = (node.module or "").partition(".")
                if head != PACKAGE:
                    continue
            for alias in node.names:
                yield node, named(target, alias.name)


def inside_functions(tree: ast.Module) -> set[ast.AST]:
    """Return every node that stands in a function's body."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return {n for f in ast.walk(tree) if isinstance(f, functions) for n in ast.walk(f)} - {tree}


def check_direction(sources: list[Source]) -> list[Finding]:
    """Report imports that point upwards, imports hidden in functions, and unknown units."""
    modules = {s.module for s in sources}
    findings = []
    for source in sources:
        unit = unit_of(source.module)
        if unit not in RANK:
            findings.append(
                Finding(str(source.path), 1, "unknown unit", f"give {unit!r} a place in LAYERS")
            )
            continue
        hidden = inside_functions(source.tree)
        for node, target in own_imports(source, modules):
            goal = unit_of(target)
            where = str(source.path), node.lineno
            if node in hidden:
                findings.append(Finding(*where, "hidden import", f"{target} inside a function"))
            if goal not in RANK:
                findings.append(Finding(*where, "unknown unit", f"{target} is not in LAYERS"))
            elif RANK[goal] > RANK[unit]:
                name = target or f"the package {PACKAGE} itself"
                findings.append(Finding(*where, "upward import", f"{unit} imports {name}"))
    return findings


def check_rings(sources: list[Source]) -> list[Finding]:
    """Report groups of units that import each other in a ring."""
    modules = {s.module for s in sources}
    edges: dict[str, set[str]] = {}
    for source in sources:
        unit = unit_of(source.module)
        goals = {unit_of(target) for _, target in own_imports(source, modules)}
        edges.setdefault(unit, set()).update(goals - {unit})
    # Whatever remains after units without imports are taken away, again and again, holds a ring.
    while leaves := {u for u in edges if not edges[u] & edges.keys()}:
        edges = {u: goals for u, goals in edges.items() if u not in leaves}
    # Units that only stand upon a ring are imported by nobody of the remainder.
    while tops := edges.keys() - {g for goals in edges.values() for g in goals}:
        edges = {u: goals for u, goals in edges.items() if u not in tops}
    return [Finding(PACKAGE, 0, "ring", " <-> ".join(sorted(edges)))] if edges else []


def check_engine_only(sources: list[Source]) -> list[Finding]:
    """Report compilation and device placement outside ``_engine``."""
    findings = []
    for source in sources:
        if unit_of(source.module) == "_engine":
            continue
        jax_names = {
            alias.asname or alias.name.partition(".")[0]
            for node in ast.walk(source.tree)
            if isinstance(node, ast.Import)
            for alias in node.names
            if alias.name == "jax" or (alias.name.startswith("jax.") and alias.asname is None)
        }
        for node in ast.walk(source.tree):
            names: Iterable[str] = ()
            if isinstance(node, ast.ImportFrom) and not node.level and node.module == "jax":
                names = [alias.name for alias in node.names]
            elif (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in jax_names
            ):
                names = [node.attr]
            findings += [
                Finding(str(source.path), node.lineno, "engine only", f"jax.{name}")
                for name in names
                if name in ENGINE_ONLY
            ]
    return findings


def check_array_names(sources: list[Source]) -> list[Finding]:
    """Report NumPy under another name than ``onp``, and ``jax.numpy`` than ``jnp``."""
    findings = []
    for source in sources:
        for node in ast.walk(source.tree):
            found: list[tuple[str, str]] = []  # (module, the name it is bound to)
            if isinstance(node, ast.Import):
                found = [(a.name, a.asname or a.name) for a in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module == "jax":
                found = [(f"jax.{a.name}", a.asname or a.name) for a in node.names]
            for module, bound in found:
                if bound != ALIASES.get(module, bound):
                    findings.append(
                        Finding(
                            str(source.path),
                            node.lineno,
                            "array name",
                            f"{module} is called {ALIASES[module]}, not {bound}",
                        )
                    )
            if isinstance(node, ast.ImportFrom) and node.level and source.module:
                findings += [
                    Finding(str(source.path), node.lineno, "array name", "np means mxnet.np")
                    for a in node.names
                    if (a.asname or a.name) == "np"
                ]
    return findings


def check_asserts(sources: list[Source]) -> list[Finding]:
    """Report ``assert`` statements: ``python -O`` drops them, so they guard nothing."""
    return [
        Finding(str(source.path), node.lineno, "assert", "raise a named error instead")
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Assert)
    ]


CHECKS = (check_direction, check_rings, check_engine_only, check_array_names, check_asserts)
