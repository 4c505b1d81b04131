"""The rates of a practice's own cases, month by month."""

import pandas as pd
import plotly.graph_objects as go

from core.evaluation.figures import Figure
from core.evaluation.wilson import wilson_interval
from core.taxonomy import Band
from dashboard.charts.live import rates_over_time
from dashboard.components.words import BAND_LABEL

HELD_BACK = (
    "Held back: pictures that got no score at first, because a gate held them back or a batch file could not be read, "
    "each once a day, also if it was scored later for a reason. They are of all batch files that were looked at and, "
    "from the first one that was held back there on, of the Analyse page's pictures that were held back, or passed "
    "the gates and were saved. Against a gate: the saved cases that were scored for such a reason, of those that gates "
    "looked at. A picture that was held back, scored for a reason and saved is in both rates."
)


def live_rates(months: pd.DataFrame, reads: pd.DataFrame, refusals: pd.DataFrame) -> dict[str, go.Figure]:
    """By name: bands, agreement, switches, overrides, refusals; each only where something was counted.

    A month without anything has a place on the axis and no mark, so that no line runs over it.
    """
    charts = {}
    months, reads, refusals = every_month(months), every_month(reads), every_month(refusals)
    if len(months):
        title = f"{_share(months[Band.REFER], months['n'])} of {int(months['n'].sum()):,} cases were referred"
        bands = {BAND_LABEL[band]: months[str(band)] for band in Band}
        charts["bands"] = rates_over_time(title, month_names(months), bands, months["n"], "cases")
    said = "The clinician agreed in {share} of {n} reviewed cases"
    charts |= _one("agreement", months, "agreed", "reviewed", "reviewed cases", said)
    said = "{share} of {n} first reads were changed after the reveal"
    charts |= _one("switches", reads, "switched", "finals", "first reads", said)
    said = "{share} of {n} cases were scored against a gate, with a reason"
    charts |= _one("overrides", months, "overridden", "checked", "cases that gates looked at", said)
    return charts | _one(
        "refusals",
        refusals,
        "held_back",
        "looked_at",
        "pictures",
        "{share} of {n} pictures were held back, by any network",
    )


def month_names(months: pd.DataFrame) -> list[str]:
    """Each row's month, such as "2026-03"."""
    return [f"{year}-{month:02}" for year, month in zip(months["year"], months["month"], strict=True)]


def every_month(counted: pd.DataFrame) -> pd.DataFrame:
    """The rows of `year`, `month` and counts in their order, with zeros for each month between that has none."""
    if not len(counted):
        return counted
    number = 12 * counted["year"].astype(int) + counted["month"].astype(int) - 1
    every = pd.RangeIndex(number.min(), number.max() + 1)
    filled = counted.set_axis(pd.Index(number)).reindex(every, fill_value=0)
    return filled.assign(year=every // 12, month=every % 12 + 1).reset_index(drop=True)


def _one(name: str, months: pd.DataFrame, part: str, whole: str, of: str, title: str) -> dict[str, go.Figure]:
    if not len(months) or not months[whole].sum():
        return {}
    said = title.format(share=_share(months[part], months[whole]), n=f"{int(months[whole].sum()):,}")
    return {name: rates_over_time(said, month_names(months), {part.replace("_", " "): months[part]}, months[whole], of)}


def _share(part: pd.Series, whole: pd.Series) -> str:
    """A share of all months with its interval, such as "54% (49–59%)"."""
    n_hits, n = int(part.sum()), int(whole.sum())
    if not n:
        return "none"
    low, high = wilson_interval(n_hits, n)
    return Figure(n_hits / n, float(low), float(high)).as_percent()
