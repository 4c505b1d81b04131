"""A figure never travels without its interval."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_PERCENTILES = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with the two ends of its 95% interval; NaN where it is not defined."""

    value: float
    low: float
    high: float

    @classmethod
    def from_draws(cls, value: float, draws: NDArray[np.float64]) -> "Figure":
        """The percentile interval of bootstrap draws (R,) around the value, widened where needed to hold the value.

        Draws of ECE lie above it, since resampling roughens the bins, so its bare percentiles may miss it.
        """
        known = draws[np.isfinite(draws)]
        if not len(known) or not math.isfinite(value):
            return cls(value, math.nan, math.nan)
        low, high = np.percentile(known, _PERCENTILES)
        return cls(value, min(float(low), value), max(float(high), value))

    @classmethod
    def from_json(cls, values: Mapping[str, float | None]) -> "Figure":
        """The figure that `as_json` wrote. Raises KeyError where a part is missing."""
        return cls(*(math.nan if values[key] is None else float(values[key] or 0) for key in ("value", "low", "high")))

    def as_json(self) -> dict[str, float | None]:
        """`{"value", "low", "high"}`, with None (not 0, and not NaN, which is no JSON) for what is not defined."""
        parts = {"value": self.value, "low": self.low, "high": self.high}
        return {key: part if math.isfinite(part) else None for key, part in parts.items()}

    def as_points(self) -> str:
        """A difference of two shares in percentage points: "+1.3 (−0.2 to +2.9)"."""
        value, low, high = (f"{100 * part:+.1f}".replace("-", "−") for part in (self.value, self.low, self.high))
        return f"{value} ({low} to {high})"

    def as_difference(self, decimals: int = 3) -> str:
        """A difference of two figures that are no shares, such as ROC-AUCs: "+0.037 (−0.002 to +0.055)"."""
        value, low, high = (f"{part:+.{decimals}f}".replace("-", "−") for part in (self.value, self.low, self.high))
        return f"{value} ({low} to {high})"

    def as_text(self, decimals: int = 2) -> str:
        """Such as "0.97 (0.96–0.98)", or "-0.29 (-0.40 to -0.18)"."""
        if not math.isfinite(self.value):
            return "not defined"
        to = "–" if self.low >= 0 else " to "
        return f"{self.value:.{decimals}f} ({self.low:.{decimals}f}{to}{self.high:.{decimals}f})"

    def as_percent(self, decimals: int = 0) -> str:
        """Such as "94% (91–96%)"."""
        if not math.isfinite(self.value):
            return "not defined"
        value, low, high = (f"{100 * part:.{decimals}f}" for part in (self.value, self.low, self.high))
        return f"{value}% ({low}–{high}%)"


def p_text(p: float | None) -> str:
    """Such as "0.034" or "< 0.001"; "" where there is none."""
    if p is None:
        return ""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
