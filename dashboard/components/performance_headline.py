"""The figures that a reader must see first, and what the test set is that they come from."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import streamlit as st

from core.evaluation.figures import Figure
from core.evaluation.parts import SetPart, figures_by_part
from core.evaluation.results import Evaluation, SetFigures
from core.evaluation.scoring_log import LoggedScoring
from dashboard.components.tables import Cell, draw_points, draw_table, value_cell
from dashboard.components.words import local_time, plural, threshold
from dashboard.set_words import set_label

PART_LABEL = {
    SetPart.WHOLE: "All test images",
    SetPart.UNSEEN_LESIONS: "Lesions not in the train part",
    SetPart.SAME_SOURCE: "Same source",
    SetPart.WITHOUT_REPEATS: "Not in the train part",
}
PART_HELP = {
    SetPart.WHOLE: "as published",
    SetPart.UNSEEN_LESIONS: "of the Kaggle set, as far as known",
    SetPart.SAME_SOURCE: "HAM10000 only, the honest comparison",
    SetPart.WITHOUT_REPEATS: "neither lesion nor near-duplicate",
}


def draw_headline(evaluation: Evaluation, others: Mapping[str, Evaluation]) -> None:
    """Sensitivity and specificity at the referral threshold first; each part of the set has its own column, and so has
    each further set."""
    columns = headline_columns(evaluation, others)
    limit = threshold(evaluation.whole.at_operating_point.threshold)
    rows: list[list[str | Cell]] = [
        ["Images", *(_count(figures) for figures in columns.values())],
        _row("Sensitivity", f"at threshold {limit}", columns, _sensitivity, is_big=True),
        _row("Specificity", f"at threshold {limit}", columns, _specificity, is_big=True),
        _row("ROC-AUC", "ranking, no threshold", columns, lambda s: s.ranking["roc_auc"], is_share=False),
        _row("Calibration error", "ECE, 10 equal-width bins", columns, lambda s: s.ranking["ece"], is_share=False),
        _row("Brier score", "0 is best", columns, lambda s: s.ranking["brier"], is_share=False),
        _row("Accuracy at 50%", "as in publications", columns, lambda s: s.at_half.figures["accuracy"]),
    ]
    draw_table(["", *columns], rows)


def headline_columns(evaluation: Evaluation, others: Mapping[str, Evaluation]) -> dict[Cell, SetFigures]:
    """The figures of each column, under its head."""
    parts = headline_parts(evaluation)
    columns = {Cell(PART_LABEL[part], PART_HELP[part]): figures for part, figures in parts.items()}
    return columns | {Cell(*set_label(name)): other.whole for name, other in others.items()}


def headline_parts(evaluation: Evaluation) -> dict[SetPart, SetFigures]:
    """The three honest columns; where lesions of the train part are not known, repeats of it are left out instead."""
    parts = figures_by_part(evaluation)
    if SetPart.UNSEEN_LESIONS in parts:
        parts.pop(SetPart.WITHOUT_REPEATS, None)
    return parts


def draw_about_set(evaluation: Evaluation, log: Sequence[LoggedScoring], *, is_open: bool) -> None:
    """What the set is, in sentences whose numbers are counted from it; how the figures were made, and how often test
    images were looked at. Closed where the audit has said the weightiest of it already."""
    with st.expander("What this test set is, and how it was measured", expanded=is_open):
        draw_points("", [*evaluation.about.statement(), _types(evaluation), _bands(evaluation)])
        measured = local_time(datetime.fromisoformat(evaluation.measured_at))
        rejected = f" {plural(len(evaluation.rejected), 'file')} could not be scored." if evaluation.rejected else ""
        st.caption(
            f"Set “{evaluation.set_name}”, file list {evaluation.file_list_sha256[:12]}, measured {measured} by "
            f"Lesionwise {evaluation.app_version}.{rejected} {evaluation.threshold_note}"
        )
        _draw_log(log)


def choose_part(parts: Sequence[SetPart], key: str) -> SetPart:
    """Which images a section is about."""
    part = st.segmented_control(
        "Images", parts, default=SetPart.WHOLE, required=True, format_func=PART_LABEL.__getitem__, key=key
    )
    return part or SetPart.WHOLE


def say_no_predictions(model: str) -> None:
    """Instead of a section that needs them."""
    st.info(f"The predictions of {model} are not installed. Run `make evaluate MODEL={model}`.", icon=":material/info:")


def figure_cell(figure: Figure, *, is_share: bool = True, is_big: bool = False) -> Cell:
    """A figure with its interval in small: "94.0%" and "91.0–96.3%"."""
    return value_cell(figure.as_percent(1) if is_share else figure.as_text(3), is_big=is_big)


def _row(
    name: str,
    meaning: str,
    columns: Mapping[Cell, SetFigures],
    of: Callable[[SetFigures], Figure],
    *,
    is_share: bool = True,
    is_big: bool = False,
) -> list[str | Cell]:
    cells = [figure_cell(of(figures), is_share=is_share, is_big=is_big) for figures in columns.values()]
    return [Cell(name, meaning), *cells]


def _count(figures: SetFigures) -> Cell:
    return Cell(f"{figures.n:,}", f"{figures.n_malignant:,} malignant")


def _sensitivity(figures: SetFigures) -> Figure:
    return figures.at_operating_point.figures["sensitivity"]


def _specificity(figures: SetFigures) -> Figure:
    return figures.at_operating_point.figures["specificity"]


def _types(evaluation: Evaluation) -> str:
    """The diagnoses in the set, most frequent first; those that a clinic sees and the set lacks are missing here."""
    named = sorted(evaluation.about.by_diagnosis.items(), key=lambda item: -item[1].n)
    if not named:
        return ""
    listed = [f"{name} ({part.n})" for name, part in named]
    n_unknown = evaluation.whole.n - sum(part.n for _, part in named)
    listed += [f"not known ({n_unknown})"] if n_unknown else []
    return f"Diagnoses: {'; '.join(listed)}. Of a lesion type that is not named here nothing is known."


def _bands(evaluation: Evaluation) -> str:
    low = evaluation.bands.get("no_concern")
    if not low or not low.n:
        return ""
    return (
        f"“No AI concern” was given to {low.n} of {evaluation.whole.n} images, {low.n_malignant} malignant among them."
    )


def _draw_log(log: Sequence[LoggedScoring]) -> None:
    if not log:
        return
    st.markdown(f"**Test images were scored {plural(len(log), 'time')} for figures beside these weights**")
    rows: list[list[str | Cell]] = [
        [entry.scored_at[:10], entry.set, f"{entry.n:,}", entry.weights_sha256[:12], entry.reason] for entry in log
    ]
    draw_table(["Date", "Set", "Images", "Weights", "Reason"], rows)
