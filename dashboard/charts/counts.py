"""How many images fall where: confusion matrix and score distributions."""

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.evaluation.curves import ConfusionCounts, ScoreHistogram
from dashboard.charts.style import (
    BLUE,
    SHARE_PX,
    VERMILLION,
    add_threshold,
    dress,
    faded,
    fix_room,
    new_figure,
    percent,
    threshold_text,
)

_CALLED = ("called malignant", "not called")
_TRUTH = ("benign", "malignant")  # plotly draws the first row at the bottom
_TRUTH_PX = 114  # "malignant", its distance and a title


def confusion_matrix(counts: ConfusionCounts) -> go.Figure:
    """Four cells in words and numbers; the tint is the share of the row, so that classes of any size compare."""
    n_malignant = counts.true_positive + counts.false_negative
    n_benign = counts.false_positive + counts.true_negative
    figure = new_figure(
        f"Found {counts.true_positive} of {n_malignant} malignant; {counts.false_positive} of {n_benign} benign called"
    )
    cells = [
        [(counts.false_positive, n_benign, "false alarm"), (counts.true_negative, n_benign, "rightly not called")],
        [(counts.true_positive, n_malignant, "found"), (counts.false_negative, n_malignant, "missed")],
    ]
    figure.add_heatmap(
        x=_CALLED,
        y=_TRUTH,
        z=[[n / max(total, 1) for n, total, _ in row] for row in cells],
        zmin=0,
        zmax=1,
        colorscale=[[0, faded(BLUE, 0.05)], [1, faded(BLUE, 0.45)]],
        showscale=False,
        xgap=4,
        ygap=4,
        hovertext=[[f"{n} of {total} images: {name}" for n, total, name in row] for row in cells],
        hoverinfo="text",
    )
    for truth, row in zip(_TRUTH, cells, strict=True):
        for called, (n, total, name) in zip(_CALLED, row, strict=True):
            text = f"<b>{n}</b><br>{name}<br>{percent(n / max(total, 1))} of {truth}"
            figure.add_annotation(x=called, y=truth, text=text, showarrow=False)
    figure.update_xaxes(title=f"Network, at {threshold_text(counts.threshold)}", showgrid=False)
    figure.update_yaxes(title="Label", showgrid=False)
    return fix_room(figure, _TRUTH_PX)


def score_distributions(
    histogram: ScoreHistogram, counts: ConfusionCounts, no_concern: float, *, action: str = "refer"
) -> go.Figure:
    """Images per score, malignant above benign; lines at the threshold of `counts` and at `no_concern`, in [0, 1].

    `action` is what is done at or above the threshold.
    """
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.16)
    _add_bars(figure, 1, histogram, "malignant", VERMILLION, "/")
    _add_bars(figure, 2, histogram, "benign", BLUE, "")
    dress(
        figure,
        f"{counts.false_negative} malignant images scored below {threshold_text(counts.threshold)}, "
        f"{counts.false_positive} benign ones at or above",
    )
    lines = {"dash": (counts.threshold, f"{action} ≥ {threshold_text(counts.threshold)}", 1)}
    if no_concern < counts.threshold:
        lines["dot"] = (no_concern, f"no concern < {threshold_text(no_concern)}", 2)
    for dash, (threshold, text, labelled_row) in lines.items():  # one label per row, so that close ones do not collide
        for row in (1, 2):
            add_threshold(figure, threshold, text if row == labelled_row else "", dash=dash, row=row)
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    figure.update_xaxes(title="Malignant probability", row=2, col=1)
    return fix_room(figure, SHARE_PX).update_layout(bargap=0.05, showlegend=False)


def _add_bars(figure: go.Figure, row: int, histogram: ScoreHistogram, name: str, colour: str, pattern: str) -> None:
    edges = histogram.edges
    n = histogram.malignant if name == "malignant" else histogram.benign
    hover = [
        f"{count} {name} images scored {percent(low)} to {percent(high)}"
        for count, low, high in zip(n, edges[:-1], edges[1:], strict=True)
    ]
    figure.add_bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=n,
        name=name,
        marker={"color": colour, "pattern": {"shape": pattern}},
        hovertext=hover,
        hoverinfo="text",
        row=row,
        col=1,
    )
    figure.update_yaxes(title=f"{int(n.sum())} {name}", row=row, col=1)
