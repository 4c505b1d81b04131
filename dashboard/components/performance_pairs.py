"""The pairs of an audit that a person should look at, their pictures side by side."""

import html
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from core.data.audit_lookup import find_audited
from core.data.audit_result import Audit, Pair, PairKind, PairsOfKind, Picture
from core.data.turn import Turn
from dashboard.components.labelled_pictures import draw_labelled, find_labelled, lay_out

_AT_ONCE = 12
_COLUMNS = 3
_LABEL = {
    PairKind.EXACT_COPY: "Exact copies",
    PairKind.NEAR_DUPLICATE: "Near-duplicates",
    PairKind.SAME_LESION: "One lesion in two parts",
    PairKind.NEIGHBOUR: "Alike to the network",
}


@st.fragment
def draw_pairs(audit: Audit) -> None:
    """A choice of the kind and of a dozen pairs; only this part of the page runs again when it changes."""
    by_kind = {found.kind: found for found in audit.pairs if found.to_check}
    st.markdown("**Pairs to look at**")
    if not by_kind:
        st.info("The audit lists no pair of images to look at.", icon=":material/check:")
        return
    kinds = list(by_kind)
    chosen = st.segmented_control(
        "Kind of pair",
        kinds,
        default=kinds[0],
        required=True,
        format_func=lambda kind: f"{_LABEL[kind]} ({by_kind[kind].n_to_check:,})",
        key="audit-kind",
    )
    pairs = _choose_some(by_kind[chosen or kinds[0]])
    lay_out(pairs, _COLUMNS, partial(_draw_pair, _find(audit, pairs)))


def _choose_some(found: PairsOfKind) -> tuple[Pair, ...]:
    starts = range(0, len(found.to_check), _AT_ONCE)
    start = 0
    if len(starts) > 1:
        start = st.selectbox(
            "Pairs", starts, format_func=lambda n: f"{n + 1} to {min(n + _AT_ONCE, len(found.to_check))}", width=160
        )
    if len(found.to_check) < found.n_to_check:
        st.caption(f"The audit lists the first {len(found.to_check):,} of {found.n_to_check:,} pairs.")
    return found.to_check[start : start + _AT_ONCE]


def _find(audit: Audit, pairs: Sequence[Pair]) -> Mapping[tuple[str, str], Path]:
    """The files by part and name, where the folder is known."""
    pictures = [picture for pair in pairs for picture in (pair.first, pair.second)]
    found = find_labelled(lambda data: find_audited(data, audit, pictures), done="audited")
    return found.files if found else {}


def _draw_pair(files: Mapping[tuple[str, str], Path], pair: Pair) -> None:
    for column, picture in zip(st.columns(2, gap="xsmall"), (pair.first, pair.second), strict=True):
        with column:
            if path := files.get(picture.key):
                draw_labelled(path)
            st.markdown(f"**{'malignant' if picture.is_malignant else 'benign'}**")
            st.html(_about(picture))
    st.caption(_relation(pair))


def _about(picture: Picture) -> str:
    """Diagnosis, lesion and file as HTML, each in lines of its own; a name that is too long says all of it on hover."""
    lesion = f"lesion {picture.lesion}" if picture.lesion else "lesion not known"
    names = "".join(_in_one_line(name) for name in (lesion, picture.part, picture.file))
    return f'<div class="lw-about">{html.escape(picture.diagnosis or "Diagnosis not known")}{names}</div>'


def _in_one_line(name: str) -> str:
    shown = html.escape(name)
    return f'<div class="lw-ellipsis" title="{shown}">{shown}</div>'


def _relation(pair: Pair) -> str:
    if pair.turn is None:
        return f"1 - cosine {pair.distance:.3f}"
    turned = "" if pair.turn is Turn.NONE else f", one {pair.turn}"
    return f"{pair.distance:.0f} of 256 bits apart{turned}"
