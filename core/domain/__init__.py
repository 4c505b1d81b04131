"""The values that travel: frozen, slotted, and known to every layer."""

from core.domain.assessment import Analysis, Heatmap, ModelIdentity, Prediction
from core.domain.batch import Assignment, BatchItem, BatchSummary
from core.domain.case import CaseDraft, CaseRecord, History, SignedReport, SignOff
from core.domain.checks import ArtefactFlag, Checks, HeatShares, LesionMeasures, QualityNote, QualityReport, ScopeReport
from core.domain.follow_up import LesionSummary, Recall
from core.domain.history import CaseFilter, CaseMark, SavedFilter, SettingChange
from core.domain.picture import LesionImage, StoredImage, Upload
from core.domain.reads import ConfirmedDiagnosis, FinalAssessment, FirstRead, ReadOutcome, Review

__all__ = [
    "Analysis",
    "ArtefactFlag",
    "Assignment",
    "BatchItem",
    "BatchSummary",
    "CaseDraft",
    "CaseFilter",
    "CaseMark",
    "CaseRecord",
    "Checks",
    "ConfirmedDiagnosis",
    "FinalAssessment",
    "FirstRead",
    "HeatShares",
    "Heatmap",
    "History",
    "LesionImage",
    "LesionMeasures",
    "LesionSummary",
    "ModelIdentity",
    "Prediction",
    "QualityNote",
    "QualityReport",
    "ReadOutcome",
    "Recall",
    "Review",
    "SavedFilter",
    "ScopeReport",
    "SettingChange",
    "SignOff",
    "SignedReport",
    "StoredImage",
    "Upload",
]
