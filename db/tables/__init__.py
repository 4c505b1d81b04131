"""The tables. `newest counts` means: rows are added, never changed, and the latest one is in force."""

from db.tables.base import Table, UtcDateTime
from db.tables.batches import UPLOADED, BatchItemRow, BatchRow
from db.tables.cases import (
    CaseChecksRow,
    CaseFactsRow,
    CaseRow,
    CaseWordsRow,
    SignedReportFileRow,
    SignedReportRow,
    SignOffRow,
)
from db.tables.patients import LesionRow, PatientRow, RecallRow, VisitRow
from db.tables.pictures import EmbeddingRow, ImageRow, ImageStatisticsRow, PredictionRow, RefusalRow
from db.tables.practice import AuditRow, SavedFilterRow, SettingChangeRow, ThresholdChangeRow
from db.tables.reads import DiagnosisRow, FinalAssessmentRow, FirstReadRow, ReviewRow

__all__ = [
    "UPLOADED",
    "AuditRow",
    "BatchItemRow",
    "BatchRow",
    "CaseChecksRow",
    "CaseFactsRow",
    "CaseRow",
    "CaseWordsRow",
    "DiagnosisRow",
    "EmbeddingRow",
    "FinalAssessmentRow",
    "FirstReadRow",
    "ImageRow",
    "ImageStatisticsRow",
    "LesionRow",
    "PatientRow",
    "PredictionRow",
    "RecallRow",
    "RefusalRow",
    "ReviewRow",
    "SavedFilterRow",
    "SettingChangeRow",
    "SignOffRow",
    "SignedReportFileRow",
    "SignedReportRow",
    "Table",
    "ThresholdChangeRow",
    "UtcDateTime",
    "VisitRow",
]
