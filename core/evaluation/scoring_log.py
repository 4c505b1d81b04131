"""A record of every time that a network was measured on test images: the shorter, the more its figures are worth.

The rule: whoever scores a test part leaves a line. A measurement that is published, written beside the weights, is
appended to the `test_log.jsonl` beside them and must give its reason; every other scoring of a test part, a comparison
too, is appended to `test_log.jsonl` in the folder of the user's own evaluations. Nothing is refused, since a rule that
can be got round by copying the files is worth less than a record; nothing is ever rewritten. Parts that are there to
choose on, and a practice's own images, are not logged.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.classifier.card import ModelCard

LOG_FILE = "test_log.jsonl"
NO_REASON = "not stated"


@dataclass(frozen=True, slots=True)
class LoggedScoring:
    """One line of the log; `scored_at` is UTC."""

    scored_at: str
    model: str
    weights_sha256: str
    set: str
    n: int
    reason: str


def log_scoring(folder: Path, *, card: ModelCard, set_name: str, n: int, reason: str = NO_REASON) -> LoggedScoring:
    """Append one line to the log in `folder`, in a single write, so that what is there stays as it is."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    entry = LoggedScoring(now, card.name, card.weights_sha256, set_name, n, reason)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOG_FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
    return entry


def read_log(folder: Path) -> list[LoggedScoring]:
    """All lines of the log in `folder`, the oldest first; none where there is no log."""
    path = folder / LOG_FILE
    if not path.is_file():
        return []
    return [LoggedScoring(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
