"""The report site as a browser shows it: a real headless Chromium, from file://, on a phone and on a desk."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from pipelines.reports.leadership import build_report
from tests.conftest import DemoRun

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
PAGES = ("index.html", "units/T06.html", "units/T45.html", "units/H461.html", "figures/VN/enterprise_coverage.html")
COMPLAINTS = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
PHONE, DESK = (360, 740), (1280, 900)

CONTRAST = """
(() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const linear = share => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
  const channel = value => linear(value / 255);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const weak = [];
  let looked = 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const ink = parse(element.closest("svg") ? style.fill : style.color);
    const [one, other] = [luminance(ink), luminance(ground(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    looked += 1;
    if (ratio < (isLarge ? 3 : 4.5)) weak.push(`${ratio.toFixed(2)}: ${texts.currentNode.textContent.trim()}`);
  }
  return {looked, weak};
})()
"""


class Browser:
    """One tab, spoken to by the DevTools protocol."""

    def __init__(self, connection: ClientConnection):
        self._connection, self._numbers = connection, itertools.count(1)
        self.events: list[dict[str, Any]] = []

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask and wait for the answer; events in between are kept."""
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._connection.recv(timeout=60))
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]
            self.events.append(message)

    def evaluate(self, script: str) -> Any:
        return self.call("Runtime.evaluate", expression=script, returnByValue=True)["result"]["value"]

    def show(self, page: Path, size: tuple[int, int]) -> None:
        """Load a page in a window of a size, and wait until it stands."""
        width, height = size
        phone = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == PHONE}
        self.call("Emulation.setDeviceMetricsOverride", **phone)
        self.events.clear()
        self.call("Page.navigate", url=page.as_uri())
        deadline = time.monotonic() + 60
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            assert time.monotonic() < deadline, "the page does not load"
            self.events.append(json.loads(self._connection.recv(timeout=60)))


@pytest.fixture(scope="module")
def site(demo: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site."""
    return build_report(demo.settings, "2025-Q2", "vi", tmp_path_factory.mktemp("site") / "site").index.parent


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser of our own, ended with the tests."""
    profile = tmp_path_factory.mktemp("chromium")
    switches = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0"]
    process = subprocess.Popen(
        [str(CHROMIUM), *switches, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port_file, deadline = profile / "DevToolsActivePort", time.monotonic() + 60
        while not (port_file.exists() and len(port_file.read_text().splitlines()) == 2):
            assert time.monotonic() < deadline, "Chromium does not start"
            time.sleep(0.1)
        port, path = port_file.read_text().splitlines()
        with connect(f"ws://127.0.0.1:{port}{path}", max_size=None, proxy=None) as whole:
            target = Browser(whole).call("Target.createTarget", url="about:blank")["targetId"]
            with connect(f"ws://127.0.0.1:{port}/devtools/page/{target}", max_size=None, proxy=None) as tab:
                browser = Browser(tab)
                for domain in ("Page", "Network", "Runtime", "Log"):
                    browser.call(f"{domain}.enable")
                yield browser
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_from_disk_without_network_and_without_complaint(
    site: Path, browser: Browser, page: str, size: tuple[int, int]
) -> None:
    browser.show(site / page, size)
    requests = [
        event["params"]["request"] for event in browser.events if event["method"] == "Network.requestWillBeSent"
    ]
    asked = [request["url"] for request in requests]
    assert [url for url in asked if not url.startswith(("file://", "data:"))] == []
    assert asked[0] == (site / page).as_uri()
    assert [event for event in browser.events if event["method"] in COMPLAINTS] == []
    assert browser.evaluate("document.querySelector('h1').textContent.trim().length") > 5


@pytest.mark.parametrize("page", PAGES)
def test_nothing_scrolls_sideways_on_a_phone(site: Path, browser: Browser, page: str) -> None:
    browser.show(site / page, PHONE)
    assert browser.evaluate("document.documentElement.clientWidth") == PHONE[0]
    assert browser.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    beyond = "e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1"
    beyond = f"[...document.querySelectorAll('main *')].filter({beyond}).map(e => e.outerHTML.slice(0, 120))"
    assert browser.evaluate(beyond) == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("page", PAGES)
def test_all_words_stand_out_from_their_ground(site: Path, browser: Browser, page: str, size: tuple[int, int]) -> None:
    browser.show(site / page, size)
    found = browser.evaluate(CONTRAST)
    assert found["looked"] > 20
    assert found["weak"] == []


def test_a_page_prints_on_a4_without_what_only_a_screen_needs(site: Path, browser: Browser) -> None:
    browser.show(site / "index.html", DESK)
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    browser.call("Emulation.setEmulatedMedia", media="")
    printed = browser.call("Page.printToPDF", preferCSSPageSize=True)
    assert len(printed["data"]) > 10_000
