"""Whose lesion each file of a batch shows, as a CSV says it; what is wrong is told by its row before anything runs."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

from core.domain import Assignment
from core.taxonomy import AnatomSite, Sex
from dashboard.workflow.assign import Assignments, Problem, hint_at, named_twice, point_out, too_long

COLUMNS = ("file", "patient", "lesion", "site", "age", "sex", "taken_at")
OLDEST_YEARS, _UNBELIEVABLE_YEARS = 85, 120  # ISIC caps ages at 85


def assign_by_csv(content: bytes, files: Sequence[str]) -> Assignments:
    """By a CSV with the columns file,patient,lesion,site,age,sex,taken_at, of which only `file` must be there."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _refused(0, "The CSV is not in UTF-8: save it as “CSV UTF-8”.")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        return _assign_by_rows(rows, files)
    except csv.Error as error:
        return _refused(rows.line_num, f"This row cannot be read as CSV ({error}): save the table as CSV anew.")


def _assign_by_rows(rows: Iterator[list[str]], files: Sequence[str]) -> Assignments:
    head = [name.strip().lower() for name in next(rows, [])]
    wrong = [Problem(1, sentence) for sentence in _wrong_head(head)]
    if wrong:
        return Assignments(problems=tuple(wrong))
    said, problems = _read_rows(rows, head, files)
    rest = [name for name in files if name not in said]
    hints = hint_at(rest, "without a row in the CSV")
    return Assignments(said, (*problems, *named_twice(files)), hints, point_out(files, said))


def _refused(row: int, sentence: str) -> Assignments:
    return Assignments(problems=(Problem(row, sentence),))


def _delimiter(text: str) -> str:
    head = text.split("\n", 1)[0]
    return ";" if head.count(";") > head.count(",") else ","


def _wrong_head(head: Sequence[str]) -> Iterator[str]:
    known = ", ".join(COLUMNS)
    if "file" not in head:
        yield f"The CSV has no column “file”. Its columns are {known}."
    for name, times in Counter(head).items():
        if name not in COLUMNS:
            yield f"The column “{name}” is not known. Known are {known}."
        elif times > 1:
            yield f"The column “{name}” is there {times} times."


def _read_rows(
    rows: Iterator[list[str]], head: Sequence[str], files: Sequence[str]
) -> tuple[dict[str, Assignment], list[Problem]]:
    said: dict[str, Assignment] = {}
    problems: list[Problem] = []
    facts = _Facts()
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = dict(zip(head, (cell.strip() for cell in cells), strict=False))
        assignment, sentences = _read_row(row)
        name = _match(row.get("file", ""), files)
        sentences += _wrong_file(row.get("file", ""), name, said)
        sentences += facts.contradictions(assignment)
        if len(cells) > len(head):
            sentences.append(f"The row has {len(cells)} cells, the head {len(head)}.")
        problems += [Problem(number, sentence) for sentence in sentences]
        if name is not None:
            said[name] = assignment
    return said, problems


def _read_row(row: Mapping[str, str]) -> tuple[Assignment, list[str]]:
    values: dict[str, Any] = {}
    sentences: list[str] = []
    for column, (name, read) in _READERS.items():
        try:
            values[name] = read(row[column]) if row.get(column) else None
        except ValueError as error:
            sentences.append(str(error))
    said = Assignment(pseudonym=row.get("patient", ""), lesion_label=row.get("lesion", ""), **values)
    if said.lesion_label and not said.pseudonym:
        sentences.append(f"The lesion {said.lesion_label} has no patient.")
    return said, [*sentences, *too_long(said)]


class _Facts:
    """What earlier rows said of a patient and of a lesion, which later ones may not contradict."""

    def __init__(self) -> None:
        self._sex: dict[str, Sex] = {}
        self._site: dict[tuple[str, str], AnatomSite] = {}

    def contradictions(self, said: Assignment) -> list[str]:
        """Sentences about what differs from an earlier row."""
        found = []
        if said.pseudonym and said.sex and self._sex.setdefault(said.pseudonym, said.sex) is not said.sex:
            found.append(f"Patient {said.pseudonym} is {self._sex[said.pseudonym]} in an earlier row.")
        lesion = (said.pseudonym, said.lesion_label)
        is_named = all(lesion) and said.anatom_site
        if is_named and said.anatom_site and self._site.setdefault(lesion, said.anatom_site) is not said.anatom_site:
            found.append(
                f"Lesion {said.lesion_label} of {said.pseudonym} is at {self._site[lesion]} in an earlier row."
            )
        return found


def _wrong_file(asked: str, name: str | None, said: Mapping[str, Assignment]) -> list[str]:
    if not asked:
        return ["The row names no file."]
    if name is None:
        return [f"There is no file {asked} among the uploads, or more than one."]
    return [f"{asked} has an earlier row."] if name in said else []


def _match(asked: str, files: Sequence[str]) -> str | None:
    """The file of that name; in a ZIP with folders its last part is enough, where only one file has it."""
    if asked in files:
        return asked
    ends = [name for name in files if PurePosixPath(name).name == asked]
    return ends[0] if len(ends) == 1 else None


def _site(text: str) -> AnatomSite:
    if text.lower() not in set(AnatomSite):
        raise ValueError(f"The site “{text}” is none of ISIC's: {', '.join(AnatomSite)}.")
    return AnatomSite(text.lower())


def _age(text: str) -> int:
    if not text.isdecimal() or int(text) > _UNBELIEVABLE_YEARS:
        raise ValueError(f"The age “{text}” is no whole number of years from 0 to {_UNBELIEVABLE_YEARS}.")
    return min(int(text), OLDEST_YEARS)


def _sex(text: str) -> Sex:
    if text.lower() not in set(Sex):
        raise ValueError(f"The sex “{text}” is neither female nor male.")
    return Sex(text.lower())


def _day(text: str) -> date:
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        raise ValueError(
            f"The day “{text}” is not written as 2026-03-31, or with a time as 2026-03-31T09:30."
        ) from None
    if day > date.today():
        raise ValueError(f"The day “{text}” is yet to come.")
    return day


_READERS: Mapping[str, tuple[str, Any]] = {
    "site": ("anatom_site", _site),
    "age": ("age_years", _age),
    "sex": ("sex", _sex),
    "taken_at": ("taken_on", _day),
}
