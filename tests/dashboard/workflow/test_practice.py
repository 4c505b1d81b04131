from dataclasses import replace
from pathlib import Path

import pytest

from core.settings import DEFAULT_MODEL, Settings
from dashboard.workflow.practice import (
    DEFAULT_PREVALENCE,
    Practice,
    change_practice,
    load_practice,
    setting_history,
)
from dashboard.workflow.record import Record

CHANGED = Practice(readers=("Dr Ängström", "Nurse B"), prevalence=0.018, model="lesion-cnn", data=Path("/images"))


def test_a_new_practice_has_the_defaults(record: Record, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    practice = load_practice(record=record, settings=replace(settings, data=Path("/from/environment")))
    assert practice == Practice((), DEFAULT_PREVALENCE, DEFAULT_MODEL, Path("/from/environment"))
    assert setting_history(record=record) == ()


def test_what_was_set_is_in_force(record: Record, settings: Settings) -> None:
    change_practice(practice=CHANGED, who="dr a", record=record, settings=settings)
    assert load_practice(record=record, settings=settings) == CHANGED


def test_each_change_is_kept_with_who_and_when(record: Record, settings: Settings) -> None:
    before = load_practice(record=record, settings=settings)
    for who, prevalence in (("dr a", 0.1), ("dr b", 0.2)):
        practice = replace(before, prevalence=prevalence)
        assert change_practice(practice=practice, who=who, record=record, settings=settings) == ["prevalence"]
    history = setting_history(record=record)
    assert [(change.key, change.value, change.changed_by) for change in history] == [
        ("prevalence", "0.2", "dr b"),
        ("prevalence", "0.1", "dr a"),
    ]
    assert all(change.changed_at.tzinfo for change in history)


def test_what_stays_the_same_is_no_change(record: Record, settings: Settings) -> None:
    change_practice(practice=CHANGED, who="dr a", record=record, settings=settings)
    n_changes = len(setting_history(record=record))
    assert change_practice(practice=CHANGED, who="dr b", record=record, settings=settings) == []
    assert len(setting_history(record=record)) == n_changes
