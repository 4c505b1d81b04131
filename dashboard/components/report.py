"""The report of a case: downloaded as it stands, or signed and so locked; and the reports of many cases."""

import functools
from collections.abc import Callable

import streamlit as st

from core.classifier.card import ModelCard
from core.classifier.card_text import limits_of
from core.domain import BatchSummary, CaseRecord, Heatmap, LesionImage, ModelIdentity, SignedReport
from core.errors import DataFolderInvalid, LesionwiseError, WeightsUnusable
from core.exports.case_report import CaseReport
from dashboard import session
from dashboard.components.frame import show_error
from dashboard.components.viewer import find_heatmap
from dashboard.components.words import local_time
from dashboard.resources import get_card, get_evaluation, get_shelf
from dashboard.workflow.checks import load_checks
from dashboard.workflow.record import Record
from dashboard.workflow.reports import (
    ModelFacts,
    build_report,
    collect_batch,
    is_current,
    load_signed,
    preliminary_pdf,
    read_signed,
    report_name,
    reports_as_pdf,
    reports_as_zip,
    sign_report,
)

_GONE = "The network that scored this case is not installed any more; its model card says what its limits are."
_PDF, _ZIP = "application/pdf", "application/zip"


def draw_report(case: CaseRecord, image: LesionImage, record: Record) -> None:
    """On a case's page: the signed report where there is one, and the one as the case stands."""
    st.markdown("**Report**")
    try:
        facts, checks = facts_of(case.prediction.model), load_checks(case_id=case.case_id, record=record)
        make = functools.partial(build_report, case=case, image=image, checks=checks, facts=facts)
        signed = load_signed(case_id=case.case_id, record=record)
        if signed:
            _draw_signed(signed[0], record)
            if is_current(report=make(), signed=signed[0]):
                return
            st.warning("What there is to report has changed since it was signed.", icon=":material/edit_note:")
        heatmap = _choose_heatmap(case, image)
        _draw_download(case, make, heatmap)
        _draw_signing(make, heatmap, record, is_amended=bool(signed))
    except LesionwiseError as error:
        show_error(error)


def draw_batch_reports(summary: BatchSummary, record: Record) -> None:
    """The reports of a batch's saved cases, made when a button is pressed: signed ones as they were signed."""

    def collect() -> dict[str, bytes]:
        return collect_batch(batch_id=summary.batch_id, facts_of=facts_of, record=record)

    name = f"lesionwise-batch-{summary.batch_id}-reports"
    with st.popover("Reports of the saved cases", icon=":material/picture_as_pdf:", disabled=not summary.n_saved):
        st.caption("Signed reports as they were signed; the others are preliminary.")
        _draw_bundle("All in one PDF", lambda: reports_as_pdf(collect()), f"{name}.pdf", _PDF)
        _draw_bundle("ZIP of PDFs", lambda: reports_as_zip(collect()), f"{name}.zip", _ZIP)


def facts_of(model: ModelIdentity) -> ModelFacts:
    """What the installed card and figures say of a network; nothing is said of other weights under the same name."""
    card = _card(model)
    return ModelFacts(limits_of(card), *_test_figures(model)) if card else ModelFacts((_GONE,), "")


def _card(model: ModelIdentity) -> ModelCard | None:
    try:
        card = get_card(model.name)
    except WeightsUnusable:  # a report needs no network
        return None
    return card if card.weights_sha256 == model.weights_sha256 else None


def _test_figures(model: ModelIdentity) -> tuple[str, float | None]:
    """The figures in words, and the threshold that they are for."""
    try:
        evaluation = get_evaluation(model.name, model.weights_sha256)
    except DataFolderInvalid:  # the page Model performance says what is wrong with the file
        return "", None
    if evaluation is None:
        return "", None
    whole = evaluation.whole
    at = whole.at_operating_point.figures
    return (
        f"sensitivity {at['sensitivity'].as_percent(1)}, specificity {at['specificity'].as_percent(1)}, "
        f"n = {whole.n} ({whole.n_malignant} malignant)",
        whole.at_operating_point.threshold,
    )


def _draw_bundle(label: str, make: Callable[[], bytes], file_name: str, mime: str) -> None:
    st.download_button(
        label, make, file_name=file_name, mime=mime, icon=":material/download:", on_click="ignore", width="stretch"
    )


def _draw_signed(signed: SignedReport, record: Record) -> None:
    revision = f", revision {signed.revision}" if signed.revision > 1 else ""
    st.success("Signed and locked", icon=":material/lock:")
    st.text(  # and not in the box, which would read a name as Markdown
        f"Signed by {signed.signed_by}, {local_time(signed.signed_at)}{revision}. Content {signed.content_sha256[:16]}"
    )
    st.download_button(
        "Signed report",
        lambda: read_signed(report_id=signed.report_id, record=record),
        file_name=report_name(signed.case_id, signed),
        mime=_PDF,
        icon=":material/picture_as_pdf:",
        on_click="ignore",
        width="stretch",
    )


def _choose_heatmap(case: CaseRecord, image: LesionImage) -> Heatmap | None:
    card = _card(case.prediction.model)
    if card is None or not card.heatmap_methods:
        return None
    if not st.toggle("Heat map in the report", key="report-map"):
        return None
    method = session.case_map_state().method
    chosen = method if method in card.heatmap_methods else card.heatmap_methods[0]
    return find_heatmap(get_shelf(), case.prediction.model.name, image, chosen)


def _draw_download(case: CaseRecord, make: Callable[..., CaseReport], heatmap: Heatmap | None) -> None:
    st.download_button(
        "Preliminary report",
        lambda: preliminary_pdf(report=make(heatmap=heatmap)),
        file_name=report_name(case.case_id, None),
        mime=_PDF,
        icon=":material/picture_as_pdf:",
        on_click="ignore",
        width="stretch",
    )


def _draw_signing(
    make: Callable[..., CaseReport], heatmap: Heatmap | None, record: Record, *, is_amended: bool
) -> None:
    who = session.reader()
    with st.popover("Sign an amended report" if is_amended else "Sign report", icon=":material/draw:", width="stretch"):
        if not who:
            st.write("Choose who is reading, at the top right: a report is signed by name.")
            return
        st.text(f"Signing as {who} locks what the report says now and signs the case off.")
        if st.button("Sign and lock", type="primary", icon=":material/lock:"):
            sign_report(
                report=make(heatmap=heatmap), method=heatmap.method if heatmap else None, who=who, record=record
            )
            session.flash("The report is signed.")
            st.rerun()
