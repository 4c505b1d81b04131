"""The whole page to take along: as a PDF and as JSON, each made when it is asked for."""

import json
from functools import partial

import streamlit as st

from core.classifier.card import ModelCard
from core.evaluation.parts import SetPart
from core.evaluation.results import Evaluation
from dashboard.components.performance_headline import headline_columns
from dashboard.measured import (
    get_ablations,
    get_audit_findings,
    get_calibration_steps,
    get_divisions,
    get_exploration,
)
from dashboard.resources import get_practice, get_record
from dashboard.workflow.live import filter_live, load_live
from dashboard.workflow.performance_report import ReportInputs, performance_json, performance_pdf


def draw_report(model: str, card: ModelCard, evaluation: Evaluation, others: dict[str, Evaluation]) -> None:
    """What the files hold, and a button for each."""
    inputs = _gather(model, card, evaluation, others)
    st.markdown(
        "**Everything on this page as one file**: the audit's findings, the figures of all columns, the charts, "
        "subgroups, what was not assessed, and the practice's own cases from 30 confirmed ones on. No patient's data "
        "is in it: counts and figures only."
    )
    with st.container(horizontal=True):
        st.download_button(
            "Performance report (PDF)",
            partial(performance_pdf, inputs),
            file_name=f"{card.name}-{card.version}-performance.pdf",
            mime="application/pdf",
            icon=":material/picture_as_pdf:",
            on_click="ignore",
        )
        st.download_button(
            "All values (JSON)",
            partial(_as_json, inputs),
            file_name=f"{card.name}-{card.version}-performance.json",
            mime="application/json",
            icon=":material/data_object:",
            on_click="ignore",
        )


def _gather(model: str, card: ModelCard, evaluation: Evaluation, others: dict[str, Evaluation]) -> ReportInputs:
    live = load_live(wanted=filter_live(weights_sha256=card.weights_sha256, days=None), record=get_record())
    return ReportInputs(
        card=card,
        evaluation=evaluation,
        columns={cell.text: figures for cell, figures in headline_columns(evaluation, others).items()},
        audited=get_audit_findings(),
        prevalence=get_practice().prevalence,
        images=get_exploration(model, card.weights_sha256, SetPart.WHOLE),
        steps=get_calibration_steps(model, card, SetPart.WHOLE) or (),
        divisions=get_divisions(model, card) or (),
        ablations=get_ablations(),
        live=live.figures,
        n_confirmed=live.n_confirmed,
    )


def _as_json(inputs: ReportInputs) -> str:
    return json.dumps(performance_json(inputs), indent=1, ensure_ascii=False, allow_nan=False)
