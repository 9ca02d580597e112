"""The API reference: reStructuredText pages made from the operator registry and the docstrings.

Nothing is written by hand but the titles: names come from the modules, signatures from the objects,
texts from their docstrings (numpydoc sections). Names that stand for one object share one entry.
"""

import functools
import importlib
import inspect
import re
import types
from dataclasses import dataclass

from chinese_summaries import SUMMARIES

import mxnet as mx
from mxnet._ops._spec import registry

WORDS = {
    "en": {
        "title": "API reference",
        "intro": "Every public name, with its signature, shapes, errors and a tested "
        "example. Names are written as programs use them after ``import mxnet as mx``. All "
        "examples assume ``import mxnet as mx`` and ``from mxnet import nd, np, npx, autograd, "
        "gluon, init`` and ``from mxnet.gluon import nn``.",
        "errors": "Errors of all operators",
        "errors_text": "Beside what an entry lists, every operator raises ``AttributeTypeError`` "
        "(a ``TypeError``) for an input that is no array, for too many inputs and for an attribute "
        "that does not fit; ``ShapeError`` (a ``ValueError``) for shapes that do not fit together "
        "or an axis that is not there; ``DTypeError`` (a ``TypeError``) for element types that do "
        "not; and ``MXNetError`` (a ``RuntimeError``, the base of them all) for an input that is "
        "missing or an ``out`` that does not fit. All are raised at the call, and say what was "
        "expected and what came.",
        "Parameters": "Parameters",
        "Other Parameters": "Other parameters",
        "Attributes": "Attributes",
        "Returns": "Returns",
        "Yields": "Yields",
        "Raises": "Raises",
        "Warns": "Warns",
        "Notes": "Notes",
        "Examples": "Examples",
        "See Also": "See also",
        "References": "References",
        "functions": "Functions",
        "classes": "Classes",
        "constants": "Constants",
        "also": "Also reached as {}.",
        "same": "The symbolic counterpart of {}, with the same inputs and attributes; instead of "
        "arrays it takes and returns symbols.",
        "inherits": "Inherits from {}.",
        "arrays": "Arrays",
        "symbols": "Symbols",
        "numpy": "NumPy's interface",
        "gluon": "Gluon",
        "training": "Training",
        "data": "Data",
        "rest": "The rest",
    },
    "zh": {
        "title": "API 参考",
        "intro": "所有公开名称：签名、形状、错误，以及经过测试的示例。名称的写法就是程序里 "
        "``import mxnet as mx`` 之后的写法。示例都假定已经执行 ``import mxnet as mx``、"
        "``from mxnet import nd, np, npx, autograd, gluon, init`` 和 "
        "``from mxnet.gluon import nn``。"
        "各条目的说明文字取自源代码的文档字符串，是英文的；最常用的名称前面有一句中文摘要。",
        "errors": "所有算子都会抛出的错误",
        "errors_text": "除了条目中列出的错误，每个算子还会抛出："
        "输入不是数组、输入过多或属性不合要求时的 ``AttributeTypeError``（属于 ``TypeError``）；"
        "形状不匹配或轴不存在时的 ``ShapeError``（属于 ``ValueError``）；"
        "元素类型不合要求时的 ``DTypeError``（属于 ``TypeError``）；"
        "缺少输入或 ``out`` 不合要求时的 "
        "``MXNetError``（属于 ``RuntimeError``，是上述错误的基类）。"
        "错误都在调用时抛出，并说明期望什么、得到什么。",
        "Parameters": "参数",
        "Other Parameters": "其他参数",
        "Attributes": "属性",
        "Returns": "返回",
        "Yields": "产生",
        "Raises": "抛出",
        "Warns": "警告",
        "Notes": "说明",
        "Examples": "示例",
        "See Also": "另见",
        "References": "文献",
        "functions": "函数",
        "classes": "类",
        "constants": "常量",
        "also": "也可写作 {}。",
        "same": "{} 的符号版本：输入和属性相同，只是接受并返回符号而不是数组。",
        "inherits": "继承自 {}。",
        "arrays": "数组",
        "symbols": "符号",
        "numpy": "NumPy 接口",
        "gluon": "Gluon",
        "training": "训练",
        "data": "数据",
        "rest": "其他",
    },
}

# where an operator is defined -> the subject it belongs to, in the order of the page list
SUBJECTS = [
    (
        "functions",
        "making arrays, files, and more",
        "创建、文件及其他",
        [None, "creation", "numpy_creation"],
    ),
    (
        "elementwise",
        "element by element",
        "逐元素运算",
        ["elemwise", "broadcast", "numpy_elemwise", "output"],
    ),
    ("reductions", "sums and other reductions", "求和等归约", ["reduce", "numpy_reduce"]),
    ("shapes", "shapes, joining and splitting", "形状、拼接与切分", ["shape", "numpy_shape"]),
    (
        "indexing",
        "indexing, sorting and sequences",
        "索引、排序与序列",
        ["indexing", "index", "numpy_indexing", "numpy_insert", "ordering", "sequence"],
    ),
    (
        "products",
        "matrix products and linear algebra",
        "矩阵乘法与线性代数",
        ["matmul", "linalg", "numpy_matmul", "numpy_linalg"],
    ),
    (
        "networks",
        "neural networks",
        "神经网络",
        [
            "nn_act",
            "nn_conv",
            "nn_dense",
            "nn_dropout",
            "nn_norm",
            "nn_pool",
            "nn_rnn",
            "softmax",
            "ctc",
            "spatial",
            "image",
        ],
    ),
    ("random", "random numbers", "随机数", ["random", "random_pdf", "numpy_random"]),
    ("updates", "optimizer steps", "优化器更新", ["update"]),
    ("special", "vision, sparse arrays, eight bits and more", "视觉、稀疏、八位及其他", []),
]
SUBJECT_OF = {module: name for name, _, _, modules in SUBJECTS for module in modules}


@dataclass
class Space:
    """A namespace that users write, and the pages it takes."""

    name: str  # as users write it after ``mx.``
    group: str
    split: bool = False  # one page for each subject
    like: str = ""  # the namespace of arrays whose operators these are


SPACES = [
    Space("nd", "arrays", split=True),
    Space("nd.random", "arrays"),
    Space("nd.linalg", "arrays"),
    Space("nd.contrib", "arrays"),
    Space("nd.sparse", "arrays"),
    Space("nd.image", "arrays"),
    Space("autograd", "arrays"),
    Space("random", "arrays"),
    Space("context", "arrays"),
    Space("sym", "symbols", like="nd"),
    Space("sym.random", "symbols", like="nd.random"),
    Space("sym.linalg", "symbols", like="nd.linalg"),
    Space("sym.contrib", "symbols", like="nd.contrib"),
    Space("sym.sparse", "symbols", like="nd.sparse"),
    Space("sym.image", "symbols", like="nd.image"),
    Space("sym.np", "symbols", like="np"),
    Space("sym.np.random", "symbols", like="np.random"),
    Space("sym.np.linalg", "symbols", like="np.linalg"),
    Space("sym.npx", "symbols", like="npx"),
    Space("executor", "symbols"),
    Space("np", "numpy", split=True),
    Space("np.random", "numpy"),
    Space("np.linalg", "numpy"),
    Space("npx", "numpy"),
    Space("npx.random", "numpy"),
    Space("npx.image", "numpy"),
    Space("gluon", "gluon"),
    Space("gluon.nn", "gluon"),
    Space("gluon.rnn", "gluon"),
    Space("gluon.loss", "gluon"),
    Space("gluon.block", "gluon"),
    Space("gluon.parameter", "gluon"),
    Space("gluon.utils", "gluon"),
    Space("gluon.data", "gluon"),
    Space("gluon.data.batchify", "gluon"),
    Space("gluon.data.vision.datasets", "gluon"),
    Space("gluon.data.vision.transforms", "gluon"),
    Space("gluon.data.vision", "gluon"),
    Space("gluon.model_zoo.vision", "gluon"),
    Space("gluon.contrib.nn", "gluon"),
    Space("gluon.contrib.rnn", "gluon"),
    Space("gluon.contrib.cnn", "gluon"),
    Space("gluon.contrib.data", "gluon"),
    Space("gluon.contrib.estimator", "gluon"),
    Space("gluon.contrib.estimator.event_handler", "gluon"),
    Space("gluon.trainer", "gluon"),
    Space("gluon.data.dataset", "gluon"),
    Space("gluon.data.dataloader", "gluon"),
    Space("gluon.contrib.data.sampler", "gluon"),
    Space("gluon.contrib.data.text", "gluon"),
    Space("gluon.model_zoo.model_store", "gluon"),
    Space("optimizer", "training"),
    Space("lr_scheduler", "training"),
    Space("initializer", "training"),
    Space("metric", "training"),
    Space("kvstore", "training"),
    Space("kvstore.base", "training"),
    Space("kvstore.dist", "training"),
    Space("module", "training"),
    Space("model", "training"),
    Space("callback", "training"),
    Space("monitor", "training"),
    Space("rnn", "training"),
    Space("contrib.amp", "training"),
    Space("contrib.amp.loss_scaler", "training"),
    Space("contrib.quantization", "training"),
    Space("contrib.autograd", "training"),
    Space("contrib.svrg_optimization", "training"),
    Space("optimizer.contrib", "training"),
    Space("kvstore_server", "training"),
    Space("executor_manager", "training"),
    Space("misc", "training"),
    Space("io", "data"),
    Space("recordio", "data"),
    Space("tools.im2rec", "data"),
    Space("tools.rec2idx", "data"),
    Space("image", "data"),
    Space("contrib.text.vocab", "data"),
    Space("contrib.text.embedding", "data"),
    Space("contrib.text.utils", "data"),
    Space("contrib.io", "data"),
    Space("deploy", "rest"),
    Space("engine", "rest"),
    Space("runtime", "rest"),
    Space("profiler", "rest"),
    Space("visualization", "rest"),
    Space("operator", "rest"),
    Space("onnx", "rest"),
    Space("convert", "rest"),
    Space("run", "rest"),
    Space("launch", "rest"),
    Space("library", "rest"),
    Space("libinfo", "rest"),
    Space("rtc", "rest"),
    Space("contrib.onnx", "rest"),
    Space("contrib.tensorboard", "rest"),
    Space("error", "rest"),
    Space("base", "rest"),
    Space("util", "rest"),
    Space("attribute", "rest"),
    Space("name", "rest"),
    Space("registry", "rest"),
    Space("log", "rest"),
    Space("test_utils", "rest"),
    Space("", "rest"),
]
# other ways to write a namespace
ALSO = {
    "nd": ["ndarray", "nd.op"],
    "sym": ["symbol"],
    "initializer": ["init"],
    "kvstore": ["kv"],
    "module": ["mod"],
    "visualization": ["viz"],
    "np": ["numpy"],
    "npx": ["numpy_extension"],
}


def module_of(space):
    """The module or object that users reach under a namespace's name."""
    found, name = mx, "mxnet"
    for part in filter(None, space.split(".")):
        name += f".{part}"
        found = getattr(found, part) if hasattr(found, part) else importlib.import_module(name)
    return found


# public, but not for ``import *``
UNDECLARED = {"nd": ["imdecode"]}


# declared for other modules of the package; 1.9.1 has none of them
HELPERS = {
    "context": {"HOST_MEMORY", "canonical", "device_of", "on_cpu", "set_default"},
    "error": {"allocate", "fail", "nearest", "only_keywords", "refuse_keyword"},
    "executor": {"GraphFunction", "input_labels", "placed", "run_graph"},
    "gluon.block": {"any_arrays", "written_with_nd"},
    "gluon.parameter": {"brief", "contexts", "without_kind"},
    "kvstore.base": {"offers"},
}


def names_of(space):
    """Public names of a namespace: what it declares, and whatever else is not private."""
    module = module_of(space)
    declared = getattr(module, "__all__", None)
    names = declared if declared is not None else [n for n in vars(module) if n[0] != "_"]
    names = {*names, *UNDECLARED.get(space, [])} - HELPERS.get(space, set())
    return sorted(
        {n for n in names if n[0] != "_" and not isinstance(getattr(module, n), types.ModuleType)},
        key=lambda n: (n.lower(), n),
    )


@functools.cache
def public(space):
    """Name -> object of a namespace."""
    return {n: getattr(module_of(space), n) for n in names_of(space)}


# ------------------------------------------------------------------------------------- docstrings

SECTION = re.compile(r"^([A-Z][A-Za-z ]+)\n-{3,}[ ]*$", re.MULTILINE)


def sections(doc):
    """(title, text) of a docstring's parts; the title of the first is empty."""
    parts = SECTION.split(doc)
    return [("", parts[0].strip("\n")), *zip(parts[1::2], [p.strip("\n") for p in parts[2::2]])]


def entries(text):
    """(head, description) of a section's items: heads begin a line, descriptions are indented."""
    found = []
    for line in text.split("\n"):
        if line and not line[0].isspace():
            found.append((line.rstrip(), []))
        elif found:
            found[-1][1].append(line)
    return [(head, inspect.cleandoc("\n".join(["", *body])).strip("\n")) for head, body in found]


MARKUP = re.compile(
    r"(``.*?``|:py:\w+:`[^`]*`|`[^`\n]+`_?|(?<![\w*])\*\*?\w(?:[^*\n]*\w)?\*\*?(?![\w*]))",
    re.DOTALL,
)


def inline(text):
    """Text in which stars, bars and underscores of types and formulas mean themselves."""
    parts = MARKUP.split(text)
    return "".join(
        p if i % 2 else re.sub(r"(?<!\\)([*|`]|_(?!\w))", r"\\\1", p) for i, p in enumerate(parts)
    )


def prose(text):
    """Paragraphs of a docstring: literal blocks, tables, lists and directives stay as they are."""
    found, literal = [], False
    for block in re.split(r"\n[ ]*\n", text):
        first = block.lstrip("\n")
        if literal and first.startswith(" "):
            found.append(block)
            continue
        plain = not first.startswith((">>>", "..", "==", "+-"))
        found.append(inline(block) if plain else block)
        literal = block.rstrip().endswith("::")
    return "\n\n".join(found)


def indent(text, by):
    """Shift all lines that are not empty."""
    return "\n".join(" " * by + line if line else "" for line in text.split("\n"))


LISTED = {"Parameters", "Other Parameters", "Attributes", "Raises", "Warns"}


def described(body):
    """An entry's explanation; a plain paragraph may begin behind its head and hang."""
    if not re.search(r"::$|>>>|^ *- |\n\n", body, re.MULTILINE):
        body = "\n".join(line.strip() for line in body.split("\n"))
    return prose(body) or ".."


def item(title, head, body):
    """One entry of a section as a term with its explanation."""
    if title in ("Raises", "Warns"):
        name, _, rest = head.partition("  ")
        body = f"{rest.strip()}\n{body}".strip()
        return f"``{name.strip()}``\n{indent(described(body), 4)}"
    head, _, rest = head.partition("  ")
    body = f"{rest.strip()}\n{body}".strip()
    name, colon, kind = head.partition(" : ")
    term = f"**{inline(name.strip())}**" + (f" : {inline(kind.strip())}" if colon else "")
    return f"{term}\n{indent(described(body), 4)}"


def converted(doc, words):
    """A docstring in numpydoc's manner as reStructuredText."""
    lines = []
    for title, text in sections(doc):
        if not text:
            continue
        if not title:
            lines += [prose(text), ""]
        elif title in LISTED:
            items = "\n".join(item(title, *entry) for entry in entries(text))
            lines += [f":{words.get(title, title)}:", indent(items, 4), ""]
        elif title in ("Returns", "Yields"):
            body = []
            for head, text_below in entries(text):
                if " : " in head:
                    body.append(item(title, head, text_below))
                else:
                    body.append(prose(f"{head}\n{text_below}".strip()))
            lines += [f":{words.get(title, title)}:", indent("\n\n".join(body), 4), ""]
        else:
            lines += [f".. rubric:: {words.get(title, title)}", "", prose(text), ""]
    return "\n".join(lines).strip("\n")


# ------------------------------------------------------------------------------------- signatures


def shown(value):
    """A default as a reader wants it: no addresses, no enumeration's inside."""
    text = f"{value:.7g}" if isinstance(value, float) else repr(value)
    if inspect.isclass(value) or inspect.isfunction(value):
        return value.__name__
    return "..." if (text.startswith("<") and text != "<required>") or "0x" in text else text


def signature(value):
    """What stands in the parentheses of a call."""
    try:
        parameters = list(inspect.signature(value).parameters.values())
    except (TypeError, ValueError):
        return "(...)"
    P = inspect.Parameter
    parts, star, positional = [], False, False
    for p in parameters:
        if p.name in ("self", "cls") and p is parameters[0]:
            continue
        if p.name.startswith("_") or (hasattr(value, "op") and p.name == "kwargs"):
            continue
        if positional and p.kind is not P.POSITIONAL_ONLY:
            parts.append("/")
        positional = p.kind is P.POSITIONAL_ONLY
        if p.kind is P.VAR_POSITIONAL:
            star = True
            parts.append(f"*{p.name}")
        elif p.kind is P.VAR_KEYWORD:
            parts.append(f"**{p.name}")
        else:
            if p.kind is P.KEYWORD_ONLY and not star:
                star = True
                parts.append("*")
            parts.append(p.name if p.default is P.empty else f"{p.name}={shown(p.default)}")
    if positional:
        parts.append("/")
    return f"({', '.join(parts)})"


# ------------------------------------------------------------------------------------------ pages


def full(space, name):
    """A name as it is listed and looked up."""
    return ".".join(filter(None, ["mxnet", space, name]))


def short(name):
    """The name as programs write it after ``mx.``."""
    return name.removeprefix("mxnet.")


def doc_of(value):
    """A docstring without its indentation; another package's object is only named."""
    home = getattr(value, "__module__", None) or "mxnet"
    if callable(value) and not home.startswith("mxnet"):
        return f"``{getattr(value, '__qualname__', '')}`` of ``{home}``."
    return inspect.getdoc(value) or ""


def subject(value):
    """The subject of an operator, by the file it is defined in."""
    op = getattr(value, "op", None)
    if op is None:  # functions of mx.np do not name theirs
        name = getattr(value, "__name__", "")
        op = next((registry[p + name] for p in ("_np_", "_npi_") if p + name in registry), None)
    if not hasattr(op, "fn"):
        return "functions"
    return SUBJECT_OF.get(inspect.unwrap(op.fn).__module__.rpartition(".")[2], "special")


def members(cls):
    """Public methods and properties that a class defines itself and that say something."""
    found = []
    for name, value in vars(cls).items():
        if name.startswith("_"):
            continue
        raw = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
        if inspect.isfunction(raw) or isinstance(value, property):
            doc = doc_of(raw)
            if doc and raw.__doc__:  # an inherited text stands at the base
                found.append((name, value, raw, doc))
    return sorted(found, key=lambda m: m[0])


class Writer:
    """Makes the pages of one language."""

    def __init__(self, language):
        self.words = WORDS[language]
        self.language = language
        self.home = {}  # id of an object -> (name, it): its one full entry

    def text(self, names, value):
        """A docstring's sections, in Chinese with a sentence before them where there is one."""
        found = [SUMMARIES[n] for n in map(short, names) if n in SUMMARIES]
        first = f"{found[0]}\n\n" if self.language == "zh" and found else ""
        return first + converted(doc_of(value), self.words)

    def function(self, names, value):
        """One entry of a function under all its names."""
        head = f".. py:function:: {names[0]}{signature(value)}\n"
        head += "".join(f"                 {other}\n" for other in names[1:])
        return f"{head}\n{indent(self.text(names, value), 3)}\n"

    def klass(self, names, value):
        """One entry of a class, with its methods."""
        kind = "exception" if issubclass(value, BaseException) else "class"
        head = f".. py:{kind}:: {names[0]}{signature(value)}\n"
        head += "".join(f"{' ' * (8 + len(kind))}{other}\n" for other in names[1:])
        bases = [
            f"``{b.__name__}``"
            for b in value.__bases__
            if b is not object and not b.__name__.startswith("_")
        ]
        body = self.text(names, value)
        if bases:
            body += "\n\n" + self.words["inherits"].format(", ".join(bases))
        for name, member, raw, doc in members(value):
            if isinstance(member, property):
                entry = f".. py:property:: {name}\n   :no-index-entry:\n"
            else:
                static = {staticmethod: "   :staticmethod:\n", classmethod: "   :classmethod:\n"}
                entry = f".. py:method:: {name}{signature(raw)}\n   :no-index-entry:\n"
                entry += static.get(type(member), "")
            body += f"\n\n{entry}\n{indent(converted(doc, self.words), 3)}"
        return f"{head}\n{indent(body, 3)}\n"

    def known(self, names, value):
        """A name whose object has its entry elsewhere: signature, first line, and where."""
        kind = "function"
        if inspect.isclass(value):
            kind = "exception" if issubclass(value, BaseException) else "class"
        target = self.home[id(value)][0]
        first = prose(doc_of(value).split("\n\n")[0])
        where = self.words["also"].format(f":py:obj:`{target}`")
        head = f".. py:{kind}:: {names[0]}{signature(value)}\n"
        head += "".join(f"{' ' * (8 + len(kind))}{other}\n" for other in names[1:])
        return f"{head}\n{indent(first, 3)}\n\n   {where}\n"

    def counterpart(self, names, value, target):
        """A symbolic function: its text is that of the function on arrays."""
        head = f".. py:function:: {names[0]}{signature(value)}\n"
        head += "".join(f"                 {other}\n" for other in names[1:])
        first = prose(doc_of(value).split("\n\n")[0])
        same = self.words["same"].format(f":py:func:`{target}`")
        return f"{head}\n{indent(first, 3)}\n\n   {same}\n"

    def entry(self, space, names, value):
        """The entry of one object."""
        dotted = [full(space.name, n) for n in names]
        if space.like and inspect.isfunction(value):
            for where in (space.like, "nd"):
                twins = [n for n in names if inspect.isfunction(public(where).get(n))]
                if twins:
                    return self.counterpart(dotted, value, full(where, twins[0]))
        if not callable(value):
            return f".. py:data:: {dotted[0]}\n\n   ``{shown_constant(value)}``\n"
        if id(value) in self.home:
            return self.known(dotted, value)
        self.home[id(value)] = dotted[0], value
        return self.klass(dotted, value) if inspect.isclass(value) else self.function(dotted, value)

    def groups(self, space):
        """(names, object) of a namespace, one for each object or operator."""
        module, found = module_of(space.name), {}
        for name in names_of(space.name):
            value = getattr(module, name)
            op = getattr(value, "op", None)
            key = id(op) if op is not None and not inspect.isclass(value) else id(value)
            if not callable(value):
                key = name
            found.setdefault(key, ([], value))[0].append(name)
        return list(found.values())

    def page(self, title, intro, entries):
        """A page with its classes after its functions."""
        text = f"{title}\n{'=' * (2 * len(title))}\n\n{intro}\n\n"
        kinds = {"functions": [], "classes": [], "constants": []}
        for kind, entry in entries:
            kinds[kind].append(entry)
        several = sum(map(bool, kinds.values())) > 1
        for kind, found in kinds.items():
            if found and several:
                heading = self.words[kind]
                text += f"{heading}\n{'-' * (2 * len(heading))}\n\n"
            text += "\n".join(found) + "\n"
        return text

    def pages(self):
        """Names and texts of all pages."""
        found, tree = {}, {}
        for space in SPACES:
            module = module_of(space.name)
            shown_name = f"mx.{space.name}".rstrip(".")
            intro = converted(doc_of(module), self.words) if space.name else ""
            if space.name in ALSO:
                ways = ", ".join(f"``mx.{other}``" for other in ALSO[space.name])
                intro += "\n\n" + self.words["also"].format(ways)
            made = []
            for names, value in self.groups(space):
                kind = "classes" if inspect.isclass(value) else "functions"
                kind = kind if callable(value) else "constants"
                made.append((subject(value), kind, self.entry(space, names, value)))
            stem = space.name or "mxnet"
            if not made:
                continue
            if not space.split:
                found[stem] = self.page(shown_name, intro, [m[1:] for m in made])
                tree.setdefault(space.group, []).append(stem)
                continue
            for name, english, chinese, _ in SUBJECTS:
                part = [m[1:] for m in made if m[0] == name]
                if part:
                    title = {"en": f"{shown_name}: {english}", "zh": f"{shown_name}：{chinese}"}
                    first = intro if name == "functions" else ""
                    found[f"{stem}-{name}"] = self.page(title[self.language], first, part)
                    tree.setdefault(space.group, []).append(f"{stem}-{name}")
        title = self.words["title"]
        index = f"{title}\n{'=' * (2 * len(title))}\n\n{self.words['intro']}\n"
        errors = self.words["errors"]
        index += f"\n.. rubric:: {errors}\n\n{self.words['errors_text']}\n"
        for group, stems in tree.items():
            index += f"\n.. toctree::\n   :caption: {self.words[group]}\n   :maxdepth: 1\n\n"
            index += "".join(f"   {stem}\n" for stem in stems)
        found["index"] = index
        return found


def shown_constant(value):
    """The value of a constant, or its kind where that would be long."""
    text = shown(value)
    return text if len(text) < 60 and "`" not in text else type(value).__name__


def write(language, out):
    """Write the reference of one language into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    for stem, text in Writer(language).pages().items():
        (out / f"{stem}.rst").write_text(text, encoding="utf-8")
