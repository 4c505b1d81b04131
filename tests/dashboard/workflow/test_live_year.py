"""A year of a practice with two versions of a network: what is counted of it by version and period."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from core.classifier.card import ModelCard
from core.evaluation.drift import MIN_N, DriftLevel
from core.evaluation.reference import read_reference
from core.settings import Settings
from core.taxonomy import Band
from dashboard.charts.rates import every_month, live_rates
from dashboard.workflow.live import (
    filter_live,
    list_networks,
    load_drift,
    load_live,
    load_rates,
    measure_pictures,
)
from dashboard.workflow.record import Record, open_record
from tests.e2e.practice_year import (
    N_A_MONTH,
    N_FILES,
    N_MONTHS,
    N_OLDER_MONTHS,
    N_REJECTED,
    OLDER_SHA256,
    fill_year,
)

N_OPEN = N_MONTHS - 1


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Record, ModelCard]:
    """The record of the year that ends now, and the card of the newer network."""
    home = tmp_path_factory.mktemp("year")
    card = fill_year(home, until=datetime.now(UTC))
    folder = Settings.from_environment().model_folder
    return open_record(Settings(home, None, f"sqlite:///{home / 'lesionwise.db'}", folder.parent, folder.name, 1)), card


def test_both_versions_are_told_apart_and_the_newer_one_gets_advice(year: tuple[Record, ModelCard]) -> None:
    record, card = year
    newer, older = list_networks(record=record)
    assert (newer.weights_sha256, newer.n_cases) == (card.weights_sha256, (N_MONTHS - N_OLDER_MONTHS) * N_A_MONTH)
    assert (older.weights_sha256, older.n_cases) == (OLDER_SHA256, (N_OPEN * N_A_MONTH) - newer.n_cases)
    views = [load_live(wanted=filter_live(weights_sha256=sha, days=None), record=record) for sha in
             (newer.weights_sha256, older.weights_sha256, "")]  # fmt: skip
    assert views[0].n_malignant > 100 and views[0].advice is not None
    assert views[1].n_confirmed > 30 and views[1].n_malignant < 100 and views[1].advice is None
    assert views[2].n_confirmed == views[0].n_confirmed + views[1].n_confirmed and views[2].advice is None
    assert views[0].advice.threshold.low < views[0].advice.threshold.value < views[0].advice.threshold.high
    for view in views:
        assert view.figures is not None and view.figures.sensitivity is not None
        assert view.figures.sensitivity.low < view.figures.sensitivity.value <= view.figures.sensitivity.high


def test_a_period_holds_its_cases_and_no_others(year: tuple[Record, ModelCard]) -> None:
    record, card = year
    counts = {
        days: int(load_rates(wanted=filter_live(weights_sha256=card.weights_sha256, days=days), record=record)
                  .months["n"].sum())
        for days in (None, 365, 90, 30)
    }  # fmt: skip
    assert counts[None] == counts[365] == (N_MONTHS - N_OLDER_MONTHS) * N_A_MONTH
    assert counts[90] == pytest.approx(3 * N_A_MONTH, abs=2) and counts[30] == pytest.approx(N_A_MONTH, abs=2)


def test_rates_of_the_year_are_those_that_were_put_in_with_the_closed_month_left_empty(
    year: tuple[Record, ModelCard],
) -> None:
    record, _ = year
    rates = load_rates(wanted=filter_live(weights_sha256="", days=None), record=record)
    n = N_OPEN * N_A_MONTH
    assert rates.months[["n", "reviewed", "checked"]].sum().tolist() == [n, n, n]
    assert rates.months[[str(band) for band in Band]].to_numpy().sum() == n
    assert rates.months["overridden"].sum() == n // 16
    assert rates.reads["finals"].sum() == n and 0.05 < rates.reads["switched"].sum() / n < 0.2
    assert rates.refusals[["looked_at", "held_back"]].sum().tolist() == [N_OPEN * N_FILES, N_OPEN * N_REJECTED]
    assert _is_whole(every_month(rates.months)) and _is_whole(every_month(rates.refusals))
    charts = live_rates(rates.months, rates.reads, rates.refusals)
    assert list(charts) == ["bands", "agreement", "switches", "overrides", "refusals"]
    assert charts["overrides"].layout.title.text.startswith("6% (")
    assert f"of {N_OPEN * N_FILES} pictures were held back" in charts["refusals"].layout.title.text


def test_a_new_lamp_raises_an_alarm_of_the_newest_pictures(year: tuple[Record, ModelCard]) -> None:
    record, card = year
    reference = read_reference(Settings.from_environment().model_folder)
    assert reference is not None
    assert measure_pictures(card=card, limit=10_000, record=record).n == N_OPEN * N_A_MONTH
    wanted = filter_live(weights_sha256=card.weights_sha256, days=90)
    drift = load_drift(wanted=wanted, reference=reference, prevalence=0.4, record=record)
    assert drift.n_cases >= MIN_N and drift.n_unmeasured == 0
    found = {figure.name: figure for figure in drift.figures}
    assert found["brightness"].level is DriftLevel.ALARM
    assert found["brightness"].live_median > found["brightness"].reference_median
    month = filter_live(weights_sha256=card.weights_sha256, days=30)
    assert load_drift(wanted=month, reference=reference, prevalence=0.4, record=record).figures == ()


def _is_whole(months: pd.DataFrame) -> bool:
    """Whether each row is the month after the one before."""
    return bool((12 * months["year"] + months["month"]).diff().dropna().eq(1).all())
