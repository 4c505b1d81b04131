"""Dataclasses in, dataclasses out: the only writers of the record, one per thing that is kept."""

from db.repositories.audit import AuditEntry, AuditRepository
from db.repositories.batch_rows import BatchFile, ScoredFile, WaitingFile
from db.repositories.batches import BatchRepository
from db.repositories.cases import CaseRepository
from db.repositories.checks import ChecksRepository
from db.repositories.erasure import ErasureRepository
from db.repositories.patients import PatientRepository
from db.repositories.predictions import PredictionRepository
from db.repositories.reads import ReadRepository
from db.repositories.recalls import RecallRepository
from db.repositories.reviews import DiagnosisRepository, ReviewRepository
from db.repositories.saved_filters import SavedFilterRepository
from db.repositories.settings import SettingRepository
from db.repositories.sign_offs import SignOffRepository
from db.repositories.signed_reports import SignedReportRepository

__all__ = [
    "AuditEntry",
    "AuditRepository",
    "BatchFile",
    "BatchRepository",
    "CaseRepository",
    "ChecksRepository",
    "DiagnosisRepository",
    "ErasureRepository",
    "PatientRepository",
    "PredictionRepository",
    "ReadRepository",
    "RecallRepository",
    "ReviewRepository",
    "SavedFilterRepository",
    "ScoredFile",
    "SettingRepository",
    "SignOffRepository",
    "SignedReportRepository",
    "WaitingFile",
]
