"""How the training of a network went."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.charts.style import BLUE, GREEN, GREY, VERMILLION, dress

_LOSSES = {
    "train_loss": ("train", BLUE, "dash", "circle"),
    "validation_loss": ("validation", VERMILLION, "solid", "square"),
}
_SCORES = {
    "validation_roc_auc": ("ROC-AUC", VERMILLION, "solid", "square"),
    "validation_accuracy": ("accuracy", GREEN, "dot", "triangle-up"),
}


def training_curve(curve: pd.DataFrame, best_epoch: int | None = None) -> go.Figure:
    """Losses, and validation's ROC-AUC and accuracy, over the epochs of a `curve.csv`; the kept epoch is marked.

    Without `best_epoch` the one of the highest validation ROC-AUC counts as kept. Raises ValueError without an epoch.
    """
    if curve.empty:
        raise ValueError("expected at least one epoch, got none")
    roc_auc = dict(zip(curve["epoch"].astype(int), curve["validation_roc_auc"].astype(float), strict=True))
    best = max(roc_auc, key=lambda epoch: roc_auc[epoch]) if best_epoch is None else best_epoch
    figure = make_subplots(rows=1, cols=2, subplot_titles=("Loss (binary cross-entropy)", "On validation images"))
    _add_lines(figure, curve, _LOSSES, column=1)
    _add_lines(figure, curve, _SCORES, column=2)
    _mark_epoch(figure, best)
    figure.update_xaxes(title="epoch")
    figure.update_yaxes(tickformat=".2f", row=1, col=2)
    return dress(figure, f"Kept epoch {best} of {len(curve)}: validation ROC-AUC {roc_auc[best]:.3f}")


def _add_lines(
    figure: go.Figure, curve: pd.DataFrame, lines: dict[str, tuple[str, str, str, str]], *, column: int
) -> None:
    for name, (label, colour, dash, symbol) in lines.items():
        what = f"{label} loss" if column == 1 else f"validation {label}"
        figure.add_scatter(
            x=curve["epoch"],
            y=curve[name],
            mode="lines+markers",
            name=what,
            line={"color": colour, "dash": dash},
            marker={"symbol": symbol},
            hovertext=[
                f"epoch {epoch:.0f}: {what} {value:.3f}"
                for epoch, value in zip(curve["epoch"], curve[name], strict=True)
            ],
            hoverinfo="text",
            row=1,
            col=column,
        )


def _mark_epoch(figure: go.Figure, epoch: int) -> None:
    line = {"color": GREY, "dash": "dash", "width": 2}
    for column in (1, 2):
        label = {"text": "kept", "yanchor": "bottom", "y": 0, "yref": "y domain"}
        figure.add_vline(x=epoch, line=line, annotation=label, row=1, col=column)
