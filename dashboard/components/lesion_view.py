"""The lesion of a case over time, and the patient's other lesions."""

import html
from collections.abc import Sequence
from datetime import date
from itertools import groupby

import streamlit as st

from core.domain import CaseRecord, LesionSummary
from dashboard.components.private import private_html
from dashboard.components.result import chip
from dashboard.components.thumbnail import thumbnail_html
from dashboard.components.words import percent, place_label, plural
from dashboard.workflow.record import Record

_THUMBNAIL_PX = 72


def draw_lesion(
    case: CaseRecord, others: Sequence[CaseRecord], lesions: Sequence[LesionSummary], record: Record
) -> None:
    """Other images of the lesion by visit, the newest first; then the other lesions of the patient."""
    st.markdown("**This lesion, visit by visit**")
    if not others:
        st.caption("No other image. Cases with the same pseudonym and the same lesion name appear here.")
    by_day = sorted((*others, case), key=lambda one: (_day(one), one.created_at), reverse=True) if others else []
    for day, images in groupby(by_day, key=_day):
        st.markdown(f"Visit of {day:%d %b %Y}")
        for image in images:
            _draw_image(image, record, is_this=image.case_id == case.case_id)
    if not lesions:
        return
    st.markdown("**Other lesions of this patient**")
    for lesion in lesions:
        _draw_lesion(lesion)


def _day(case: CaseRecord) -> date:
    return case.visited_on or case.created_at.astimezone().date()


def _draw_image(case: CaseRecord, record: Record, *, is_this: bool) -> None:
    picture, score, link = st.columns([1, 4, 1.6], vertical_alignment="center")
    picture.html(
        thumbnail_html(
            blob_sha256=case.image.blob_sha256,
            orientation=case.image.orientation,
            alt=f"The picture of case {case.case_id}",
            record=record,
            width_px=_THUMBNAIL_PX,
        )
    )
    model = case.prediction.model
    truth = f" · confirmed {html.escape(case.diagnosis.diagnosis)}" if case.diagnosis else ""
    score.html(
        f"{chip(case.prediction.band)} {percent(case.prediction.malignant_probability)} "
        f"({html.escape(model.name)} {html.escape(model.version)}){truth}"
    )
    with link:
        if is_this:
            st.caption("this case")
        else:
            _link(case.case_id)


def _draw_lesion(lesion: LesionSummary) -> None:
    name, link = st.columns([5, 1.6], vertical_alignment="center")
    place = place_label(lesion.anatom_site, lesion.laterality, lesion.body_region) or "site not given"
    seen = f"{plural(lesion.n_images, 'image')}, {plural(lesion.n_visits, 'visit')}, last {lesion.newest_on:%d %b %Y}"
    name.html(f"<b>{private_html(lesion.label)}</b>: {html.escape(place)} · {seen}")
    with link:
        _link(lesion.newest_case_id)


def _link(case_id: int) -> None:
    query = {"case": str(case_id)}
    st.page_link("../pages/case.py", label=f"Case {case_id}", icon=":material/badge:", query_params=query)
