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

    `threshold_of` says which referral threshold the practice put in force for a card; None is the card's own. It is
    asked at every call: another server of the same record may have changed it.
    """

    def __init__(
        self, weights_root: Path, threads: int, threshold_of: "Callable[[ModelCard], float | None] | None" = None
    ) -> None:
        self._threshold_of = threshold_of
        self._root = weights_root
        self._threads = threads
        self._loaded: dict[str, Classifier] = {}
        self._at_own: dict[str, Classifier] = {}  # at the practice's own threshold, where there is one
        self._lock = threading.Lock()

    def get(self, name: str) -> "Classifier":
        """The network of that name. Raises WeightsMissing, WeightsChanged or CardUnusable."""
        with self._lock:
            if name not in self._loaded:
                from core.classifier.classifier import Classifier  # torch and timm: seconds that no page should wait

                self._loaded[name] = Classifier.load(self._root / name, self._threads)
            return self._at_threshold_in_force(name, self._loaded[name])

    def _at_threshold_in_force(self, name: str, loaded: "Classifier") -> "Classifier":
        """Always the same one for a threshold: those who wait for their turn wait for one and the same network."""
        own = self._threshold_of(loaded.card) if self._threshold_of else None
        if own is None:
            return loaded
        known = self._at_own.get(name)
        if known is None or known.card.refer_threshold != own:
            known = self._at_own[name] = loaded.at_threshold(own)
        return known

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
