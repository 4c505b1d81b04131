"""The training curve as CSV and as a drawing."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path

from core.training.loop import Epoch, Progress

CURVE_FILE = "curve.csv"
CURVE_DRAWING = "curve.png"


def write_curve(rows: Sequence[Epoch], folder: Path) -> None:
    """Write `curve.csv`, one row per epoch."""
    with (folder / CURVE_FILE).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(Epoch)], lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: f"{v:.6g}" for k, v in asdict(row).items()} for row in rows)


def read_curve(folder: Path) -> list[Epoch]:
    """The rows of a folder's `curve.csv`; none where there is no such file."""
    path = folder / CURVE_FILE
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Epoch(epoch=int(row.pop("epoch")), **{k: float(v) for k, v in row.items()}) for row in csv.DictReader(file)
        ]


def line_of(progress: Progress, ancestors: Sequence[Path]) -> Progress:
    """The progress of a whole line: the epochs of the networks that were gone on from, then the own ones, counted on.

    A soup as it is has no best epoch: 0.
    """
    earlier = [row for folder in ancestors for row in read_curve(folder)]
    rows = [replace(row, epoch=n) for n, row in enumerate([*earlier, *progress.curve], start=1)]
    best_epoch = len(earlier) + progress.best_epoch if progress.best_epoch else 0
    return Progress(rows, best_epoch, progress.best_roc_auc)


def draw_curve(rows: Sequence[Epoch], folder: Path, title: str) -> None:
    """Draw both losses, and validation ROC-AUC with the best epoch marked, into `curve.png`."""
    from matplotlib.figure import Figure  # a second to import, needed once per training

    figure = Figure(figsize=(9, 3.5), layout="constrained")
    loss, auc = figure.subplots(1, 2)
    epochs = [row.epoch for row in rows]
    loss.plot(epochs, [row.train_loss for row in rows], "--", color="#0072B2", label="train")
    loss.plot(epochs, [row.validation_loss for row in rows], "-", color="#D55E00", label="validation")
    loss.set(xlabel="epoch", ylabel="binary cross-entropy", title=title)
    loss.legend(frameon=False)
    scores = [row.validation_roc_auc for row in rows]
    best = scores.index(max(scores))
    auc.plot(epochs, scores, color="#D55E00")
    auc.plot(epochs[best], scores[best], "o", color="#000000")
    auc.set(xlabel="epoch", ylabel="ROC-AUC", title=f"validation: best {scores[best]:.3f} at epoch {epochs[best]}")
    figure.savefig(folder / CURVE_DRAWING, dpi=120)
