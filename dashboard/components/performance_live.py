"""How the network does on the practice's own cases: by network and period, with what speaks against the figures."""

from typing import Any

import streamlit as st

from core.classifier.card import ModelCard
from core.evaluation.drift import ALARM_PSI, WATCH_PSI, DriftFigure, DriftLevel
from core.evaluation.figures import Figure, p_text
from core.evaluation.live_figures import MIN_CONFIRMED, VERIFICATION_BIAS, LiveFigures
from dashboard.charts import calibration, drift_overview
from dashboard.charts.rates import HELD_BACK, live_rates
from dashboard.components.performance_advice import draw_advice
from dashboard.components.performance_headline import figure_cell
from dashboard.components.plots import draw_plot
from dashboard.components.tables import Cell, draw_table
from dashboard.components.words import plural
from dashboard.measured import get_cards, get_reference
from dashboard.resources import get_practice, get_record
from dashboard.workflow.live import (
    Drift,
    LiveRates,
    LiveView,
    filter_live,
    list_networks,
    load_drift,
    load_live,
    load_rates,
    measure_pictures,
)
from db.live_months import LiveFilter
from db.live_queries import ScoredBy

_PERIODS = {"All time": None, "Last 12 months": 365, "Last 90 days": 90, "Last 30 days": 30}
_AT_ONCE = 25  # pictures that a visit measures by itself: about a second
_ON_REQUEST = 500
_LEVEL_WORDS = {
    DriftLevel.STEADY: "steady",
    DriftLevel.WATCH: "watch",
    DriftLevel.ALARM: "alarm",
}
_WHAT_TO_DO = (
    "On an alarm: look at the newest pictures for a change of camera, light or software, or of who is referred; "
    "confirm more diagnoses; compare the figures above; and until it is explained, rely on your own examination."
)


def draw_live(shown: ModelCard) -> None:
    """Figures of confirmed cases first, then calibration, rates over time, drift and advice on the threshold; begins
    with the network that the page is about, where it scored any."""
    record = get_record()
    networks = list_networks(record=record)
    if not networks:
        st.info("No case is saved yet. The figures of this practice appear here.", icon=":material/info:")
        return
    wanted, network = _choose(networks, shown)
    view = load_live(wanted=wanted, record=record)
    _draw_confirmed(view)
    _draw_rates(load_rates(wanted=wanted, record=record))
    card = get_cards().get(network.model_name) if network else None
    if network is None:
        st.caption("Drift and the threshold are of one network: choose it above.")
    elif card is None or not _is_of(network, card):
        st.caption(f"{network.model_name} {network.model_version} is not installed: no drift, and no threshold to set.")
    else:
        _draw_drift(card, wanted)
        draw_advice(card, view)
    st.page_link("../pages/agreement.py", label="Agreement of readers and network", icon=":material/handshake:")


def _choose(networks: list[ScoredBy], shown: ModelCard) -> tuple[LiveFilter, ScoredBy | None]:
    left, right = st.columns(2)
    choices: list[ScoredBy | None] = [*networks, None]
    first = next((i for i, each in enumerate(networks) if _is_of(each, shown)), 0)
    network = left.selectbox(
        "Cases scored by", choices, first, format_func=_network_label, key=f"live-network-{shown.weights_sha256[:12]}"
    )
    period = right.segmented_control("Period", list(_PERIODS), default="All time", required=True, key="live-period")
    weights, version = (network.weights_sha256, network.model_version) if network else ("", "")
    return filter_live(weights_sha256=weights, model_version=version, days=_PERIODS[period or "All time"]), network


def _is_of(network: ScoredBy, card: ModelCard) -> bool:
    return (network.weights_sha256, network.model_version) == (card.weights_sha256, card.version)


def _network_label(network: ScoredBy | None) -> str:
    if network is None:
        return "Any network"
    return f"{network.model_name} {network.model_version} ({plural(network.n_cases, 'case')})"


def _draw_confirmed(view: LiveView) -> None:
    st.markdown(f"**{plural(view.n_confirmed, 'case')} with a confirmed diagnosis**, {view.n_malignant:,} malignant")
    if view.figures is None:
        st.info(
            f"Figures are shown from {MIN_CONFIRMED} confirmed cases on; {MIN_CONFIRMED - view.n_confirmed} are "
            "missing. Record the confirmed diagnosis on the page of each case.",
            icon=":material/hourglass_empty:",
        )
        return
    st.warning(VERIFICATION_BIAS, icon=":material/warning:")
    left, right = st.columns([1, 1.1], gap="large")
    with left:
        draw_table(["On these cases", Cell("", "95% interval"), "n"], _rows(view.figures))
        st.caption("Of the bands as they were stored with the cases; PPV and NPV hold for this mix of cases only.")
    with right:
        draw_plot(calibration(view.figures.reliability, view.figures.ece), key="chart-live-calibration", is_half=True)


def _rows(figures: LiveFigures) -> list[list[str | Cell]]:
    n_benign, n_not_referred = figures.n - figures.n_malignant, figures.n - figures.n_referred
    return [
        _row("Sensitivity", "malignant that were referred", figures.sensitivity, f"{figures.n_malignant:,}"),
        _row("Specificity", "benign that were not", figures.specificity, f"{n_benign:,}"),
        _row("PPV", "referred that are malignant", figures.positive_predictive_value, f"{figures.n_referred:,}"),
        _row("NPV", "not referred that are benign", figures.negative_predictive_value, f"{n_not_referred:,}"),
        _row("“No AI concern”", "among the malignant", figures.missed_by_no_concern, f"{figures.n_malignant:,}"),
        [
            Cell("Calibration error", f"if perfect {figures.ideal_ece.as_text(3)}"),
            figure_cell(figures.ece, is_share=False),
            f"{figures.n:,}",
        ],
        [Cell("Brier score", "0 is best"), figure_cell(figures.brier, is_share=False), f"{figures.n:,}"],
    ]


def _row(name: str, meaning: str, figure: Figure | None, n: str) -> list[str | Cell]:
    return [Cell(name, meaning), figure_cell(figure, is_big=True) if figure else Cell("–", "no such case"), n]


def _draw_rates(rates: LiveRates) -> None:
    st.markdown("**Over time**")
    columns = st.columns(2, gap="medium")
    for i, (name, chart) in enumerate(live_rates(rates.months, rates.reads, rates.refusals).items()):
        with columns[i % 2]:
            draw_plot(chart, key=f"chart-live-{name}", is_half=True)
    st.caption(HELD_BACK)


def _draw_drift(card: ModelCard, wanted: LiveFilter) -> None:
    st.markdown("**Drift: does what comes in look like what the network was set up on?**")
    reference = get_reference(card)
    if reference is None:
        st.info(f"{card.name} has no reference to compare with: reference.json is missing.", icon=":material/info:")
        return
    measured = measure_pictures(card=card, limit=_AT_ONCE, record=get_record())
    prevalence = get_practice().prevalence
    drift = load_drift(wanted=wanted, reference=reference, prevalence=prevalence, record=get_record())
    if drift.figures:
        left, right = st.columns([1.2, 1], gap="large")
        with left:
            draw_table(
                [
                    "Measure",
                    "Level",
                    Cell("PSI", "stability index"),
                    Cell("KS", "p, Holm"),
                    Cell("Median", "here, and then"),
                ],
                [_drift_row(figure) for figure in drift.figures],
            )
        with right:
            draw_plot(drift_overview(drift.figures, WATCH_PSI, ALARM_PSI), key="chart-live-drift", is_half=True)
        st.caption(
            f"The newest {plural(drift.n_cases, 'case')} against {reference['n']:,} validation images. Alarm: an index "
            f"of {ALARM_PSI} or more and p below 0.01; watched from {WATCH_PSI} on. "
            f"{_scores_note(reference, prevalence)} {_WHAT_TO_DO}"
        )
    else:
        st.caption(f"Drift is measured from 100 cases on; there are {drift.n_cases:,}.")
    _offer_measuring(card, drift, measured.n_unreadable)


def _scores_note(reference: dict[str, Any], prevalence: float) -> str:
    if "by_label" in reference:
        return f"Scores are compared as they would be where {prevalence:.1%} are malignant, as entered under Settings."
    return "Scores also move with the share of malignant lesions, which this reference does not tell apart."


def _drift_row(figure: DriftFigure) -> list[str | Cell]:
    name = figure.name.replace("_", " ")
    return [
        Cell(name[0].upper() + name[1:], f"n {figure.n:,}"),
        Cell(_LEVEL_WORDS[figure.level], is_big=figure.level is DriftLevel.ALARM),
        Cell(f"{figure.psi:.2f}", f"{figure.psi_by_chance:.2f} by chance"),
        Cell(f"{figure.ks:.2f}", f"p {p_text(figure.p)}"),
        Cell(f"{figure.live_median:.3g}", f"then {figure.reference_median:.3g}"),
    ]


def _offer_measuring(card: ModelCard, drift: Drift, n_unreadable: int) -> None:
    if n_unreadable:
        st.caption(f"{plural(n_unreadable, 'picture')} left out: missing, broken or changed on the disk.")
    n_waiting = drift.n_unmeasured - n_unreadable
    if n_waiting <= 0:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{plural(n_waiting, 'picture')} of the newest cases wait to be measured.")
        if st.button(f"Measure {min(_ON_REQUEST, n_waiting)} pictures", key="measure-pictures"):
            measure_pictures(card=card, limit=_ON_REQUEST, record=get_record())
            st.rerun()
