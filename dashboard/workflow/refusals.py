"""Pictures of the Analyse page that a gate holds back are counted, without a word of whose they are."""

from core.classifier.card import ModelCard
from core.domain import Checks
from dashboard.workflow.record import Record, utc_now
from db.repositories.refusals import Refusal, add_refusal


def count_refusal(*, upload_sha256: str, checks: Checks, card: ModelCard, reader: str, record: Record) -> None:
    """Count a picture that a gate holds back, once a day however often it is shown; nothing for one that passes.

    Raises StorageFailed.
    """
    if checks.gate is None:
        return
    refusal = Refusal(
        refused_at=utc_now(),
        model_name=card.name,
        model_version=card.version,
        weights_sha256=card.weights_sha256,
        gate=checks.gate,
        reason=" ".join(checks.reasons),
        reader=reader,
    )
    with record.writing() as work:
        add_refusal(work.session, refusal, upload_sha256)
