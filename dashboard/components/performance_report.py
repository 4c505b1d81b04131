"""The whole page to take along: as a PDF and as JSON, each made when it is asked for."""

import json
from dataclasses import replace
from functools import partial

import streamlit as st

from core.classifier.card import ModelCard
from core.domain import Heatmap, LesionImage
from core.evaluation.comparison import PairedDifference
from core.evaluation.parts import SetPart
from core.evaluation.results import Evaluation
from dashboard.components.performance_errors import N_ERRORS
from dashboard.components.performance_headline import headline_columns
from dashboard.measured import (
    get_ablations,
    get_audit,
    get_audit_findings,
    get_calibration_steps,
    get_comparison,
    get_deferral,
    get_divisions,
    get_exploration,
    get_reference,
    get_test_log,
    get_training_curve,
)
from dashboard.resources import get_practice, get_predictions, get_record, get_shelf
from dashboard.workflow.live import (
    filter_live,
    load_drift,
    load_live,
    load_rates,
)
from dashboard.workflow.performance import LiveInputs, ReportInputs, performance_json, performance_pdf
from dashboard.workflow.performance.error_pictures import draw_error_pictures
from dashboard.workflow.threshold import load_threshold_history, threshold_in_force

Measured = dict[str, tuple[ModelCard, Evaluation]]


def draw_report(model: str, measured: Measured, others: dict[str, Evaluation]) -> None:
    """What the files hold, and a button for each; nothing is gathered before one is pressed."""
    card, _ = measured[model]
    st.markdown(
        "**Everything on this page as one file**: the audit's findings, the figures of all columns, the charts, "
        "subgroups, what was not assessed, networks compared, training, what the audit counted, and the practice's own "
        "cases with drift and threshold; in the PDF also the worst errors with heat maps, where the data folder is "
        "given. No patient's data is in it: counts and figures, and pictures of the test set only."
    )
    with st.container(horizontal=True):
        st.download_button(
            "Performance report (PDF)",
            partial(_as_pdf, model, measured, others),
            file_name=f"{card.name}-{card.version}-performance.pdf",
            mime="application/pdf",
            icon=":material/picture_as_pdf:",
            on_click="ignore",
        )
        st.download_button(
            "All values (JSON)",
            partial(_as_json, model, measured, others),
            file_name=f"{card.name}-{card.version}-performance.json",
            mime="application/json",
            icon=":material/data_object:",
            on_click="ignore",
        )


def gather_report(model: str, measured: Measured, others: dict[str, Evaluation]) -> ReportInputs:
    """The values of every section of the page, for one network."""
    card, evaluation = measured[model]
    predictions = get_predictions(model, card.weights_sha256)
    return ReportInputs(
        card=card,
        evaluation=evaluation,
        columns={cell.text: figures for cell, figures in headline_columns(evaluation, others).items()},
        audited=get_audit_findings(),
        prevalence=get_practice().prevalence,
        images=get_exploration(model, card.weights_sha256, SetPart.WHOLE),
        steps=get_calibration_steps(model, card, SetPart.WHOLE) or (),
        divisions=get_divisions(model, card) or (),
        deferral=get_deferral(model, card, SetPart.WHOLE),
        errors=predictions.worst_errors(N_ERRORS) if predictions else (),
        others=others,
        networks={name: found for name, (_, found) in measured.items()},
        differences=_differences(model, measured),
        ablations=get_ablations(),
        log=tuple(get_test_log(model)),
        audit=get_audit(),
        curve=get_training_curve(model),
        live=_gather_live(card),
    )


def _gather_live(card: ModelCard) -> LiveInputs:
    record, reference = get_record(), get_reference(card)
    wanted = filter_live(weights_sha256=card.weights_sha256, model_version=card.version, days=None)
    prevalence = get_practice().prevalence
    return LiveInputs(
        view=load_live(wanted=wanted, record=record),
        rates=load_rates(wanted=wanted, record=record),
        drift=load_drift(wanted=wanted, reference=reference, prevalence=prevalence, record=record)
        if reference
        else None,
        own_threshold=threshold_in_force(card=card, record=record),
        changes=load_threshold_history(card=card, record=record),
    )


def _differences(model: str, measured: Measured) -> dict[str, PairedDifference]:
    """Of the network to each other one, where both scored the same images."""
    found = {
        f"{model} minus {name}": get_comparison((model, measured[model][0]), (name, card))
        for name, (card, _) in measured.items()
        if name != model
    }
    return {name: paired for name, paired in found.items() if paired}


def _as_pdf(model: str, measured: Measured, others: dict[str, Evaluation]) -> bytes:
    inputs = gather_report(model, measured, others)
    pictures = draw_error_pictures(
        data=get_practice().data,
        evaluation=inputs.evaluation,
        rows=inputs.errors,
        explain=partial(_explain, model),
    )
    return performance_pdf(replace(inputs, error_pictures=pictures))


def _explain(model: str, image: LesionImage) -> Heatmap:
    classifier = get_shelf().get(model)
    return classifier.explain(image, classifier.card.heatmap_methods[0])


def _as_json(model: str, measured: Measured, others: dict[str, Evaluation]) -> str:
    values = performance_json(gather_report(model, measured, others))
    return json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)
