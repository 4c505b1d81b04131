from datetime import date

import pytest

from core.domain import Assignment
from core.taxonomy import AnatomSite, Sex
from dashboard.workflow.assign import LONGEST, Assignments
from dashboard.workflow.assign_csv import assign_by_csv

ON_BOTH_DATABASES = True

FILES = ["a.jpg", "b.jpg", "room 1/c.jpg"]
HEAD = "file,patient,lesion,site,age,sex,taken_at\n"


def read(text: str, files: list[str] = FILES) -> Assignments:
    return assign_by_csv(text.encode(), files)


def told(found: Assignments) -> list[tuple[int, str]]:
    return [(problem.row, problem.sentence) for problem in found.problems]


def test_a_csv_says_all_of_a_file() -> None:
    found = read(HEAD + "a.jpg,P-1,L1,head/neck,91,female,2026-03-01T09:30\nb.jpg,P-2,,,,,\nc.jpg,P-1,L2,,,,\n")
    assert found.problems == ()
    assert found.of_file["a.jpg"] == Assignment("P-1", "L1", AnatomSite.HEAD_NECK, 85, Sex.FEMALE, date(2026, 3, 1))
    assert found.of_file["b.jpg"] == Assignment("P-2")
    assert found.of_file["room 1/c.jpg"] == Assignment("P-1", "L2")  # by the last part of its name
    assert found.n_patients == 2


@pytest.mark.parametrize(
    "text",
    [
        "\ufefffile,patient\na.jpg,P-1\n",
        "File; Patient\r\na.jpg; P-1\r\n",
        'patient,file\n"P-1","a.jpg"\n\n,\n',
    ],
)
def test_spreadsheets_write_csvs_in_many_ways(text: str) -> None:
    found = read(text)
    assert (found.problems, found.of_file) == ((), {"a.jpg": Assignment("P-1")})
    assert found.hints == ("2 files without a row in the CSV: b.jpg, room 1/c.jpg",)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("x.jpg,P-1,,,,,", "There is no file x.jpg among the uploads, or more than one."),
        (",P-1,,,,,", "The row names no file."),
        ("a.jpg,P-1,,elbow,,,", "The site “elbow” is none of ISIC's"),
        ("a.jpg,P-1,,,old,,", "The age “old” is no whole number of years from 0 to 120."),
        ("a.jpg,P-1,,,121,,", "The age “121” is no whole number"),
        ("a.jpg,P-1,,,-1,,", "The age “-1” is no whole number"),
        ("a.jpg,P-1,,,,x,", "The sex “x” is neither female nor male."),
        ("a.jpg,P-1,,,,,31.3.2026", "The day “31.3.2026” is not written as 2026-03-31"),
        ("a.jpg,P-1,,,,,2999-01-01", "The day “2999-01-01” is yet to come."),
        (f"a.jpg,{'P' * (LONGEST + 1)},,,,,", "The patient's name has more than 60 characters."),
        ("a.jpg,P-1,,,,,,more", "The row has 8 cells, the head 7."),
    ],
)
def test_what_is_wrong_in_a_row_is_told_with_its_number(row: str, sentence: str) -> None:
    found = read(HEAD + "b.jpg,P-2,,,,,\n" + row + "\n")
    [(number, said)] = told(found)
    assert number == 3
    assert said.startswith(sentence)


def test_a_lesion_without_a_patient_is_told() -> None:
    assert told(read(HEAD + "a.jpg,,L1,,,,\n")) == [(2, "The lesion L1 has no patient.")]


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = read(HEAD + "x.jpg,P-1,,elbow,old,y,never\na.jpg,P-1,,,,,\na.jpg,P-1,,,,,\n")
    assert [number for number, _ in told(found)] == [2, 2, 2, 2, 2, 4]
    assert told(found)[-1][1] == "a.jpg has an earlier row."


def test_rows_may_not_contradict_one_another() -> None:
    found = read(HEAD + "a.jpg,P-1,L1,head/neck,,female,\nb.jpg,P-1,L1,lower extremity,,male,\nc.jpg,P-2,L1,,,male,\n")
    assert told(found) == [
        (3, "Patient P-1 is female in an earlier row."),
        (3, "Lesion L1 of P-1 is at head/neck in an earlier row."),
    ]


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ("patient,lesion", "The CSV has no column “file”."),
        ("", "The CSV has no column “file”."),
        ("file,name", "The column “name” is not known."),
        ("file,patient,patient", "The column “patient” is there 2 times."),
    ],
)
def test_a_wrong_head_is_told(head: str, sentence: str) -> None:
    [(number, said)] = told(read(f"{head}\na.jpg,P-1\n"))
    assert number == 1
    assert said.startswith(sentence)


def test_another_encoding_is_told() -> None:
    assert "UTF-8" in assign_by_csv("file,patient\na.jpg,Müller".encode("latin-1"), FILES).problems[0].sentence


def test_a_cell_that_csv_cannot_hold_is_a_problem() -> None:
    found = read(HEAD + "a.jpg,P-1,,,,,\nb.jpg," + "x" * 200_000 + ",,,,,\n")
    assert found.of_file == {}
    [(row, sentence)] = told(found)
    assert (row, "cannot be read as CSV" in sentence) == (3, True)


def test_a_name_that_two_files_have_cannot_be_assigned() -> None:
    assert "no file c.jpg" in told(read("file,patient\nc.jpg,P-1\n", ["1/c.jpg", "2/c.jpg"]))[0][1]
    assert "2 of the uploads are called a.jpg" in told(read("file,patient\na.jpg,P-1\n", ["a.jpg", "a.jpg"]))[0][1]


def test_a_pseudonym_that_looks_like_a_name_is_pointed_out() -> None:
    assert read("file,patient\na.jpg,Erika Mustermann\n").warnings[-1].endswith(": Erika Mustermann")
