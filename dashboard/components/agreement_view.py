"""The agreement of reader and machine on the screen: every figure with its n and interval."""

import streamlit as st

from core.evaluation.agreement import FEWEST_LESIONS, RANKS, Agreement
from core.evaluation.figures import Figure
from dashboard.components.tables import Cell, draw_points, draw_table, value_cell
from dashboard.components.words import BAND_LABEL, plural

NONE_YET = (
    "No blind first read of a saved case yet. Keep your impression under Analyse before the machine's result, then "
    "save the case; reads that were skipped, batches read by risk, and pictures that the reader had saved before, "
    "do not count here."
)


def draw_agreement(found: Agreement) -> None:
    """Table of pairs, kappa, who was right, switches."""
    left, right = st.columns(2, gap="large")
    with left:
        _draw_pairs(found)
        _draw_kappa(found)
    with right:
        _draw_right(found)
        _draw_switches(found)


def _draw_pairs(found: Agreement) -> None:
    st.subheader("First read against machine", anchor=False)
    head = ["Reader", *(BAND_LABEL[band] for _, band in RANKS)]
    rows = [
        [impression.capitalize(), *(f"{count:,}" for count in counts)]
        for (impression, _), counts in zip(RANKS, found.table, strict=True)
    ]
    draw_table(head, rows)


def _draw_kappa(found: Agreement) -> None:
    rows: list[list[str | Cell]] = [
        ["Cohen's kappa", _kappa_cell(found, found.kappa, is_big=True)],
        ["Kappa with linear weights", _kappa_cell(found, found.weighted)],
        ["Same answer", value_cell(found.share.as_percent())],
    ]
    draw_table([], rows)
    st.caption(
        f"{plural(found.n, 'blind read')} of {plural(found.n_lesions, 'lesion')}; 95% intervals over whole lesions. "
        "Malignant goes with “Refer”, unsure with “Indeterminate”, benign with “No AI concern”. Kappa is agreement "
        "beyond chance: 0 is chance, 1 is perfect."
    )


def _kappa_cell(found: Agreement, kappa: Figure, *, is_big: bool = False) -> Cell:
    if found.n_lesions < FEWEST_LESIONS:
        return Cell(f"from {FEWEST_LESIONS} lesions on")
    return value_cell(kappa.as_text(), is_big=is_big)


def _draw_right(found: Agreement) -> None:
    st.subheader("Who was right", anchor=False)
    if not found.n_confirmed:
        st.info(
            "None of these cases has a confirmed diagnosis yet. Add one on the case's page.", icon=":material/info:"
        )
        return
    rows: list[list[str | Cell]] = [
        ["Reader, first read", value_cell(found.reader_right.as_percent()), f"{found.n_confirmed}"],
        ["Machine", value_cell(found.machine_right.as_percent()), f"{found.n_confirmed}"],
        ["Reader, final assessment", value_cell(found.final_right.as_percent()), f"{found.n_confirmed_finals}"],
    ]
    draw_table(["Right", "Share", "n"], rows)
    draw_points(
        "First read and machine, confirmed cases",
        [
            f"both right: {found.n_both}",
            f"only the reader right: {found.n_reader_only}",
            f"only the machine right: {found.n_machine_only}",
            f"neither right: {found.n_neither}",
        ],
    )
    st.caption(
        "“Unsure” and “Indeterminate” count as not right. Lesions with a confirmed diagnosis are not all lesions: what "
        "is biopsied is what looked suspicious."
    )


def _draw_switches(found: Agreement) -> None:
    st.subheader("Switches after the reveal", anchor=False)
    draw_points(
        f"{plural(found.n_switches, 'switch', 'switches')} in {plural(found.n_finals, 'final assessment')}",
        [
            f"helpful, from not right to right: {found.n_helpful}",
            f"harmful, from right to not right: {found.n_harmful}",
            f"without a confirmed diagnosis, or right in neither: {found.n_unsettled}",
        ],
    )
