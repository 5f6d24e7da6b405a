"""The real browser: Chromium on the path, else the one that the set-up unpacked."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from intake.demo.people import PASSWORD
from models.session import db
from tests.factors import unused_code

ROOT = Path(__file__).parents[2]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def executable() -> str:
    """The browser that the set-up found or unpacked; nothing is unpacked while tests run."""
    sys.path.insert(0, str(ROOT))
    import dev

    found = dev.chromium()
    assert found, "there is no browser: run `python3 dev.py browser` once, as `make test` does"
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with a place of its own for what it writes beside its profile, and leaves there."""
    place = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
    with place as folder, sync_playwright() as playwright:
        environment = {**os.environ, "TMPDIR": folder}
        browser = playwright.chromium.launch(
            executable_path=executable(), args=QUIET, env=environment
        )
        yield browser
        browser.close()


@contextmanager
def served(app) -> Iterator[str]:
    """The application at an address of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


def give_factor(page) -> None:
    """The code of the app, where the sign-in asks for it."""
    if page.url.endswith("/sign-in/second"):
        page.fill("#code", unused_code(db.get_bind()))
        page.get_by_role("button", name="Anmelden im System").click()
        page.wait_for_url(lambda url: not url.endswith("/sign-in/second"))


@contextmanager
def someone(browser, address, email, **options):
    """A page on which somebody is signed in; console errors fail."""
    context = browser.new_context(locale="de-CH", **options)
    page = context.new_page()
    trouble = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "console",
        lambda m: (
            trouble.append(m.text)
            if m.type == "error" and "409" not in m.text and "422" not in m.text
            else None
        ),
    )
    page.goto(f"{address}/sign-in")
    page.fill("#sign_in_email", email)
    page.fill("#sign_in_password", PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_url("**/*")
    give_factor(page)
    yield page
    context.close()
    assert trouble == [], trouble


#: Desktop and phone, light and dark.
WAYS = [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]


def look(page, name, width, scheme):
    """axe finds nothing, nothing overflows; a picture where INTAKE_SHOTS names a folder."""
    report = Axe().run(page)
    assert report.violations_count == 0, (name, report.generate_report())
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    if folder := os.environ.get("INTAKE_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)
