"""The CSV of the history: it meets ISIC's rules, as ISIC's own package checks them, and runs no formula."""

import io
from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest
from isic_metadata.metadata import MetadataBatch, MetadataRow

from core.domain import CaseFilter, ConfirmedDiagnosis, History
from core.taxonomy import AnatomSite, ConfirmType, Diagnosis, Sex, SkinType
from dashboard.workflow import cases
from dashboard.workflow.export import ISIC_DIAGNOSIS, export_selection
from dashboard.workflow.record import Record, utc_now
from tests.dashboard.conftest import draw


def read(exported: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(exported), encoding="utf-8-sig", dtype=str, keep_default_na=False)


def checked(exported: bytes) -> list[MetadataRow]:
    """The rows as ISIC takes them; raises what ISIC would raise."""
    rows = [MetadataRow.model_validate(row) for row in read(exported).to_dict("records")]
    MetadataBatch(items=rows)
    return rows


def confirm(record: Record, case_id: int, diagnosis: Diagnosis, *, is_malignant: bool = True) -> None:
    confirmed = ConfirmedDiagnosis(
        diagnosis, is_malignant, ConfirmType.HISTOPATHOLOGY, date(2026, 3, 1), "=0.4 mm", "dr b", utc_now()
    )
    cases.confirm_diagnosis(case_id=case_id, diagnosis=confirmed, record=record)


def test_every_diagnosis_and_site_of_the_record_is_valid_for_isic(record: Record, save: Callable[..., int]) -> None:
    sites, sexes = list(AnatomSite), list(Sex)
    for n, diagnosis in enumerate(Diagnosis):
        case_id = save(
            draw(n),
            pseudonym=f"P-{n % 3}",
            lesion_label=f"L{n % 4}",
            anatom_site=sites[n % len(sites)],
            sex=sexes[n % 2],
            age_years=min(20 + 5 * n, 85),
            history=History(SkinType.II, 4.567, personal_hx_mm=True, family_hx_mm=False, is_change_noticed=True),
        )
        confirm(record, case_id, diagnosis)
    save(draw(99))  # nothing was said about it
    rows = checked(export_selection(wanted=CaseFilter(), record=record))
    assert len(rows) == len(Diagnosis) + 1
    said = rows[1]
    assert (said.image_type, said.diagnosis_confirm_type) == ("dermoscopic", "histopathology")
    assert (said.fitzpatrick_skin_type, float(said.clin_size_long_diam_mm), said.personal_hx_mm) == ("II", 4.57, True)
    silent = rows[0]
    assert (silent.patient_id, silent.lesion_id, silent.diagnosis, silent.age) == (None, None, None, None)


def test_what_isic_has_no_name_for_keeps_its_side(record: Record, save: Callable[..., int]) -> None:
    assert set(Diagnosis) - set(ISIC_DIAGNOSIS) == {Diagnosis.OTHER}
    for n, is_malignant in enumerate((True, False)):
        confirm(record, save(draw(n)), Diagnosis.OTHER, is_malignant=is_malignant)
    exported = export_selection(wanted=CaseFilter(), record=record)
    assert [row.diagnosis_1 for row in checked(exported)] == ["Benign", "Malignant"]
    assert list(read(exported)["recorded_diagnosis"]) == ["other", "other"]


def test_the_same_label_of_two_patients_is_two_lesions(record: Record, save: Callable[..., int]) -> None:
    for n, pseudonym in enumerate(("P-1", "P-2", "P-1")):
        save(draw(n), pseudonym=pseudonym, lesion_label="L1")
    rows = checked(export_selection(wanted=CaseFilter(), record=record))
    assert rows[0].lesion_id == rows[2].lesion_id != rows[1].lesion_id


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_spreadsheet_does_not_run_what_was_typed(start: str, record: Record, save: Callable[..., int]) -> None:
    save(notes=f"{start}cmd|' /C calc'!A0", pseudonym="P-1")
    [row] = read(export_selection(wanted=CaseFilter(), record=record)).to_dict("records")
    assert row["notes"].startswith(f"'{start.strip()}")
    assert row["patient_id"] == "P-1"


def test_the_export_is_the_selection_and_keeps_umlauts(record: Record, save: Callable[..., int]) -> None:
    save(draw(1), pseudonym="Müller-1")
    save(draw(2), pseudonym="P-2")
    exported = export_selection(wanted=CaseFilter(pseudonym="Müller-1"), record=record)
    assert exported.startswith(b"\xef\xbb\xbf")
    table = read(exported)
    assert list(table["patient_id"]) == ["Müller-1"]
    assert table["malignant_probability"].astype(float).between(0, 1).all()


def test_an_empty_export_has_its_header(record: Record) -> None:
    exported = export_selection(wanted=CaseFilter(), record=record)
    assert exported.decode("utf-8-sig").splitlines()[0].startswith("case_id,")
