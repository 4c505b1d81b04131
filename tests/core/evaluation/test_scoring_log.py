"""The record of every scoring of test images."""

from datetime import datetime
from pathlib import Path

from core.evaluation.scoring_log import LOG_FILE, log_scoring, read_log
from tests.core.evaluation.conftest import make_card

CARD = make_card()


def test_each_scoring_adds_a_line_and_changes_none(tmp_path: Path) -> None:
    first = log_scoring(tmp_path / "model", card=CARD, set_name="test", n=660, reason="Schlußmessung")
    before = (tmp_path / "model" / LOG_FILE).read_bytes()
    second = log_scoring(tmp_path / "model", card=CARD, set_name="ham10000-extra-test", n=1056)
    assert (tmp_path / "model" / LOG_FILE).read_bytes().startswith(before)
    assert before.endswith(b"\n")
    assert read_log(tmp_path / "model") == [first, second]
    assert (first.reason, second.reason) == ("Schlußmessung", "not stated")


def test_a_line_says_when_which_weights_and_how_many(tmp_path: Path) -> None:
    entry = log_scoring(tmp_path, card=CARD, set_name="test", n=660)
    assert (entry.model, entry.weights_sha256, entry.set, entry.n) == ("tiny", "ab" * 32, "test", 660)
    offset = datetime.fromisoformat(entry.scored_at).utcoffset()
    assert offset is not None and not offset


def test_where_nothing_was_logged_the_log_is_empty(tmp_path: Path) -> None:
    assert read_log(tmp_path) == []
