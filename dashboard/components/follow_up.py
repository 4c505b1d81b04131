"""The visits of a lesion compared: pictures, how well they could be aligned, scores by model version."""

import html
from collections.abc import Sequence

import streamlit as st

from core.domain import CaseRecord
from core.imaging.registration import NotAligned, Registration
from dashboard.charts.trend import Trend, score_trend
from dashboard.components.compare import Shown, draw_comparison
from dashboard.components.plots import draw_plot
from dashboard.components.private import private_html
from dashboard.components.recall import draw_recalls_of
from dashboard.components.result import chip
from dashboard.components.words import BAND_REVIEW, percent, place_label, plural
from dashboard.workflow.follow_up import Comparison, LesionStory, compare_visits, day_of, score_series
from dashboard.workflow.record import Record

LOW_SCORE_NOTE = (
    "A low score does not end follow-up: networks that see one picture at a time found 25–29% of the melanomas that "
    "follow-up later revealed. Go by what changes."
)
TREND_NOTE = "A line joins scores of the same model version only; scores of different versions cannot be compared."
# In shares of the earlier picture's width: 0.5% are 3 px of 600, about as much as a hand marks a point.
_CLOSE, _FAIR = 0.005, 0.01


def draw_follow_up_link(case: CaseRecord, others: Sequence[CaseRecord]) -> None:
    """On a case's page, the way to the comparison; or what is missing for one."""
    if case.lesion_id is None:
        st.caption("Name patient and lesion, and further visits of it can be compared here.")
        return
    label = "Compare visits" if others else "Follow-up of this lesion"
    query = {"lesion": str(case.lesion_id)}
    st.page_link("../pages/follow_up.py", label=label, icon=":material/compare:", query_params=query)


def draw_story(story: LesionStory, record: Record) -> None:
    """The whole page of one lesion's follow-up."""
    _draw_head(story)
    if len(story.cases) < 2:
        st.info("There is one picture of this lesion so far: save another visit to compare.", icon=":material/info:")
    else:
        _draw_pictures(story, record)
        _draw_trend(story.cases)
    _draw_visits(story.cases)
    draw_recalls_of(story.lesion_id, story.recalls, record)


def alignment_words(alignment: Registration | NotAligned, width_px: int) -> str:
    """How well two pictures fit, in words and in pixels of the earlier one."""
    if isinstance(alignment, NotAligned):
        return f"Not aligned: {alignment.reason} The pictures are shown as they were taken."
    share = alignment.misfit_px / width_px
    fit = "close" if share <= _CLOSE else "fair" if share <= _FAIR else "loose"
    turn = f"turned by {abs(alignment.turn_degrees):.0f}°, " if abs(alignment.turn_degrees) >= 1 else ""
    return (
        f"Aligned automatically, {fit} fit: {plural(alignment.n_points, 'matching point')} lie "
        f"{alignment.misfit_px:.1f} px apart (median; {share:.1%} of the picture's width). The later picture is "
        f"{turn}shown at {alignment.scale:.0%} of its size; skin that stretched stays out of place."
    )


def change_words(found: Comparison) -> str:
    """The measured change in area and colour, and what it rests on; or why it was not measured."""
    if found.change is None:
        return f":material/straighten: Change not measured: {found.doubt}."
    basis = "in the aligned pictures"
    if isinstance(found.alignment, NotAligned):
        basis = "as a share of each picture: this holds only if both were taken at the same magnification"
    area = f"{found.change.area_ratio - 1:+.0%}".replace("-", "−")
    return (
        f":material/straighten: Measured from the outlines, {basis}: the lesion's area changed by "
        f"**{area}**, its mean colour moved by **{found.change.colour_distance:.1f}** "
        "(CIE76 in Lab; about 2 is just visible, and light that differs moves it too). No diagnosis follows from this."
    )


def _draw_head(story: LesionStory) -> None:
    case = story.cases[-1]
    name = f"{case.pseudonym or 'No pseudonym'} {case.lesion_label}".strip()
    places = (place_label(one.anatom_site, one.laterality, one.body_region) for one in reversed(story.cases))
    place = next(filter(None, places), "")  # as the newest case that names one has it
    site = f" · {html.escape(place)}" if place else ""
    st.html(f"<b>{private_html(name)}</b>{site} · {plural(len(story.cases), 'picture')}")


def _draw_pictures(story: LesionStory, record: Record) -> None:
    left, right = st.columns(2)
    n = len(story.cases)
    places = list(range(n))
    with left:
        first = st.selectbox("Earlier", places, n - 2, format_func=lambda i: _name(story.cases[i]), key="earlier-visit")
    with right:
        second = st.selectbox("Later", places, n - 1, format_func=lambda i: _name(story.cases[i]), key="later-visit")
    if first >= second:
        st.warning("Choose two different pictures, the earlier one at the left.", icon=":material/info:")
        return
    earlier, later = story.cases[first], story.cases[second]
    found = compare_visits(earlier=earlier, later=later, record=record)
    matrix = found.alignment.matrix if isinstance(found.alignment, Registration) else None
    draw_comparison(
        Shown(found.earlier.pixels, f"Earlier: {day_of(earlier):%d %b %Y}"),
        Shown(found.later.pixels, f"Later: {day_of(later):%d %b %Y}"),
        matrix,
        key="comparison",
    )
    said = alignment_words(found.alignment, found.earlier.width_px)
    if matrix is None:
        st.warning(said, icon=":material/warning:")
    else:
        st.caption(said)
    st.caption(change_words(found))


def _draw_trend(cases: Sequence[CaseRecord]) -> None:
    trends = [
        Trend(
            name=f"{series.model.name} {series.model.version}",
            days=[day_of(case) for case in series.cases],
            probabilities=[case.prediction.malignant_probability for case in series.cases],
            refer_threshold=series.cases[-1].prediction.operating_threshold,
        )
        for series in score_series(cases)
    ]
    draw_plot(score_trend(trends), key="score-trend")
    st.caption(f"{TREND_NOTE}  \n**{LOW_SCORE_NOTE}**")


def _draw_visits(cases: Sequence[CaseRecord]) -> None:
    st.markdown("**Visits**")
    for case in reversed(cases):
        said, link = st.columns([5, 1.2], vertical_alignment="center")
        review = f" · reviewed: {BAND_REVIEW[case.reviews[0].assessment]}" if case.reviews else ""
        truth = f" · confirmed {html.escape(case.diagnosis.diagnosis)}" if case.diagnosis else ""
        score = f"{chip(case.prediction.band)} {percent(case.prediction.malignant_probability)}"
        said.html(f"{day_of(case):%d %b %Y} {score} ({html.escape(_model(case))}){review}{truth}")
        query = {"case": str(case.case_id)}
        with link:
            st.page_link("../pages/case.py", label=f"Case {case.case_id}", icon=":material/badge:", query_params=query)


def _name(case: CaseRecord) -> str:
    return f"{day_of(case):%d %b %Y}, case {case.case_id}"


def _model(case: CaseRecord) -> str:
    return f"{case.prediction.model.name} {case.prediction.model.version}"
