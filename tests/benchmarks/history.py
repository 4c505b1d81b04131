"""How long the case history takes to answer over 100,000 generated cases: the slowest of many searches.

A search is what the page asks for: twenty rows, and how many there are in all.
"""

import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

from core.domain import CaseFilter, CaseMark
from core.settings import Settings
from core.taxonomy import AnatomSite, Artefact, Band, ConfirmType, Diagnosis, Sex
from dashboard.workflow.cases import list_cases
from dashboard.workflow.record import Record, open_record
from db.case_words import refresh_missing
from db.tables import (
    CaseChecksRow,
    CaseRow,
    DiagnosisRow,
    ImageRow,
    LesionRow,
    PatientRow,
    PredictionRow,
    ReviewRow,
    Table,
)

N_CASES = 100_000
_N_PATIENTS = 20_000
_ROUNDS = 20  # the 95th percentile is the slowest but one
_PAGE = 20
START = datetime(2024, 1, 1, tzinfo=UTC)
_NOTES = (
    "",
    "itches",
    "has grown since the summer",
    "asymmetric, two colours",
    "bled once after a scratch",
    "no change",
)
_FLAGS = ("", "", "", "", "|hair|", "|ink|", "|hair|ink|")
SEARCHES = {
    "all": CaseFilter(),
    "rare word": CaseFilter(text="P-01234"),
    "common word": CaseFilter(text="grown"),
    "two words": CaseFilter(text="melanoma itches"),
    "no such word": CaseFilter(text="nothing like it"),
    "pseudonym": CaseFilter(pseudonym="P-01234"),
    "site": CaseFilter(anatom_site=AnatomSite.HEAD_NECK),
    "band": CaseFilter(band=Band.REFER),
    "reviewed": CaseFilter(is_reviewed=True),
    "not reviewed": CaseFilter(is_reviewed=False),
    "confirmed malignant": CaseFilter(is_confirmed_malignant=True),
    "not confirmed": CaseFilter(has_diagnosis=False),
    "flagged": CaseFilter(artefact=Artefact.HAIR),
    "overridden": CaseFilter(is_overridden=True),
    "not overridden": CaseFilter(is_overridden=False),
    "few of each": CaseFilter(is_overridden=True, is_confirmed_malignant=True, artefact=Artefact.HAIR),
    "no such version": CaseFilter(model_version="2024.9"),
    "period": CaseFilter(created_from=START + timedelta(days=300), created_before=START + timedelta(days=330)),
    "version": CaseFilter(model_version="2024.2"),
    "all together": CaseFilter(
        text="grown", band=Band.REFER, anatom_site=AnatomSite.HEAD_NECK, is_reviewed=True, has_diagnosis=False
    ),
}


def measure_history(settings: Settings, folder: Path) -> dict[str, float]:
    """Milliseconds for a page of 20 with the count; `history_100k_ms` is the slowest search's 95th percentile."""
    home = folder / "history-home"
    record = open_record(replace(settings, home=home, database_url=f"sqlite:///{home / 'bench.db'}"))
    fill_history(record, N_CASES)
    return figures_of(time_searches(record), "history_100k")


def time_searches(record: Record) -> dict[str, list[float]]:
    """Milliseconds of each round of each search, and of a page in the middle of the history."""
    times = {name: _time(wanted, None, record) for name, wanted in SEARCHES.items()}
    half_way = CaseMark(START + timedelta(days=170), 0)
    return times | {"page in the middle": _time(CaseFilter(), half_way, record)}


def figures_of(times: dict[str, list[float]], name: str) -> dict[str, float]:
    """The slowest search's 95th percentile and the median of all medians; each search is printed."""
    late = {search: float(np.percentile(ms, 95)) for search, ms in times.items()}
    slowest = max(late, key=late.__getitem__)
    print(f"{name}, slowest search: {slowest}; " + ", ".join(f"{search} {ms:.0f} ms" for search, ms in late.items()))
    middle = statistics.median(statistics.median(ms) for ms in times.values())
    return {f"{name}_ms": late[slowest], f"{name}_median_ms": middle}


def fill_history(record: Record, n_cases: int, n_versions: int = 3) -> None:
    """Cases of drawn words, a quarter of them reviewed, a tenth confirmed, all with checks; without pictures. As many
    versions of the network scored them in turn."""
    rows = _Rows(n_cases, n_versions)
    with record.writing() as work:
        for table, values in rows.tables():
            work.session.execute(insert(table), list(values))
        refresh_missing(work.session)


class _Rows:
    """The rows of each table, by a seeded draw."""

    def __init__(self, n_cases: int, n_versions: int) -> None:
        self._ids = range(1, n_cases + 1)
        self._n_versions = n_versions
        self._random = random.Random(4)
        self._at = {n: START + timedelta(minutes=7 * n) for n in self._ids}

    def tables(self) -> Iterator[tuple[type[Table], Iterator[dict[str, Any]]]]:
        yield PatientRow, ({"id": n, "pseudonym": f"P-{n:05}"} for n in range(1, _N_PATIENTS + 1))
        yield LesionRow, ({"id": n, "patient_id": n, "label": f"L{n % 9}"} for n in range(1, _N_PATIENTS + 1))
        yield ImageRow, map(self._image, self._ids)
        yield PredictionRow, map(self._prediction, self._ids)
        yield CaseRow, map(self._case, self._ids)
        yield ReviewRow, map(self._review, self._ids[::4])
        yield DiagnosisRow, map(self._diagnosis, self._ids[::10])
        yield CaseChecksRow, map(self._checks, self._ids)

    def _image(self, n: int) -> dict[str, Any]:
        sizes = {"orientation": 1, "width_px": 600, "height_px": 450}
        return (
            {"id": n, "upload_sha256": f"{n:064}", "blob_sha256": f"{n:064}", "format": "JPEG"}
            | sizes
            | {"created_at": self._at[n]}
        )

    def _prediction(self, n: int) -> dict[str, Any]:
        probability = self._random.random()
        band = Band.REFER if probability > 0.4 else Band.INDETERMINATE if probability > 0.1 else Band.NO_CONCERN
        return {
            "id": n,
            "image_id": n,
            "model_name": "lesion-net",
            "model_version": f"2024.{1 + n % self._n_versions}",
            "weights_sha256": "w" * 64,
            "card_sha256": "c" * 64,
            "architecture": "resnet18",
            "raw_probability": probability,
            "malignant_probability": probability,
            "band": band,
            "operating_threshold": 0.4,
            "no_concern_threshold": 0.1,
            "app_version": "0.1.0",
            "predicted_at": self._at[n],
        }

    def _case(self, n: int) -> dict[str, Any]:
        patient = 1 + n % _N_PATIENTS
        return {
            "id": n,
            "submission_id": f"generated-{n}",
            "filename": f"IMG_{n:06}.jpg",
            "patient_id": patient,
            "lesion_id": patient,
            "anatom_site": self._random.choice(list(AnatomSite)),
            "age_years": self._random.randint(18, 85),
            "sex": self._random.choice(list(Sex)),
            "notes": self._random.choice(_NOTES),
            "reader": f"dr {'abcdef'[n % 6]}",
            "image_id": n,
            "prediction_id": n,
            "app_version": "0.1.0",
            "created_at": self._at[n],
        }

    def _review(self, n: int) -> dict[str, Any]:
        band = self._random.choice(list(Band))
        return {"case_id": n, "assessment": band, "note": "seen", "reviewer": "dr a", "reviewed_at": self._at[n]}

    def _diagnosis(self, n: int) -> dict[str, Any]:
        is_malignant = self._random.random() < 0.2
        return {
            "case_id": n,
            "diagnosis": Diagnosis.MELANOMA if is_malignant else Diagnosis.NEVUS,
            "is_malignant": is_malignant,
            "confirm_type": ConfirmType.HISTOPATHOLOGY,
            "note": "Breslow 0.4 mm" if is_malignant else "",
            "recorded_by": "dr b",
            "recorded_at": self._at[n],
        }

    def _checks(self, n: int) -> dict[str, Any]:
        reason = "the only picture" if self._random.random() < 0.02 else ""
        passed = {"is_accepted": not reason, "is_in_scope": True, "override_reason": reason}
        return {"case_id": n, "flags": self._random.choice(_FLAGS), "concerns": "", "details": {}} | passed


def _time(wanted: CaseFilter, after: CaseMark | None, record: Record) -> list[float]:
    milliseconds = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        list_cases(wanted=wanted, page_size=_PAGE, record=record, after=after)
        milliseconds.append(1000 * (time.perf_counter() - started))
    return milliseconds
