"""What kinds of lesion a picture looks like to the network, beside and below the malignant probability."""

import html
from collections.abc import Mapping

import streamlit as st

from core.taxonomy import MALIGNANT_KINDS, Diagnosis
from dashboard.components.words import DIFFERENTIAL_NOTE, KIND_MARK, diagnosis_label, percent


def draw_differential(differential: Mapping[Diagnosis, float]) -> None:
    """A bar for each kind, the likeliest first; nothing where the network or the stored case has none."""
    if not differential:
        return
    likeliest_first = sorted(differential.items(), key=lambda item: item[1], reverse=True)
    rows = "".join(_row(diagnosis, probability) for diagnosis, probability in likeliest_first)
    note = DIFFERENTIAL_NOTE.format(n=len(differential))
    st.html(
        f'<div class="lw-differential"><table><caption>Differential</caption><tbody>{rows}</tbody></table>'
        f"<p>{note}</p></div>"
    )


def _row(diagnosis: Diagnosis, probability: float) -> str:
    mark = KIND_MARK.get(diagnosis)
    said = f"{html.escape(diagnosis_label(diagnosis))}{f' <small>{mark}</small>' if mark else ''}"
    kind = ' class="lw-malignant"' if diagnosis in MALIGNANT_KINDS else ""
    bar = f'<span class="lw-bar" aria-hidden="true"><i style="width: {100 * probability:.1f}%"></i></span>'
    return f'<tr{kind}><th scope="row">{said}</th><td>{bar}</td><td>{html.escape(percent(probability))}</td></tr>'
