"""Sphinx reads this: one build for each language, which SITE_LANGUAGE names."""

import os
import sys
from pathlib import Path

HERE = Path(os.environ["SITE_CONFIG"])
sys.path.insert(0, str(HERE))

import chinese_search
import nav

import mxnet

LANGUAGE = os.environ["SITE_LANGUAGE"]

project = "mxnet-xla"
author = "the contributors of mxnet-xla"
copyright = "the contributors of mxnet-xla, Apache License 2.0"
version = release = mxnet.__version__
language = {"en": "en", "zh": "zh_CN"}[LANGUAGE]

extensions = ["myst_nb"]
nb_execution_mode = "off"  # the notebooks hold their outputs: tools/make_notebooks.py ran them
nb_merge_streams = True
myst_enable_extensions = ["colon_fence", "html_admonition", "attrs_inline"]
myst_heading_anchors = 4
default_role = "literal"
add_module_names = False
toc_object_entries = False
python_maximum_signature_line_length = 88
highlight_language = "python"
pygments_style = "friendly"
pygments_dark_style = "github-dark"
suppress_warnings = ["misc.highlighting_failure"]  # console output is no program

html_theme = "furo"
html_title = f"mxnet-xla {version}"
html_static_path = [str(HERE / "static")]
templates_path = [str(HERE / "templates")]
html_css_files = ["site.css"]
html_js_files = ["chooser.js"]
html_favicon = str(HERE / "static" / "logo.svg")
html_copy_source = False
html_show_sphinx = False
html_search_language = LANGUAGE
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_theme_options = {
    "light_logo": "logo.svg",
    "dark_logo": "logo.svg",
    "light_css_variables": {
        "color-brand-primary": "#0b6e99",
        "color-brand-content": "#0b6e99",
    },
    "dark_css_variables": {
        "color-brand-primary": "#6cc3e8",
        "color-brand-content": "#6cc3e8",
    },
}
html_context = {"site_language": LANGUAGE, "site_languages": nav.LANGUAGES}


def setup(app):
    """Let the Chinese index hold pairs of characters."""
    chinese_search.setup(app)
