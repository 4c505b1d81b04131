"""A case's report: what of the record it says, that signing locks it, and many in one file."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime

import numpy as np
import pytest
from pypdf import PdfReader

from core.domain import (
    CaseRecord,
    ConfirmedDiagnosis,
    Heatmap,
    ModelIdentity,
    QualityNote,
    QualityReport,
    Review,
    Upload,
)
from core.domain import Checks as FoundChecks
from core.errors import RecordNotFound, StorageBusy
from core.exports.case_report import CaseReport
from core.taxonomy import AnatomSite, Band, BatchMode, ConfirmType, Diagnosis, HeatmapMethod, Impression, Sex
from dashboard.workflow import reports
from dashboard.workflow.batch_review import load_items, save_items
from dashboard.workflow.batches import create_batch, run_batch
from dashboard.workflow.cases import confirm_diagnosis, load_case, load_picture, review_case
from dashboard.workflow.erase import erase_patient
from dashboard.workflow.first_read import FinalReading, keep_final, keep_first_read, note_reveal
from dashboard.workflow.intake import TakenIn
from dashboard.workflow.recalls import recalls_of, set_recall
from dashboard.workflow.record import Record
from dashboard.workflow.report_parts import measured_rows, quality_rows, strange_to_network
from tests.dashboard.conftest import DarknessClassifier, draw

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FACTS = reports.ModelFacts(("Not validated for nails.",), "sensitivity 94% (91–96%)")


@pytest.fixture
def case_id(save: Callable[..., int]) -> int:
    return save(
        draw(seed=3),
        pseudonym="P-7",
        lesion_label="L1",
        anatom_site=AnatomSite.LOWER_EXTREMITY,
        age_years=61,
        sex=Sex.FEMALE,
        notes="itches",
    )


def test_a_site_that_is_strange_to_the_network_is_a_limit(save: Callable[..., int], record: Record) -> None:
    case = case_of(save(draw(seed=4), anatom_site=AnatomSite.PALMS_SOLES), record)
    assert [sentence[:30] for sentence in strange_to_network(case, None)] == ["Nails, palms, soles and mucosa"]
    elsewhere = case_of(save(draw(seed=5), anatom_site=AnatomSite.HEAD_NECK), record)
    assert strange_to_network(elsewhere, None) == ()


def case_of(case_id: int, record: Record) -> CaseRecord:
    return load_case(case_id=case_id, record=record)[0]


def build(case_id: int, record: Record, **more: object) -> CaseReport:
    case = case_of(case_id, record)
    image = load_picture(case=case, record=record)
    return reports.build_report(case=case, image=image, checks=None, facts=FACTS, **more)  # type: ignore[arg-type]


def sign(case_id: int, record: Record, who: str = "dr a") -> bytes:
    signed = reports.sign_report(report=build(case_id, record), method=None, who=who, record=record)
    return reports.read_signed(report_id=signed.report_id, record=record)


def words(content: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def review(case_id: int, record: Record, note: str = "a shadow") -> None:
    review_case(case_id=case_id, review=Review(Band.REFER, note, "dr b", NOON), record=record)


def test_the_report_says_what_the_record_holds(case_id: int, record: Record) -> None:
    review(case_id, record)
    diagnosis = ConfirmedDiagnosis(
        Diagnosis.MELANOMA, True, ConfirmType.HISTOPATHOLOGY, date(2026, 3, 9), "in situ", "dr b", NOON
    )
    confirm_diagnosis(case_id=case_id, diagnosis=diagnosis, record=record)
    said = words(reports.preliminary_pdf(report=build(case_id, record)))
    for part in ("P-7", "61 years, female", "lower extremity", "itches", "Refer, a shadow (dr b)", "in situ", "09 Mar"):
        assert part in said
    for part in ("Melanoma (malignant)", "histopathology", "darkness 1.0", "a" * 64, "b" * 64, "94% (91–96%)", "40.0%"):
        assert part in said


def test_first_read_and_final_assessment_are_told_apart_from_the_machine(case_id: int, record: Record) -> None:
    submission_id = case_of(case_id, record).submission_id
    kept = {"submission_id": submission_id, "reader": "dr a", "record": record}
    keep_first_read(impression=Impression.BENIGN, confidence=None, diagnosis=Diagnosis.NEVUS, **kept)  # type: ignore[arg-type]
    note_reveal(submission_id=submission_id, record=record)
    keep_final(final=FinalReading(submission_id, Impression.MALIGNANT, None, Band.REFER, "dr a"), record=record)
    report = build(case_id, record)
    assert dict(report.first_read)["Impression"] == "benign"
    assert "Machine shown" in dict(report.first_read)
    assert dict(report.final_assessment)["Impression"] == "malignant, changed after the machine's result"
    assert "benign" not in " ".join(
        (*report.assessment.sentences, report.assessment.label, report.assessment.next_step)
    )


def test_what_is_not_in_the_record_is_left_out(save: Callable[..., int], record: Record) -> None:
    report = build(save(), record)
    assert [name for name, _ in report.about] == ["Patient", "Recorded"]
    assert (report.first_read, report.final_assessment, report.reviews, report.diagnosis, report.quality) == ((),) * 5
    assert report.heatmap is None


def test_the_gates_findings_are_told_and_why_a_picture_was_scored_in_spite_of_them() -> None:
    notes = (
        QualityNote("Sharpness", 3.0, "", False, "soft", is_blocking=True),
        QualityNote("Glare", 0.0, "", True, "none"),
    )
    rows = dict(quality_rows(FoundChecks(QualityReport(notes), None, (), override_reason="the only picture")))
    assert rows["Sharpness"] == "not in order: soft"
    assert rows["Glare"] == "none"
    assert rows["Scored because"] == "the only picture"


def test_the_same_case_gives_the_same_bytes(case_id: int, record: Record) -> None:
    first, second = (reports.preliminary_pdf(report=build(case_id, record)) for _ in range(2))
    assert first == second
    review(case_id, record)
    assert reports.preliminary_pdf(report=build(case_id, record)) != first


def test_a_heat_map_is_printed_where_it_is_asked_for(case_id: int, record: Record) -> None:
    case = case_of(case_id, record)
    values = np.ones((case.image.height_px, case.image.width_px), dtype=np.float32)
    report = build(case_id, record, heatmap=Heatmap(values, HeatmapMethod.LAYER_CAM, "last"))
    assert report.heatmap is not None
    assert "Layer-CAM" in report.heatmap.caption
    assert "not where the disease is" in report.heatmap.caption
    assert report.heatmap.content != report.picture.content
    signed = reports.sign_report(report=report, method=HeatmapMethod.LAYER_CAM, who="dr a", record=record)
    assert reports.is_current(report=build(case_id, record), signed=signed)


def test_signing_locks_the_report_and_signs_the_case_off(case_id: int, record: Record) -> None:
    content = sign(case_id, record)
    said = words(content)
    assert "Signed by dr a" in said
    assert "it was not authenticated" in said
    with record.reading() as work:
        assert work.sign_offs.of_cases([case_id])[case_id].signed_by == "dr a"
        assert [entry.action for entry in work.audit.of("case", case_id)][-1] == "sign report"
    review(case_id, record, "a later thought")
    (signed,) = reports.load_signed(case_id=case_id, record=record)
    assert reports.read_signed(report_id=signed.report_id, record=record) == content
    assert "a later thought" not in words(content)


def test_a_case_that_changed_since_is_told_and_signed_as_the_next_revision(case_id: int, record: Record) -> None:
    first = sign(case_id, record)
    (signed,) = reports.load_signed(case_id=case_id, record=record)
    assert reports.is_current(report=build(case_id, record), signed=signed)
    review(case_id, record)
    assert not reports.is_current(report=build(case_id, record), signed=signed)
    second = sign(case_id, record, who="dr b")
    assert "REVISION 2" in words(second)
    newest, oldest = reports.load_signed(case_id=case_id, record=record)
    assert (newest.revision, oldest.revision) == (2, 1)
    assert newest.content_sha256 != oldest.content_sha256
    assert reports.read_signed(report_id=oldest.report_id, record=record) == first


def test_a_new_measurement_of_the_network_leaves_a_signed_report_current(
    case_id: int, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(case_id, record)
    (signed,) = reports.load_signed(case_id=case_id, record=record)
    monkeypatch.setitem(globals(), "FACTS", reports.ModelFacts(("Reworded.",), "sensitivity 95%", 0.3))
    assert "Reworded." in build(case_id, record).limits
    assert reports.is_current(report=build(case_id, record), signed=signed)


def test_figures_name_their_threshold_where_the_case_was_scored_at_another(case_id: int, record: Record) -> None:
    prediction = case_of(case_id, record).prediction
    same = measured_rows(prediction, "sensitivity 94%", prediction.operating_threshold)
    assert same == (("On the test set", "at the referral threshold: sensitivity 94%"),)
    ((_, said),) = measured_rows(prediction, "sensitivity 94%", 0.123)
    assert said == "at 12.3%, not at this case's threshold: sensitivity 94%"
    assert measured_rows(prediction, "", None) == ()


def test_nobody_signs_without_a_name(case_id: int, record: Record) -> None:
    with pytest.raises(ValueError, match="name of who signs"):
        sign(case_id, record, who="")
    assert reports.load_signed(case_id=case_id, record=record) == ()


def test_of_two_who_sign_at_once_one_is_told(case_id: int, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    sign(case_id, record)
    monkeypatch.setattr(reports, "load_signed", lambda **_: ())  # as it was when the second one looked
    with pytest.raises(StorageBusy, match="Somebody else signed"):
        sign(case_id, record, who="dr b")


def test_a_batch_gives_signed_reports_as_signed_and_preliminary_ones_for_the_rest(
    save: Callable[..., int], record: Record
) -> None:
    ids = [save(draw(seed=n), pseudonym=f"P-{n}") for n in (1, 2)]
    content = sign(ids[0], record)
    asked: list[ModelIdentity] = []
    found = reports.collect_reports(case_ids=ids, facts_of=lambda model: asked.append(model) or FACTS, record=record)  # type: ignore[func-returns-value]
    assert list(found) == ["lesionwise-case-1-signed-1.pdf", "lesionwise-case-2-preliminary.pdf"]
    assert found["lesionwise-case-1-signed-1.pdf"] == content
    assert [model.name for model in asked] == ["darkness"]
    said = words(reports.reports_as_pdf(found))
    assert "P-1" in said and "P-2" in said
    with zipfile.ZipFile(io.BytesIO(reports.reports_as_zip(found))) as archive:
        assert archive.namelist() == list(found)


def test_a_case_that_is_gone_is_told(record: Record) -> None:
    with pytest.raises(RecordNotFound):
        reports.collect_reports(case_ids=[9], facts_of=lambda _: FACTS, record=record)


def test_with_the_patient_signed_reports_and_recalls_are_erased(case_id: int, record: Record) -> None:
    sign(case_id, record)
    (signed,) = reports.load_signed(case_id=case_id, record=record)
    lesion_id = case_of(case_id, record).lesion_id
    assert lesion_id is not None
    set_recall(lesion_id=lesion_id, due_on=date(2026, 9, 1), reason="growing", who="dr a", record=record)
    erase_patient(pseudonym="P-7", who="dr a", record=record)
    with pytest.raises(RecordNotFound):
        reports.read_signed(report_id=signed.report_id, record=record)
    assert recalls_of(lesion_id=lesion_id, record=record) == ()


def test_the_reports_of_a_batch_are_of_its_saved_cases(record: Record, classifier: DarknessClassifier) -> None:
    taken = [TakenIn(Upload(f"{n}.jpg", draw(seed=n))) for n in range(3)]
    batch_id = create_batch(name="morning", taken=taken, reader="dr a", record=record, mode=BatchMode.TRIAGE)
    run_batch(batch_id=batch_id, classifier=classifier, record=record)
    assert reports.collect_batch(batch_id=batch_id, facts_of=lambda _: FACTS, record=record) == {}
    items = load_items(batch_id=batch_id, record=record)[1]
    save_items(batch_id=batch_id, item_ids=[item.item_id for item in items[:2]], reader="dr a", record=record)
    found = reports.collect_batch(batch_id=batch_id, facts_of=lambda _: FACTS, record=record)
    assert len(found) == 2
    assert all("PRELIMINARY" in words(content) for content in found.values())


def test_a_batch_that_is_not_there_is_told(record: Record) -> None:
    with pytest.raises(RecordNotFound):
        reports.collect_batch(batch_id=5, facts_of=lambda _: FACTS, record=record)


def test_file_names_name_no_patient(case_id: int, record: Record) -> None:
    case = case_of(case_id, record)
    names = reports.collect_reports(case_ids=[case_id], facts_of=lambda _: FACTS, record=record)
    with zipfile.ZipFile(io.BytesIO(reports.reports_as_zip(names))) as archive:
        assert archive.namelist() == list(names) != []
    assert not any(words in name for words in ("P-7", "L1") for name in names)
    assert (case.pseudonym, case.lesion_label) == ("P-7", "L1")
