"""Many reports as one file."""

import io
import zipfile
from dataclasses import replace

from pypdf import PdfReader

from core.exports.bundle import join_pdfs, zip_files
from core.exports.case_report import CaseReport
from core.exports.report_pdf import render_report


def test_one_pdf_has_the_pages_of_all_in_order(report: CaseReport) -> None:
    contents = [render_report(replace(report, case_id=number)) for number in (7, 8, 9)]
    joined = PdfReader(io.BytesIO(join_pdfs(contents)))
    said = [page.extract_text() for page in joined.pages]
    n_each = [len(PdfReader(io.BytesIO(content)).pages) for content in contents]
    assert len(said) == sum(n_each)
    assert "Case 7 " in said[0]
    assert "Case 9 " in said[-1]
    assert joined.metadata is not None
    assert joined.metadata.title == "Dermoscopy reports, 3 cases"


def test_the_same_reports_give_the_same_bytes(report: CaseReport) -> None:
    contents = [render_report(report), render_report(replace(report, case_id=8))]
    assert join_pdfs(contents) == join_pdfs(contents)
    files = {"case-7.pdf": contents[0], "case-8.pdf": contents[1]}
    assert zip_files(files) == zip_files(files)


def test_a_zip_holds_each_report_whole() -> None:
    files = {"case-7.pdf": b"%PDF seven", "case-8.pdf": b"%PDF eight"}
    with zipfile.ZipFile(io.BytesIO(zip_files(files))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
        assert archive.testzip() is None
