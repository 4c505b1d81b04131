import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.classifier.classifier import Classifier
from core.errors import WeightsMissing
from dashboard.shelf import ClassifierShelf
from tests.dashboard.conftest import DarknessClassifier


def test_a_network_is_loaded_once_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[Path] = []

    def load(folder: Path, threads: int) -> Classifier:
        loaded.append(folder)
        time.sleep(0.05)
        return DarknessClassifier()

    monkeypatch.setattr(Classifier, "load", load)
    shelf = ClassifierShelf(Path("weights"), threads=1)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(shelf.get, ["a"] * 16))
    assert len(found) == 1
    assert loaded == [Path("weights/a")]
    assert shelf.get("b") not in found


def test_a_network_that_comes_later_is_found(untrained_cnn: Path, tmp_path: Path) -> None:
    shelf = ClassifierShelf(tmp_path, threads=1)
    shelf.warm_up("net")  # says nothing: the page that needs it does
    with pytest.raises(WeightsMissing):
        shelf.get("net")
    assert not shelf.is_ready("net")
    shutil.copytree(untrained_cnn, tmp_path / "net")
    assert shelf.get("net").card.architecture == "lesion_cnn"
    assert shelf.is_ready("net")


def test_warming_up_loads_beside_what_else_happens(untrained_cnn: Path) -> None:
    shelf = ClassifierShelf(untrained_cnn.parent, threads=1)
    shelf.warm_up(untrained_cnn.name)
    deadline = time.monotonic() + 20
    while not shelf.is_ready(untrained_cnn.name) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert shelf.is_ready(untrained_cnn.name)


def test_a_threshold_that_was_set_elsewhere_counts_at_once(untrained_cnn: Path) -> None:
    in_force: list[float | None] = [None, 0.1, 0.1, 0.2, None]
    shelf = ClassifierShelf(untrained_cnn.parent, threads=1, threshold_of=lambda _: in_force.pop(0))
    first, own, again, other, last = (shelf.get(untrained_cnn.name) for _ in range(5))
    assert [found.card.refer_threshold for found in (own, other)] == [0.1, 0.2]
    assert (again, last) == (own, first)  # those who wait for their turn wait for one network
