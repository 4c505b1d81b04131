"""Turns at something that only one thread may use at a time."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_TELL_EVERY_S = 3.0  # a page that draws a new number at every turn of twenty takes the time from those whose turn it is


class Turns:
    """Lets threads in one at a time, in the order in which they came, and tells each how many are before it.

    A plain lock lets in whoever happens to be awake: with twenty sessions some would wait for many others' turns.
    """

    def __init__(self) -> None:
        self._tickets: deque[object] = deque()  # the first one's turn it is
        self._owner: int | None = None
        self._changed = threading.Condition()

    @contextmanager
    def take(self, tell: Callable[[int], object] = lambda n_before: None) -> Iterator[None]:
        """Wait for this thread's turn and have it; a thread whose turn it is goes straight on.

        `tell` is called in the waiting thread with how many are before it, when that has changed, every 3 s at most;
        what it raises ends the waiting.
        """
        if self._owner == threading.get_ident():
            yield
            return
        ticket = object()
        with self._changed:
            self._tickets.append(ticket)
        try:
            self._wait(ticket, tell)
            self._owner = threading.get_ident()
            yield
        finally:
            self._leave(ticket)

    def _wait(self, ticket: object, tell: Callable[[int], object]) -> None:
        n_before = self._count_before(ticket)
        while n_before:
            tell(n_before)
            n_before = self._next_count(ticket, told=n_before)

    def _next_count(self, ticket: object, told: int) -> int:
        """How many are before a ticket: at once when none is, else when it is not what was told, and not too soon."""
        with self._changed:
            self._changed.wait_for(lambda: not self._count_before(ticket), timeout=_TELL_EVERY_S)
            self._changed.wait_for(lambda: self._count_before(ticket) != told)
            return self._count_before(ticket)

    def _count_before(self, ticket: object) -> int:
        with self._changed:
            return self._tickets.index(ticket)

    def _leave(self, ticket: object) -> None:
        with self._changed:
            if self._owner == threading.get_ident():
                self._owner = None
            self._tickets.remove(ticket)
            self._changed.notify_all()
