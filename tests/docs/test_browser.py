"""The site in a browser, wide and narrow: nothing is reported, search finds, links lead on."""

import functools
import http.server
import os
import shutil
import threading

import pytest

from .test_site import built  # noqa: F401 - a fixture

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs playwright: pip install playwright"
)
CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)
if not CHROMIUM:
    pytest.skip("needs Chromium, or its path in CHROMIUM", allow_module_level=True)

# (words asked for, what one of the first ten results is)
SEARCHES = [
    ("en", "FullyConnected", "mxnet.nd.FullyConnected"),
    ("en", "hybridize", "Hybridizing: when it pays"),
    ("en", "learning rate schedule", ""),
    ("zh", "自动求导", "自动求导"),
    ("zh", "安装", "安装"),
    ("zh", "保存 参数", "保存与部署"),
    ("zh", "FullyConnected", "mxnet.nd.FullyConnected"),
]
READ = ["index", "install", "first-hour", "guide/gluon", "reference/gluon.nn", "differences"]


@pytest.fixture(scope="module")
def address(built):  # noqa: F811
    """Where the site is served."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=built)
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desktop", "phone"])
def page(browser, address, request):
    """An empty page; whatever it reports or fetches from elsewhere ends the test."""
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height}, base_url=address)
    page.set_default_timeout(60_000)
    reported = []
    page.on("console", lambda m: reported.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: reported.append(str(error)))
    page.on("requestfailed", lambda r: reported.append(r.url))
    page.on(
        "request",
        lambda r: None if r.url.startswith((address, "data:")) else reported.append(r.url),
    )
    page.on("response", lambda r: reported.append(r.url) if r.status >= 400 else None)
    yield page
    page.close()
    assert reported == []


def open_menu(page):
    """Slide the navigation in, where it is hidden."""
    if page.viewport_size["width"] < 1000:
        page.locator("header label[for=__navigation]").click()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_show(page, language):
    for name in READ:
        page.goto(f"/{language}/{name}.html")
        assert page.locator("h1").first.is_visible()
        wide, inner = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= inner + 1, f"{name} can be moved sideways"


@pytest.mark.parametrize(("language", "words", "result"), SEARCHES)
def test_search(page, language, words, result):
    page.goto(f"/{language}/index.html")
    field = page.locator("input[name=q]").first
    open_menu(page)
    field.fill(words)
    field.press("Enter")
    page.wait_for_url("**/search.html*")
    page.locator("#search-results ul.search li a").first.wait_for()
    found = page.locator("#search-results ul.search li a").all_inner_texts()
    assert any(result in text for text in found[:10]), found[:10]


def test_the_language_switch_keeps_the_page(page):
    page.goto("/en/guide/data.html")
    link = page.locator(".language-switch a[lang=zh]")
    open_menu(page)
    link.click()
    page.wait_for_url("**/zh/guide/data.html")
    assert page.locator("html").get_attribute("lang").startswith("zh")
    assert "数据" in page.locator("h1").inner_text()


def test_the_first_page_takes_the_reader_s_language(browser, address):
    for locale, path in [("zh-CN", "/zh/"), ("de-DE", "/en/")]:
        context = browser.new_context(locale=locale)
        page = context.new_page()
        page.goto(address)
        page.wait_for_url(f"**{path}index.html")
        context.close()


def test_the_chooser_names_the_command(page):
    page.goto("/en/install.html")
    shown = page.locator(".chooser pre")
    assert shown.inner_text() == "pip install ."
    page.locator(".chooser button", has_text="CUDA 12").click()
    assert shown.inner_text() == "pip install '.[cuda12]'"
    page.locator(".chooser button", has_text="macOS").click()
    assert shown.inner_text() == "pip install ."


def test_a_walk_by_links(page):
    page.goto("/en/index.html")
    page.locator("article a", has_text="a first hour").first.click()
    page.wait_for_url("**/first-hour.html")
    page.locator("article a", has_text="The lessons").first.click()
    page.wait_for_url("**/lessons/index.html")
    page.locator("article a", has_text="05_softmax_regression_gluon").first.click()
    page.wait_for_url("**/05_softmax_regression_gluon.html")
    loaded = "i => i.complete && i.naturalWidth > 100"
    assert page.locator("article img").last.evaluate(loaded)
