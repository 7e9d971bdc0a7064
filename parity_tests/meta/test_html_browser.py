"""The HTML page in a real browser: on a phone, in the dark, and by keyboard."""

import html
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backproof.report.html import rendered
from parity_tests.meta.pages import one_file, several_files

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDTH = 390  # of a phone, in pixels
DARK = "--blink-settings=preferredColorScheme=0"
CONTRAST = 4.5  # of text, that the Web Content Accessibility Guidelines ask for (AA)
MEASURE = """
<script>
location.hash = "HASH";
const shown = document.getElementById("HASH");
const revealed = !shown || shown.checkVisibility();
document.querySelectorAll("details").forEach(d => { d.open = true; });
const all = [...document.querySelectorAll("body *")].filter(e => e.checkVisibility());
const numbers = c => c.match(/[\\d.]+/g).map(Number);
const light = c => numbers(c).slice(0, 3).map(v => v / 255)
  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, k) => sum + v * [0.2126, 0.7152, 0.0722][k], 0);
const behind = e => {
  const c = getComputedStyle(e).backgroundColor;
  return numbers(c)[3] === 0 ? behind(e.parentElement) : c;
};
const contrast = e => {
  const style = getComputedStyle(e), svg = e.namespaceURI.endsWith("svg");
  const pair = [light(svg ? style.fill : style.color), light(behind(svg ? e.closest("svg") : e))];
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
};
const said = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
const name = e => e.tagName + " " + e.textContent.trim().slice(0, 30);
const scrolls = e => e.scrollWidth > e.clientWidth + 1
  && ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
const focusable = all.filter(e => e.tabIndex >= 0);
const outlined = e => { e.focus(); return getComputedStyle(e).outlineStyle !== "none"; };
const measured = {
  revealed: revealed,
  window: innerWidth,
  page: document.documentElement.scrollWidth,
  background: light(behind(document.body)),
  texts: all.filter(said).length,
  faint: all.filter(said).filter(e => contrast(e) < LIMIT).map(e => name(e) + " " + contrast(e)),
  unreachable: all.filter(scrolls).filter(e => e.tabIndex < 0).map(name),
  scrolling: all.filter(scrolls).length,
  focusable: focusable.length,
  unseen: focusable.filter(e => !outlined(e)).map(name),
  flat: [...document.querySelectorAll("svg")].filter(e => e.checkVisibility())
    .filter(e => e.getBoundingClientRect().height < 3).map(name),
};
parent.postMessage(JSON.stringify(measured), "*");
</script>
"""
# A window of a browser cannot be as narrow as a phone; a frame can.
PHONE = """
<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<pre id="measured"></pre>
<script>
addEventListener("message", e => { document.getElementById("measured").textContent = e.data; });
</script>
<iframe src="page.html" width="WIDTH" height="844"></iframe>
"""
Look = Callable[..., dict[str, Any]]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Return what opens a page in a browser and measures it; skips where there is no browser."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        pytest.skip(f"there is no browser: none of {', '.join(BROWSERS)} is on the PATH")

    def measured(page: str, *options: str, hash: str = "environment") -> dict[str, Any]:  # noqa: A002
        phone, path = tmp_path / "phone.html", tmp_path / "page.html"
        script = MEASURE.replace("HASH", hash).replace("LIMIT", str(CONTRAST))
        path.write_text(page.replace("</body>", f"{script}</body>"), "utf-8")
        phone.write_text(PHONE.replace("WIDTH", str(WIDTH)), "utf-8")
        words = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        words += ["--enable-logging=stderr", f"--user-data-dir={tmp_path / 'profile'}"]
        words += ["--virtual-time-budget=10000", *options, "--dump-dom", phone.as_uri()]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
        answer = done.stdout.partition('<pre id="measured">')[2].partition("</pre>")[0]
        complaints = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return {"console": complaints, **json.loads(html.unescape(answer) or "{}")}

    return measured


def faults_of(seen: dict[str, Any]) -> list[str]:
    """Return which demands a page does not meet."""
    met = {
        "console": not seen["console"],
        "width": seen["page"] == seen["window"] == WIDTH,
        "contrast": not seen["faint"],
        "reach": not seen["unreachable"],
        "focus": not seen["unseen"],
        "reveal": seen["revealed"],
        "figures": not seen["flat"],
    }
    return [name for name, well in met.items() if not well]


def test_on_a_phone(look: Look) -> None:
    seen = look(rendered(one_file()))
    assert faults_of(seen) == [], seen
    assert seen["background"] > 0.9
    assert seen["texts"] > 200
    assert seen["scrolling"] >= 2
    assert seen["focusable"] > 15


def test_in_the_dark_with_several_files_of_which_one_is_folded(look: Look) -> None:
    seen = look(rendered(several_files()), DARK, hash="target-2")
    assert faults_of(seen) == [], seen
    assert seen["background"] < 0.02
    assert seen["texts"] > 200


def test_a_page_that_is_no_good_is_noticed(look: Look) -> None:
    page = rendered(one_file())
    bad = """
        <p style="width: 900px; outline: none; color: #999; background: #fff" tabindex="0">wide</p>
        <div style="width: 50px; overflow-x: auto"><p style="width: 200px">hidden</p></div>
        <svg height="1"></svg><p id="nowhere" style="display: none"></p>
        <script>no_such_thing()</script>
    """
    seen = look(page.replace("</main>", f"{bad}</main>"), hash="nowhere")
    assert set(faults_of(seen)) == {
        *("console", "width", "contrast", "reach", "focus", "reveal", "figures")
    }
