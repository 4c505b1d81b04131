"""Several pages press "Classify Skin Lesion" at the same moment; how long each waits, and what its queue said."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Page

_AHEAD_MS = 1500  # until all pages press; each must have heard of it by then
_PATIENCE_MS = 180_000.0
# In the page itself, since a browser that is asked one page after the other sees the last one's result too late.
_WATCH = """
window.seen = {pressed: null, shown: null, queue: []};
new MutationObserver(() => {
    const root = document.getElementById('root'), seen = window.seen;
    if (!root || seen.pressed === null || seen.shown !== null) return;
    const waiting = root.textContent.match(/(\\d+) pictures? (?:is|are) before yours/);
    if (waiting && seen.queue.at(-1) !== Number(waiting[1])) seen.queue.push(Number(waiting[1]));
    if (root.querySelector('.lw-number')) seen.shown = performance.now();
}).observe(document, {subtree: true, childList: true, characterData: true});
"""
_PRESS = """at => setTimeout(() => {
    const isMeant = button => button.textContent.includes('Classify Skin Lesion');
    window.seen.pressed = performance.now();
    [...document.querySelectorAll('button')].find(isMeant).click();
}, at - Date.now())"""


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds from a press to the probability on the screen, and how many pictures were said to be before it."""

    seconds: float
    queue: tuple[int, ...]


def watch(page: Page) -> None:
    """Have a page that is not opened yet note when it pressed, when it had its result, and its place in the queue."""
    page.add_init_script(_WATCH)


def press_together(pages: Sequence[Page]) -> list[Wait]:
    """Press the button of all these watched pages at one moment and wait until each has its result."""
    at_ms = 1000 * time.time() + _AHEAD_MS
    for page in pages:
        page.evaluate(_PRESS, at_ms)
    for page in pages:
        page.wait_for_function("window.seen.shown !== null", timeout=_PATIENCE_MS)
    seen = [page.evaluate("window.seen") for page in pages]
    return [Wait((one["shown"] - one["pressed"]) / 1000, tuple(one["queue"])) for one in seen]
