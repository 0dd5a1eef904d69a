"""The report site as a browser shows it: a real headless Chromium, from file://, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import CHROMIUM, DESK, PHONE, Browser, chromium

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]
PAGES = ("index.html", "units/T06.html", "units/T45.html", "units/H461.html", "figures/VN/enterprise_coverage.html")
COMPLAINTS = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")

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


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser of our own, ended with the tests."""
    with chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_from_disk_without_network_and_without_complaint(
    report: Path, browser: Browser, page: str, size: tuple[int, int]
) -> None:
    browser.show((report / page).as_uri(), size)
    requests = [
        event["params"]["request"] for event in browser.events if event["method"] == "Network.requestWillBeSent"
    ]
    asked = [request["url"] for request in requests]
    assert [url for url in asked if not url.startswith(("file://", "data:"))] == []
    assert asked[0] == (report / page).as_uri()
    assert [event for event in browser.events if event["method"] in COMPLAINTS] == []
    assert browser.evaluate("document.querySelector('h1').textContent.trim().length") > 5


@pytest.mark.parametrize("page", PAGES)
def test_nothing_scrolls_sideways_on_a_phone(report: Path, browser: Browser, page: str) -> None:
    browser.show((report / page).as_uri(), PHONE)
    assert browser.evaluate("document.documentElement.clientWidth") == PHONE[0]
    assert browser.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    beyond = "e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1"
    beyond = f"[...document.querySelectorAll('main *')].filter({beyond}).map(e => e.outerHTML.slice(0, 120))"
    assert browser.evaluate(beyond) == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("page", PAGES)
def test_all_words_stand_out_from_their_ground(
    report: Path, browser: Browser, page: str, size: tuple[int, int]
) -> None:
    browser.show((report / page).as_uri(), size)
    found = browser.evaluate(CONTRAST)
    assert found["looked"] > 20
    assert found["weak"] == []


def test_a_page_prints_on_a4_without_what_only_a_screen_needs(report: Path, browser: Browser) -> None:
    browser.show((report / "index.html").as_uri(), DESK)
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    browser.call("Emulation.setEmulatedMedia", media="")
    printed = browser.call("Page.printToPDF", preferCSSPageSize=True)
    assert len(printed["data"]) > 10_000
