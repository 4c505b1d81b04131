"""One of several app servers over one record: `one_server.py HOME NAME N_CASES N_EDITS`, with DATABASE_URL set.

It says that it is ready, and from the moment that the file `go` is in HOME it opens the record, scores and saves what
all the others do too, and then edits the first case and counts a setting up, N_EDITS times each.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path

from conftest import (  # type: ignore[import-not-found]  # beside this file, which is run by its path
    DarknessClassifier,
    shade,
)

from core.domain import CaseDraft, Upload
from core.errors import CaseChanged
from core.settings import Settings
from dashboard.workflow.analyse import analyse_upload
from dashboard.workflow.batch_review import save_items
from dashboard.workflow.batches import list_batches, run_batch
from dashboard.workflow.cases import load_case, save_case, update_case
from dashboard.workflow.record import Record, open_record, utc_now

PATIENCE_MS = 60_000  # the others write all the time


def main(home: Path, name: str, n_cases: int, n_edits: int) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while not (home / "go").exists():
        time.sleep(0.002)
    record = open_record(Settings.from_environment(), busy_timeout_ms=PATIENCE_MS)
    classifier = DarknessClassifier()
    case_ids = [_save(number, name, classifier, record) for number in range(n_cases)]
    for batch in list_batches(record=record):
        run_batch(batch_id=batch.batch_id, classifier=classifier, record=record)
        save_items(batch_id=batch.batch_id, item_ids=None, reader=name, record=record)
    for number in range(n_edits):
        _add_to_notes(case_ids[0], f"{name}{number}", record)
        _count_up(name, record)


def _save(number: int, name: str, classifier: DarknessClassifier, record: Record) -> int:
    analysis = analyse_upload(upload=Upload(f"{number}.png", shade(60 + number, number)), classifier=classifier)
    draft = CaseDraft(f"submission-{number}", f"{number}.png", pseudonym="P-001", lesion_label="L1", reader=name)
    return save_case(draft=draft, analysis=analysis, record=record)


def _add_to_notes(case_id: int, word: str, record: Record) -> None:
    """What a reader does who is told that another one was quicker: look again, and add to what is there now."""
    while True:
        seen, _ = load_case(case_id=case_id, record=record)
        draft = CaseDraft(seen.submission_id, seen.filename, seen.pseudonym, seen.lesion_label, reader=seen.reader)
        try:
            update_case(
                case_id=case_id,
                draft=replace(draft, notes=f"{seen.notes} {word}", visited_on=seen.visited_on),
                who=word,
                record=record,
                begun_from=seen,
            )
        except CaseChanged:
            continue
        return


def _count_up(name: str, record: Record) -> None:
    with record.writing() as work:
        value = int(work.settings.current().get("count", "0"))
        work.settings.set("count", str(value + 1), who=name, at=utc_now())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:]))
