"""A real Chromium for tests that look at pages; started once, without WebGL."""

import importlib.util
import shutil
import time
from contextlib import contextmanager
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
NO_WEBGL = ("--disable-3d-apis", "--disable-software-rasterizer")
MEASURED = ("--enable-precise-memory-info", "--js-flags=--expose-gc")


def program():
    """Return the path of a browser, None where there is none."""
    return next((p for name in NAMES if (p := shutil.which(name))), None)


def missing():
    """Say why there is no browser here, nothing where there is one."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed"
    return "" if program() else "no Chromium: apt-get install chromium"


@contextmanager
def started():
    """Give a running browser."""
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", *NO_WEBGL, *MEASURED]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def until(page, condition, seconds=10.0):
    """Wait for a condition; asked from outside, as the page admits no `eval`."""
    end = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < end, f"never so: {condition}"
        page.wait_for_timeout(15)


class Opened:
    """A page in a context of its own, and everything it complained about."""

    def __init__(self, browser, path, *, size=(1366, 768), before=None):
        width, height = size
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True
        )
        self.complaints, self.requests = [], []
        self.page = self.context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.add_init_script(
            "window.violations = [];"
            "document.addEventListener('securitypolicyviolation',"
            " (e) => window.violations.push(e.violatedDirective));"
        )
        if before:
            self.page.add_init_script(before)
        self.load(path)

    def _said(self, message):
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def load(self, path):
        self.page.goto(Path(path).as_uri())
        until(self.page, "document.documentElement.dataset.ready === '1'")

    @property
    def asked(self):
        """Addresses asked for, but the page's own and what it holds."""
        own = ("file://", "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]

    @property
    def violations(self):
        return self.page.evaluate("window.violations")

    def settle(self):
        """Wait until drawing is done."""
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame("
            "() => requestAnimationFrame(done)))"
        )

    def close(self):
        self.context.close()
