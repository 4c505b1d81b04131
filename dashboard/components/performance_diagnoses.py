"""What a network makes of each diagnosis, on the test set and on every further set."""

from collections.abc import Mapping

import streamlit as st

from core.evaluation.results import Evaluation
from core.evaluation.seven_classes import CalledShare, ClassFigures
from core.evaluation.subgroups import SMALL_N
from dashboard.charts import class_confusion
from dashboard.components.performance_headline import figure_cell
from dashboard.components.plots import draw_plot
from dashboard.components.tables import Cell, draw_table
from dashboard.components.words import threshold
from dashboard.set_words import label_of_set


def draw_diagnoses(evaluation: Evaluation, others: Mapping[str, Evaluation]) -> None:
    """One set at a time: the share called malignant of each diagnosis, then the differential."""
    sets = {evaluation.set_name: evaluation, **others}
    known = {name: found for name, found in sets.items() if found.further.called or found.further.classes}
    if not known:
        st.info("No set that was measured says which diagnosis its images show.", icon=":material/info:")
        return
    name, label = _choose(evaluation, known)
    further = known[name].further
    if further.called:
        st.markdown(f"**Called malignant, by diagnosis**: {label}")
        _draw_called(further.called, known[name].whole.at_operating_point.threshold)
    if further.classes:
        st.markdown(f"**The differential of {len(further.classes.classes)} kinds**: {label}")
        _draw_classes(further.classes, name)


def _choose(evaluation: Evaluation, known: Mapping[str, Evaluation]) -> tuple[str, str]:
    """A set and what people call it; begins with the first that shows all kinds of the differential."""
    labels = {name: label_of_set(name, evaluation) for name in known}
    first = next((name for name, found in known.items() if found.further.classes), next(iter(known)))
    if len(known) < 2:
        return first, labels[first]
    name = st.segmented_control(
        "Set", list(known), default=first, required=True, format_func=labels.__getitem__, key="diagnosis-set"
    )
    return name or first, labels[name or first]


def _draw_called(called: Mapping[str, CalledShare], limit: float) -> None:
    rows: list[list[str | Cell]] = [
        [
            Cell(name[0].upper() + name[1:], f"n {share.n:,}" + ("; few" if share.n < SMALL_N else "")),
            figure_cell(share.at_operating_point),
            figure_cell(share.at_half),
        ]
        for name, share in sorted(called.items(), key=lambda item: -item[1].n)
    ]
    draw_table(["Diagnosis", f"At or above {threshold(limit)}", "At or above 50%"], rows)


def _draw_classes(classes: ClassFigures, name: str) -> None:
    left, right = st.columns([1, 1.5], gap="large")
    with left:
        balanced = figure_cell(classes.balanced_accuracy, is_big=True)
        rows: list[list[str | Cell]] = [["Balanced accuracy", balanced]]
        if equal := classes.balanced_accuracy_at_equal_shares:
            note = "each probability divided by its kind's share in training; not as shown"
            rows.append([Cell("Balanced accuracy at equal shares", note), figure_cell(equal)])
        for kind in classes.classes:
            named = Cell(kind, f"named first, n {classes.n_by_class[kind]:,}")
            rows.append([named, figure_cell(classes.recall[kind])])
        draw_table([], rows)
    with right:
        draw_plot(class_confusion(classes), key=f"chart-classes-{name or 'test'}", is_half=True)
