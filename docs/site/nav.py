"""What the site holds, in which order, and the words of its frame in both languages."""

LANGUAGES = {"en": "English", "zh": "中文"}

# (heading, pages): a page is named by where it lies on the site, without its suffix
NAVIGATION = [
    ({"en": "Start", "zh": "入门"}, ["install", "first-hour", "lessons/index"]),
    (
        {"en": "Guides", "zh": "指南"},
        [
            "guide/data",
            "guide/gluon",
            "guide/autograd",
            "guide/hybridize",
            "guide/deploy",
            "deployment",
            "gpu",
            "distributed",
            "debugging",
            "guide/from-mxnet",
            "guide/from-pytorch",
        ],
    ),
    (
        {"en": "Reference", "zh": "参考"},
        ["reference/index", "status", "differences", "reliability"],
    ),
    (
        {"en": "Project", "zh": "项目"},
        ["architecture", "site-design", "benchmarks", "contributing", "changelog"],
    ),
]

# pages that lie outside docs/ or have another name there
ELSEWHERE = {
    "benchmarks": "benchmarks/README.md",
    "contributing": "CONTRIBUTING.md",
    "changelog": "CHANGELOG.md",
}

UNTRANSLATED = "本页尚无中文版，以下是英文原文。"


def pages():
    """Names of all pages in the order of the navigation, the landing page first."""
    return ["index", *[page for _, group in NAVIGATION for page in group]]
