"""The rows of the case history."""

import html
from typing import Any

import pandas as pd
import streamlit as st

from core.taxonomy import Band
from dashboard.components.private import private_html
from dashboard.components.result import chip
from dashboard.components.thumbnail import thumbnail_html
from dashboard.components.words import BAND_REVIEW, local_time, percent, plural
from dashboard.session import HistoryTrail, keep_history_trail
from dashboard.workflow.cases import CasePage
from dashboard.workflow.record import Record

_THUMBNAIL_PX = 72
_WIDTHS = [0.7, 2.3, 2.1, 2.3, 1.3]
_NO_CASE = "No case yet. Save one under Analyse or Batch review, and you find it here."
_NO_MATCH = "No case matches. Use fewer words or filters."


def draw_list(found: CasePage, record: Record, *, is_filtered: bool) -> None:
    """One row per case with thumbnail, words, assessment and a link; or what to do where there is none."""
    if not found.n_total:
        st.info(_NO_MATCH if is_filtered else _NO_CASE, icon=":material/info:")
        return
    st.caption(f"{'' if found.is_counted else 'More than '}{plural(found.n_total, 'case')}, newest first")
    for row in found.rows.to_dict("records"):
        with st.container(border=True):
            _draw_row(row, record)


def draw_pager(found: CasePage, trail: HistoryTrail, page_size: int) -> None:
    """Buttons to the neighbouring pages; an older one begins where this one ends."""
    n_page, n_pages = len(trail.marks) + 1, max(1, -(-found.n_total // page_size))
    is_last = len(found.rows) < page_size or (found.is_counted and n_page >= n_pages)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Newer", icon=":material/chevron_left:", disabled=not trail.marks):
            _turn_to(trail.back())
        st.markdown(f"Page {n_page} of {'' if found.is_counted else 'more than '}{n_pages:,}")
        if st.button("Older", icon=":material/chevron_right:", disabled=is_last) and found.end is not None:
            _turn_to(trail.on(found.end))


def _turn_to(trail: HistoryTrail) -> None:
    keep_history_trail(trail)
    st.rerun()


def _draw_row(row: dict[Any, Any], record: Record) -> None:
    picture, who, score, status, link = st.columns(_WIDTHS, vertical_alignment="center")
    picture.html(_thumbnail(row, record))
    pseudonym = private_html(_plain(row["pseudonym"])) or "No pseudonym"
    who.html(
        f'<div class="lw-ellipsis"><b>{pseudonym}</b> {private_html(_plain(row["lesion_label"]))}</div>'
        f'<div class="lw-ellipsis" style="font-size:.82rem;opacity:.8">{_text(row["anatom_site"]).capitalize()} '
        f"{private_html(_plain(row['filename']))}</div>"
    )
    band = Band(row["band"])
    score.html(f"{chip(band)} <b>{percent(row['malignant_probability'])}</b>")
    status.html(f'<div style="font-size:.82rem">{_status(row)}<br>{local_time(row["created_at"])}</div>')
    with link:
        case = {"case": str(row["case_id"])}
        st.page_link("../pages/case.py", label=f"Case {row['case_id']}", icon=":material/badge:", query_params=case)


def _thumbnail(row: dict[Any, Any], record: Record) -> str:
    return thumbnail_html(
        blob_sha256=row["blob_sha256"],
        orientation=int(row["orientation"]),
        alt=f"The picture of case {row['case_id']}",
        record=record,
        width_px=_THUMBNAIL_PX,
    )


def _status(row: dict[Any, Any]) -> str:
    review = f"Reviewed: {BAND_REVIEW[Band(row['assessment'])]}" if _text(row["assessment"]) else "Not reviewed"
    truth = f"; confirmed {_text(row['diagnosis'])}" if _text(row["diagnosis"]) else ""
    signed = f"; signed off by {_text(row['signed_by'])}" if _text(row["signed_by"]) else ""
    return review + truth + signed


def _text(value: object) -> str:
    return html.escape(_plain(value))


def _plain(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)
