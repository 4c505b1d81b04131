"""The ways in which a picture can lie."""

from enum import StrEnum


class Turn(StrEnum):
    """The eight ways in which a picture can lie; turns are counter-clockwise."""

    NONE = "none"
    LEFT_RIGHT = "flipped left to right"
    TOP_BOTTOM = "flipped top to bottom"
    HALF = "turned by 180 degrees"
    TRANSPOSED = "mirrored along the diagonal"
    QUARTER = "turned by 90 degrees"
    THREE_QUARTERS = "turned by 270 degrees"
    TRANSVERSE = "mirrored along the other diagonal"
