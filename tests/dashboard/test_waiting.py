"""Who waits for the network is shown how many are before it, and nothing once it is its turn."""

import threading
from collections.abc import Callable

import pytest

from core.classifier.turns import Turns
from dashboard.components.waiting import take_turn
from tests.dashboard.conftest import DarknessClassifier


class _Line:
    """What a placeholder of the page shows, and what it has shown."""

    def __init__(self, is_shown: Callable[[str], object]) -> None:
        self.shown = ""
        self._is_shown = is_shown

    def caption(self, text: str) -> None:
        self.shown = text
        self._is_shown(text)

    def empty(self) -> None:
        self.shown = ""


@pytest.fixture
def busy() -> DarknessClassifier:
    """A classifier that two others want at the moment."""
    classifier = DarknessClassifier()
    classifier._turns = Turns()
    return classifier


def test_the_length_of_the_queue_is_shown_until_it_is_ones_turn(
    busy: DarknessClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    first_may_go, second_may_go = threading.Event(), threading.Event()
    in_turn, queued = threading.Event(), threading.Event()

    def hold(may_go: threading.Event) -> None:
        with busy.turn(lambda n_before: queued.set()):
            in_turn.set()
            assert may_go.wait(20)

    def see(text: str) -> None:
        shown.append(text)
        (first_may_go if len(shown) == 1 else second_may_go).set()

    line = _Line(see)
    monkeypatch.setattr("dashboard.components.waiting.st.empty", lambda: line)
    others = [threading.Thread(target=hold, args=(event,)) for event in (first_may_go, second_may_go)]
    others[0].start()
    assert in_turn.wait(20)
    others[1].start()
    assert queued.wait(20)
    with take_turn(busy, "Classifying …"):
        assert line.shown == ""
    for other in others:
        other.join(20)
    assert [text.split(" ", 1)[1].split(" before", 1)[0] for text in shown] == ["2 pictures are", "1 picture is"]


def test_nothing_is_shown_where_nobody_waits(busy: DarknessClassifier, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    line = _Line(shown.append)
    monkeypatch.setattr("dashboard.components.waiting.st.empty", lambda: line)
    with take_turn(busy, "Classifying …"):
        pass
    assert shown == []
