"""Batches at the gates: what is held back has a reason and no score, until somebody gives one for scoring it."""

from pathlib import Path

import numpy as np
import pytest

from core.domain import Assignment, BatchItem, Upload
from core.gates.assess import Gates
from core.gates.scope import Distance, ScopeHead
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.taxonomy import BatchMode, ItemState
from dashboard.workflow import batch_review, batches
from dashboard.workflow.batch_gates import override_all, override_item
from dashboard.workflow.checks import load_checks
from dashboard.workflow.intake import TakenIn
from dashboard.workflow.record import Record
from tests.dashboard.conftest import DarknessClassifier, shade

REASON = "only picture there is"
NO_GATE = Gates(scope=None, artefacts=None)
ONES = np.ones(4, dtype=np.float32)
NO_DISTANCE = Distance(0 * ONES, ONES, np.zeros((4, 1), np.float16), np.ones(1, np.float32))
BRIGHT_ONLY = Gates(
    scope=ScopeHead(
        np.zeros(6, np.float32),
        np.ones(6, np.float32),
        np.array([-1, -1, -1, -1, 0, 0], np.float32),
        0.0,
        -2.0,
        (NO_DISTANCE,),
    ),
    artefacts=None,
)


@pytest.fixture
def classifier() -> DarknessClassifier:
    return DarknessClassifier()


def good(darkness: float = 0.6) -> bytes:
    return draw_jpeg(DrawnLesion(width_px=448, height_px=336, darkness=darkness))


def run(record: Record, classifier: DarknessClassifier, gates: Gates, *contents: bytes) -> int:
    taken = [TakenIn(Upload(f"{n}.jpg", content)) for n, content in enumerate(contents)]
    batch_id = batches.create_batch(name="m", taken=taken, reader="dr a", record=record, mode=BatchMode.TRIAGE)
    batches.run_batch(batch_id=batch_id, classifier=classifier, record=record, gates=gates)
    return batch_id


def items_of(record: Record, batch_id: int) -> list[BatchItem]:
    return sorted(batch_review.load_items(batch_id=batch_id, record=record)[1], key=lambda item: item.position)


def gated_ids(record: Record, batch_id: int) -> list[int]:
    with record.reading() as work:
        return work.batches.item_ids(batch_id, part="gated")


def test_a_poor_picture_becomes_a_row_with_its_reason_and_no_score(
    record: Record, classifier: DarknessClassifier
) -> None:
    batch_id = run(record, classifier, NO_GATE, good(), shade(120))
    fine, poor = items_of(record, batch_id)
    assert fine.state is ItemState.SCORED
    assert fine.prediction is not None
    assert poor.state is ItemState.REJECTED
    assert poor.prediction is None
    assert "Resolution: 24 x 16 px" in poor.reason
    assert gated_ids(record, batch_id) == [poor.item_id]
    assert batch_review.save_items(batch_id=batch_id, item_ids=None, reader="dr a", record=record) == 1
    case_id = items_of(record, batch_id)[0].case_id
    assert case_id is not None
    checks = load_checks(case_id=case_id, record=record)
    assert checks is not None
    assert checks.quality.is_accepted
    assert not checks.override_reason


def test_a_file_that_is_no_picture_is_not_one_that_a_gate_held_back(
    record: Record, classifier: DarknessClassifier
) -> None:
    batch_id = run(record, classifier, NO_GATE, good(), b"no picture")
    assert items_of(record, batch_id)[1].state is ItemState.REJECTED
    assert gated_ids(record, batch_id) == []


def test_the_scope_gate_judges_what_the_network_saw(record: Record, classifier: DarknessClassifier) -> None:
    batch_id = run(record, classifier, BRIGHT_ONLY, good(0.2))
    [item] = items_of(record, batch_id)
    assert item.state is ItemState.SCORED
    dark = DrawnLesion(width_px=448, height_px=336, darkness=1.0, radius=0.5)
    [item] = items_of(record, run(record, classifier, BRIGHT_ONLY, draw_jpeg(dark)))
    assert item.state is ItemState.REJECTED
    assert "does not look like a dermoscopic picture" in item.reason


def test_an_override_needs_a_reason_which_is_kept_with_the_case(record: Record, classifier: DarknessClassifier) -> None:
    batch_id = run(record, classifier, NO_GATE, shade(120))
    [item] = items_of(record, batch_id)
    with pytest.raises(ValueError, match="reason"):
        override_item(item=item, reason="  ", classifier=classifier, gates=NO_GATE, reader="dr a", record=record)
    assert override_item(item=item, reason=REASON, classifier=classifier, gates=NO_GATE, reader="dr a", record=record)
    [scored] = items_of(record, batch_id)
    assert scored.state is ItemState.SCORED
    assert REASON in scored.reason
    assert "Resolution" in scored.reason
    batch_review.save_items(batch_id=batch_id, item_ids=None, reader="dr a", record=record)
    [saved] = items_of(record, batch_id)
    assert saved.case_id is not None
    checks = load_checks(case_id=saved.case_id, record=record)
    assert checks is not None
    assert checks.override_reason == REASON
    assert not checks.quality.is_accepted


def test_a_reason_is_erased_with_its_patient(record: Record, classifier: DarknessClassifier) -> None:
    taken, assigned = [TakenIn(Upload("0.jpg", shade(120)))], {"0.jpg": Assignment(pseudonym="P-1")}
    batch_id = batches.create_batch(name="m", taken=taken, reader="dr a", record=record, assigned=assigned)
    batches.run_batch(batch_id=batch_id, classifier=classifier, record=record, gates=NO_GATE)
    [item] = items_of(record, batch_id)
    override_item(item=item, reason=REASON, classifier=classifier, gates=NO_GATE, reader="dr a", record=record)
    with record.writing() as work:
        assert work.batches.checks_of([item.item_id])[item.item_id].override_reason == REASON
        work.erasure.erase("P-1", work.erasure.belongings("P-1"))
        assert work.batches.checks_of([item.item_id]) == {}
        assert [line.detail for line in work.audit.of("batch item", item.item_id)] == [{}]


def test_a_second_override_changes_nothing(record: Record, classifier: DarknessClassifier) -> None:
    batch_id = run(record, classifier, NO_GATE, shade(120))
    [item] = items_of(record, batch_id)
    kept = {"classifier": classifier, "gates": NO_GATE, "reader": "dr a", "record": record}
    assert override_item(item=item, reason=REASON, **kept)  # type: ignore[arg-type]
    assert not override_item(item=item, reason="another one", **kept)  # type: ignore[arg-type]
    assert REASON in items_of(record, batch_id)[0].reason


def test_all_that_was_held_back_is_scored_for_one_reason(record: Record, classifier: DarknessClassifier) -> None:
    batch_id = run(record, classifier, NO_GATE, shade(120, 1), good(), shade(90, 2), b"no picture")
    n = override_all(
        batch_id=batch_id, reason=REASON, classifier=classifier, gates=NO_GATE, reader="terminal", record=record
    )
    assert n == 2
    states = [item.state for item in items_of(record, batch_id)]
    assert states == [ItemState.SCORED, ItemState.SCORED, ItemState.SCORED, ItemState.REJECTED]


def test_a_folder_run_again_leaves_what_was_held_back_as_it_is(
    record: Record, classifier: DarknessClassifier, tmp_path: Path
) -> None:
    (tmp_path / "poor.png").write_bytes(shade(120))
    for _ in range(2):
        batch_id = batches.open_folder_batch(folder=tmp_path, reader="dr a", record=record)
        batches.run_batch(batch_id=batch_id, classifier=classifier, record=record, gates=NO_GATE)
    [item] = items_of(record, batch_id)
    assert item.state is ItemState.REJECTED
    assert classifier.n_scored == 1
