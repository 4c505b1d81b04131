"""The networks that are in memory, shared by all sessions and by the worker."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import WeightsUnusable

if TYPE_CHECKING:
    from core.classifier.card import ModelCard
    from core.classifier.classifier import Classifier


class ClassifierShelf:
    """Loads each network once, on first use. A network that cannot be used is tried again on the next call.

    `threshold_of` says which referral threshold the practice put in force for a card; None is the card's own.
    """

    def __init__(
        self, weights_root: Path, threads: int, threshold_of: "Callable[[ModelCard], float | None] | None" = None
    ) -> None:
        self._threshold_of = threshold_of
        self._root = weights_root
        self._threads = threads
        self._loaded: dict[str, Classifier] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> "Classifier":
        """The network of that name. Raises WeightsMissing, WeightsChanged or CardUnusable."""
        with self._lock:
            if name not in self._loaded:
                from core.classifier.classifier import Classifier  # torch and timm: seconds that no page should wait

                classifier = Classifier.load(self._root / name, self._threads)
                own = self._threshold_of(classifier.card) if self._threshold_of else None
                self._loaded[name] = classifier if own is None else classifier.at_threshold(own)
            return self._loaded[name]

    def forget(self, name: str) -> None:
        """Load that network anew when it is next asked for: its threshold was changed."""
        with self._lock:
            self._loaded.pop(name, None)

    def is_ready(self, name: str) -> bool:
        """Whether that network can be used without waiting for it to load."""
        return name in self._loaded

    def warm_up(self, name: str) -> None:
        """Begin to load a network beside what else happens; a failure is told when it is asked for."""

        def load() -> None:
            try:
                classifier = self.get(name)
            except WeightsUnusable:
                return  # `get` says so, with its sentence, to the first page that needs the network
            classifier.warm_up()

        threading.Thread(target=load, name="warm-up", daemon=True).start()
