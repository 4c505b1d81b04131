"""Turns at something that only one thread may use at a time."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager


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

        `tell` is called in the waiting thread with how many are before it, whenever that changes; what it raises ends
        the waiting.
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
        n_before = self._count_before(ticket, told=-1)
        while n_before:
            tell(n_before)
            n_before = self._count_before(ticket, told=n_before)

    def _count_before(self, ticket: object, told: int) -> int:
        """How many are before a ticket, as soon as that is not what was told."""
        with self._changed:
            self._changed.wait_for(lambda: self._tickets.index(ticket) != told)
            return self._tickets.index(ticket)

    def _leave(self, ticket: object) -> None:
        with self._changed:
            if self._owner == threading.get_ident():
                self._owner = None
            self._tickets.remove(ticket)
            self._changed.notify_all()
