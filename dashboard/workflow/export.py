"""Cases as a CSV that meets the rules of ISIC's metadata dictionary, with our own columns beside ISIC's."""

from typing import Final

import pandas as pd

from core.domain import CaseFilter
from core.taxonomy import Diagnosis
from dashboard.workflow.record import Record
from db.queries import export_cases

_ISIC_NAMES: Final = {
    "age_years": "age",
    "anatom_site": "anatom_site_general",
    "confirm_type": "diagnosis_confirm_type",
    "pseudonym": "patient_id",
    "diagnosis": "recorded_diagnosis",
}
_MELANOMA: Final = "Malignant:Malignant melanocytic proliferations (Melanoma)"
_EPIDERMAL: Final = "Benign:Benign epidermal proliferations"
_SOFT_TISSUE: Final = "Benign:Benign soft tissue proliferations"
# ISIC's field `diagnosis` is a path; these are the ones that its former list, which the record keeps, became.
ISIC_DIAGNOSIS: Final = {
    Diagnosis.NEVUS: "Benign:Benign melanocytic proliferations:Nevus",
    Diagnosis.MELANOMA: f"{_MELANOMA}:Melanoma, NOS",
    Diagnosis.MELANOMA_METASTASIS: f"{_MELANOMA}:Melanoma metastasis",
    Diagnosis.BASAL_CELL_CARCINOMA: (
        "Malignant:Malignant adnexal epithelial proliferations - Follicular:Basal cell carcinoma"
    ),
    Diagnosis.SQUAMOUS_CELL_CARCINOMA: "Malignant:Malignant epidermal proliferations:Squamous cell carcinoma, NOS",
    Diagnosis.MERKEL_CELL_CARCINOMA: "Malignant:Merkel cell proliferation:Merkel cell carcinoma",
    Diagnosis.ACTINIC_KERATOSIS: "Indeterminate:Indeterminate epidermal proliferations:Solar or actinic keratosis",
    Diagnosis.PIGMENTED_BENIGN_KERATOSIS: f"{_EPIDERMAL}:Pigmented benign keratosis",
    Diagnosis.SEBORRHEIC_KERATOSIS: f"{_EPIDERMAL}:Seborrheic keratosis",
    Diagnosis.LICHENOID_KERATOSIS: f"{_EPIDERMAL}:Lichen planus like keratosis",
    Diagnosis.SOLAR_LENTIGO: f"{_EPIDERMAL}:Solar lentigo",
    Diagnosis.LENTIGO_NOS: "Benign:Flat melanotic pigmentations - not melanocytic nevus:Lentigo NOS",
    Diagnosis.DERMATOFIBROMA: f"{_SOFT_TISSUE} - Fibro-histiocytic:Dermatofibroma",
    Diagnosis.VASCULAR_LESION: f"{_SOFT_TISSUE} - Vascular",
    Diagnosis.ANGIOMA: f"{_SOFT_TISSUE} - Vascular:Hemangioma",
    Diagnosis.ATYPICAL_MELANOCYTIC_PROLIFERATION: "Indeterminate:Indeterminate melanocytic proliferations",
}


def export_selection(*, wanted: CaseFilter, record: Record) -> bytes:
    """All cases of a filter as a CSV in UTF-8, newest first."""
    with record.reading() as work:
        return to_csv(to_isic(export_cases(work.session, wanted)))


def to_isic(cases: pd.DataFrame) -> pd.DataFrame:
    """The export under ISIC's names where ISIC has one; `recorded_diagnosis` and the like are our own columns."""
    renamed = cases.rename(columns=_ISIC_NAMES)
    pairs = zip(cases["diagnosis"], cases["is_malignant"], strict=True)
    return renamed.assign(
        diagnosis=[_path(diagnosis, is_malignant) for diagnosis, is_malignant in pairs],
        # A label such as L1 is one lesion of one patient only, while ISIC wants ids that nobody shares.
        lesion_id=["" if pd.isna(number) else f"lesion-{number}" for number in cases["lesion_id"]],
        clin_size_long_diam_mm=cases["clin_size_long_diam_mm"].round(2),  # ISIC takes two decimals
        image_type="dermoscopic",
    )


def to_csv(rows: pd.DataFrame) -> bytes:
    """A table as CSV in UTF-8 with a byte order mark, which spreadsheets need; formulas are defused."""
    return rows.map(_defuse).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def _path(diagnosis: str | None, is_malignant: bool | None) -> str:
    if pd.isna(diagnosis):
        return ""
    return ISIC_DIAGNOSIS.get(Diagnosis(str(diagnosis)), "Malignant" if is_malignant else "Benign")


def _defuse(value: object) -> object:
    """Source: OWASP, CSV injection."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
