"""The model card as people read it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from core import APP_VERSION
from core.classifier.card import ModelCard
from core.classifier.card_figures import figures_of_test, further_of_test, parts_of_test
from core.classifier.card_maps import MAP_COLUMNS, map_rows, map_sentences
from core.classifier.card_text import (
    INTENDED_USE,
    card_rows,
    data_sources,
    limits_of,
    render_card,
)
from core.evaluation.ablations import Ablation
from core.libraries import installed_libraries
from dashboard.components.performance_training import draw_ablations
from dashboard.components.tables import Cell, draw_points, draw_table, value_cell
from dashboard.components.words import METHOD_LABEL, local_time

_CODE_LICENCE = "Apache-2.0"


def draw_card(
    name: str, card: ModelCard, audited: Sequence[str], ablations: Sequence[Ablation], gates: Mapping[str, str]
) -> None:
    """Intended use and limits first, then what the audit found, figures, data, versions and licences, heat maps,
    ablations."""
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        _draw_use(card)
        if audited:
            draw_points("What the audit of the images found", audited)
        _draw_tests(name, card)
        _draw_data(card)
    with right:
        _draw_network(card)
        _draw_gates(name, gates)
        _offer_download(card, audited, ablations, gates)
        _draw_versions(card)
    _draw_maps(card.facts.get("maps"))  # seven columns of figures, which half the width would cut off
    draw_ablations(ablations)


def _draw_use(card: ModelCard) -> None:
    st.subheader("Intended use", anchor=False)
    st.markdown(INTENDED_USE)
    st.subheader("Limits", anchor=False)
    st.markdown("\n".join(f"- {limit}" for limit in limits_of(card)))


def _draw_tests(name: str, card: ModelCard) -> None:
    test, held_out = card.facts.get("test"), card.facts.get("held_out_lesions")
    st.subheader("Test figures", anchor=False)
    if not test:
        st.info(f"This network was not measured yet: run `make evaluate MODEL={name}`.", icon=":material/info:")
        return
    _draw_test(test)
    if held_out:
        st.subheader("Held-out lesions", anchor=False)
        _draw_test(held_out, whole="All seven kinds of HAM10000")
    st.page_link("../pages/performance.py", label="Charts, thresholds and errors", icon=":material/monitoring:")


def _draw_test(test: dict[str, Any], whole: str = "") -> None:
    rows: list[list[str | Cell]] = [[key, *map(value_cell, values)] for key, values in figures_of_test(test).items()]
    parts = parts_of_test(test, whole) if whole else parts_of_test(test)
    draw_table(["", *parts], rows)
    further: list[list[str | Cell]] = [[key, value_cell(value)] for key, value in further_of_test(test).items()]
    if further:
        draw_table([], further)
    if statement := test.get("statement"):
        draw_points("What this test set is", statement)
    st.caption(
        f"Small: 95% intervals. Set “{test['set']}”, file list {test['file_list_sha256'][:12]}, measured "
        f"{local_time(datetime.fromisoformat(test['measured_at']))}."
    )


def _draw_maps(maps: dict[str, Any] | None) -> None:
    """What checking the heat maps gave; nothing where nobody did."""
    if not maps:
        return
    st.subheader("Heat maps", anchor=False)
    rows: list[list[str | Cell]] = [[name, *map(value_cell, values)] for name, values in map_rows(maps).items()]
    draw_table(["", *MAP_COLUMNS], rows)
    draw_points("How to read this", map_sentences(maps))


def _draw_data(card: ModelCard) -> None:
    st.subheader("Data and licences", anchor=False)
    sources = [
        *data_sources(card),
        f"Weights: {card.facts.get('licence', 'licence not recorded')}",
        f"Code of Lesionwise: {_CODE_LICENCE}. Licences of the libraries: in the table of versions.",
    ]
    st.markdown("\n".join(f"- {source}" for source in sources))


def _draw_network(card: ModelCard) -> None:
    st.subheader("This network", anchor=False)
    rows = card_rows(card)
    rows.pop("Licence")  # said under data and licences
    rows |= {
        "Model card SHA-256": card.card_sha256 or "not recorded",
        "Heat maps": ", ".join(METHOD_LABEL[method] for method in card.heatmap_methods),
        "Trained": _moment(card.facts.get("created_at")),
    }
    draw_table([], [[key, value] for key, value in rows.items()])


def _draw_gates(name: str, gates: Mapping[str, str]) -> None:
    st.subheader("Gates and measures", anchor=False)
    if not gates:
        said = f"Its gates were not measured yet: run `python -m core.evaluation gates --weights weights/{name}`."
        st.info(said, icon=":material/info:")
        return
    st.caption("Shares of pictures that nothing was fitted on; 95% intervals in brackets.")
    draw_table([], [[key, value] for key, value in gates.items()])


def _offer_download(
    card: ModelCard, audited: Sequence[str], ablations: Sequence[Ablation], gates: Mapping[str, str]
) -> None:
    st.download_button(
        "Download this card as Markdown",
        render_card(card, audited, ablations, gates),
        file_name=f"{card.name}-{card.version}-model-card.md",
        mime="text/markdown",
        icon=":material/download:",
        on_click="ignore",
    )


def _draw_versions(card: ModelCard) -> None:
    st.subheader("Versions", anchor=False)
    rows: list[list[str | Cell]] = [
        ["Lesionwise", APP_VERSION, _CODE_LICENCE],
        [card.name, card.version, "see data and licences"],
    ]
    rows += [[library.name, library.version, library.licence] for library in installed_libraries()]
    draw_table(["Part", "Version", "Licence"], rows)


def _moment(written: str | None) -> str:
    return local_time(datetime.fromisoformat(written)) if written else "not recorded"
