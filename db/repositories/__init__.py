"""Dataclasses in, dataclasses out: the only writers of the record, one per thing that is kept."""

from db.repositories.audit import AuditEntry, AuditRepository
from db.repositories.batch_rows import BatchFile, ScoredFile, WaitingFile
from db.repositories.batches import BatchRepository
from db.repositories.cases import CaseRepository
from db.repositories.predictions import PredictionRepository
from db.repositories.reviews import DiagnosisRepository, ReviewRepository
from db.repositories.settings import SettingRepository

__all__ = [
    "AuditEntry",
    "AuditRepository",
    "BatchFile",
    "BatchRepository",
    "CaseRepository",
    "DiagnosisRepository",
    "PredictionRepository",
    "ReviewRepository",
    "ScoredFile",
    "SettingRepository",
    "WaitingFile",
]
