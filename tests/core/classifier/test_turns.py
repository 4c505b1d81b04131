"""Turns: one at a time, in order, with the number of those before, and given up by whoever stops waiting."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.classifier.turns import Turns


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.001)


def test_twenty_threads_go_one_at_a_time_in_the_order_in_which_they_came() -> None:
    turns, inside, order, most = Turns(), [], [], []

    def go(n: int) -> None:
        with turns.take():
            inside.append(n)
            most.append(len(inside))
            order.append(n)
            time.sleep(0.001)
            inside.remove(n)

    with ThreadPoolExecutor(20) as pool, turns.take():
        for n in range(20):
            pool.submit(go, n)
            wait_until(lambda n=n: len(turns._tickets) == n + 2)  # type: ignore[misc]
    assert order == list(range(20))
    assert max(most) == 1


def test_those_who_wait_are_told_how_many_are_before_them() -> None:
    turns = Turns()
    told: list[int] = []
    with ThreadPoolExecutor(3) as pool:
        with turns.take():
            pool.submit(lambda: _take(turns))
            wait_until(lambda: len(turns._tickets) == 2)
            last = pool.submit(lambda: _take(turns, told.append))
            wait_until(lambda: bool(told))
        last.result(timeout=20)
    assert told[0] == 2
    assert told == sorted(told, reverse=True)
    assert 0 not in told


def _take(turns: Turns, tell: Callable[[int], object] = lambda n_before: None) -> None:
    with turns.take(tell):
        pass


def test_a_turn_within_a_turn_is_the_same_turn() -> None:
    turns = Turns()
    with turns.take(), turns.take():
        assert len(turns._tickets) == 1
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_take, turns).result(timeout=20)


def test_who_stops_waiting_or_fails_is_in_nobodys_way() -> None:
    turns = Turns()

    def stop(n_before: int) -> None:
        raise InterruptedError(n_before)

    with ThreadPoolExecutor(1) as pool, turns.take():
        with pytest.raises(InterruptedError):
            pool.submit(_take, turns, stop).result(timeout=20)
        assert len(turns._tickets) == 1
    with pytest.raises(KeyError), turns.take():
        raise KeyError
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_take, turns).result(timeout=20)
