"""The PDF: what it says, that it is the same each time, and that nothing in it is obeyed or betrayed."""

import io
import re
from dataclasses import replace

from pypdf import PdfReader

from core.exports.case_report import CaseReport, hash_content
from core.exports.report_pdf import render_report

SECTIONS = [
    "Clinician's first read",
    "Clinician's final assessment",
    "Machine's assessment",
    "Reviews",
    "Confirmed diagnosis",
    "Notes",
    "Image quality",
    "Model",
    "Intended use and limits",
]


def pages(report: CaseReport) -> list[str]:
    reader = PdfReader(io.BytesIO(render_report(report)))
    return [re.sub(r"\s+", " ", page.extract_text()) for page in reader.pages]


def words(report: CaseReport) -> str:
    return " ".join(pages(report))


def test_every_part_is_printed(report: CaseReport) -> None:
    said = words(report)
    for part in (*SECTIONS, "P-0173", "▲ Refer", "72% malignant probability", "Melanoma (malignant)", "61%", "<1%"):
        assert part in said
    for part in ("a" * 64, "Not validated for nails.", "Decision support.", "Where the network looked"):
        assert part in said


def test_first_read_and_machine_are_apart(report: CaseReport) -> None:
    """In reading order the clinician's part ends before the machine's begins."""
    said = words(report)
    assert said.index("Clinician's first read") < said.index("Dr. Ana Example") < said.index("Machine's assessment")
    assert said.index("Machine's assessment") < said.index("72%")


def test_a_part_that_there_is_nothing_of_is_left_out(report: CaseReport) -> None:
    bare = replace(
        report, heatmap=None, first_read=(), final_assessment=(), reviews=(), diagnosis=(), quality=(), notes=""
    )
    said = words(bare)
    left = {title for title in SECTIONS if title in said}
    assert left == {"Machine's assessment", "Model", "Intended use and limits"}
    assert "Where the network looked" not in said
    assert len(PdfReader(io.BytesIO(render_report(bare))).pages[0].images) == 1


def test_it_is_preliminary_until_it_is_signed(report: CaseReport, signed: CaseReport) -> None:
    assert "PRELIMINARY · NOT SIGNED" in words(report)
    assert "nobody has signed" in words(report)
    said = words(signed)
    assert "preliminary" not in said.lower()
    for part in ("SIGNED", "Signed by Dr. Ana Example, 12 Mar 2026, 12:05 UTC", "By name only.", hash_content(signed)):
        assert part in said


def test_an_amended_report_says_its_revision(signed: CaseReport) -> None:
    assert signed.signature is not None
    amended = replace(signed, signature=replace(signed.signature, revision=2))
    assert "SIGNED · REVISION 2" in words(amended)
    assert "takes the place of the earlier ones" in words(amended)


def test_the_same_report_gives_the_same_bytes(report: CaseReport, signed: CaseReport) -> None:
    assert render_report(report) == render_report(report)
    assert render_report(signed) == render_report(signed)
    assert render_report(report) != render_report(signed)


def test_markup_is_printed_and_not_obeyed(report: CaseReport) -> None:
    evil = '<img src="file:///etc/hostname"/><b>x</b>&<para>'
    said = words(replace(report, notes=evil, reviews=((evil, evil),), about=(("Patient", evil),)))
    assert said.replace(" ", "").count(evil.replace(" ", "")) >= 3  # that in the narrow column is broken into lines
    assert said.count("<para>") == 4


def test_fonts_are_embedded_and_names_of_many_tongues_print(report: CaseReport) -> None:
    names = "Żółć Ωμέγα Иванов Nguyễn Łódź"
    reader = PdfReader(io.BytesIO(render_report(replace(report, about=(("Patient", names),)))))
    assert names in re.sub(r"\s+", " ", reader.pages[0].extract_text())
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].get_object().values():  # type: ignore[index]
            assert "/FontFile2" in font.get_object()["/FontDescriptor"].get_object()


def test_metadata_names_no_patient(report: CaseReport) -> None:
    reader = PdfReader(io.BytesIO(render_report(report)))
    assert "P-0173" not in str(reader.metadata)
    assert reader.metadata is not None
    assert reader.metadata.title == "Dermoscopy report, case 12"


def test_long_words_run_over_pages_that_are_numbered(report: CaseReport) -> None:
    found = pages(replace(report, notes="It itches at night. " * 400, reviews=(("12 Mar 2026", "Long. " * 900),) * 3))
    assert len(found) > 2
    for number, page in enumerate(found, 1):
        assert f"Page {number} of {len(found)}" in page
        assert "Case 12 · preliminary" in page


def test_a_word_without_a_space_is_broken_and_not_lost(report: CaseReport) -> None:
    assert words(replace(report, notes="x" * 3000)).count("x") >= 3000
