"""What a session has worked out is not worked out again, and the oldest of it makes room."""

import pytest
import streamlit as st

from dashboard.session import known, once


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was worked out, in a session of its own."""
    monkeypatch.setattr(st, "session_state", {})
    return []


def ask(worked: list[str], name: str, kind: str = "word") -> str:
    def work_out() -> str:
        worked.append(name)
        return name.upper()

    return once(kind, (name,), work_out, at_most=2)


def test_the_second_time_it_is_only_given(worked: list[str]) -> None:
    assert [ask(worked, "a"), ask(worked, "a")] == ["A", "A"]
    assert worked == ["a"]


def test_of_each_kind_the_oldest_goes(worked: list[str]) -> None:
    for name in ("a", "b", "c"):
        ask(worked, name)
    ask(worked, "a", kind="other")
    assert known("word", ("a",), str) is None
    assert [known("word", (name,), str) for name in ("b", "c")] == ["B", "C"]
    assert known("other", ("a",), str) == "A"
    assert ask(worked, "a") == "A" and worked == ["a", "b", "c", "a", "a"]


def test_what_fails_is_not_kept(worked: list[str]) -> None:
    def fail() -> str:
        raise ValueError

    with pytest.raises(ValueError):
        once("word", ("a",), fail)
    assert ask(worked, "a") == "A"


def test_none_is_worked_out_once_too(worked: list[str]) -> None:
    def find() -> None:
        worked.append("looked")

    once("found", ("a",), find)
    once("found", ("a",), find)
    assert worked == ["looked"]
    assert known("found", ("a",), str) is None
