"""What a transaction is begun for; each kind of database makes its own statement of it."""

import enum
from typing import Final

from sqlalchemy import Connection

_OPTION: Final = "begin_for"


class Begin(enum.Enum):
    """What a transaction is begun for."""

    READING = "reading"
    WRITING = "writing"
    MIGRATING = "migrating"


# A unit of work that writes takes the lock at its start: of two that read before they write, and lock only then, one
# loses the other's changes.
BEGIN_READING: Final = {_OPTION: Begin.READING}
BEGIN_WRITING: Final = {_OPTION: Begin.WRITING}
BEGIN_MIGRATING: Final = {_OPTION: Begin.MIGRATING}


def how_it_begins(connection: Connection) -> Begin | None:
    """What the connection's next transaction is for; None where nobody said."""
    found: Begin | None = connection.get_execution_options().get(_OPTION)
    return found
