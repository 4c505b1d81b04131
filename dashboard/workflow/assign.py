"""Whose lesion each file of a batch shows: said by a CSV or by the files' names, and checked before anything runs."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

from core.domain import Assignment
from core.pseudonyms import find_hint
from core.taxonomy import AnatomSite, Sex

COLUMNS = ("file", "patient", "lesion", "site", "age", "sex", "taken_at")
LONGEST = 60  # characters of a pseudonym or a lesion's name, as in the form on the Analyse page
OLDEST_YEARS, _UNBELIEVABLE_YEARS = 85, 120  # ISIC caps ages at 85
# What cameras, phones and archives begin their names with: `IMG_1234.jpg` is no patient IMG with a lesion 1234.
_CAMERA_WORDS = (
    "IMG DSC DSCN DSCF DSCI DCIM PXL MVIMG VID CIMG PICT GOPR ISIC IMAGE IMAGES PHOTO PHOTOS PIC PICTURE SCAN SNAP "
    "SCREENSHOT UNTITLED"
)
_NO_PATIENTS = frozenset(_CAMERA_WORDS.split())
_DAY_AND_TIME = re.compile(r"\d{8}_\d{6}")  # as phones name their pictures
_SHOWN = 3  # names that a hint gives as examples


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and in which row of the CSV; the head is row 1, and 0 is about no row."""

    row: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Assignments:
    """Which file is whose. With a problem nothing runs; a hint is only pointed out, a warning before the others."""

    of_file: Mapping[str, Assignment] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    hints: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def n_patients(self) -> int:
        """How many patients are named."""
        return len({said.pseudonym for said in self.of_file.values() if said.pseudonym})


def assign_by_name(files: Sequence[str]) -> Assignments:
    """`PATIENT/LESION/any.jpg`, `PATIENT/any.jpg` or `PATIENT_LESION_any.jpg`; other names, as of cameras, say none."""
    said = {name: _from_name(name) for name in files}
    silent = [name for name in files if not said[name].pseudonym]
    problems = [Problem(0, f"{name}: {sentence}") for name in files for sentence in _too_long(said[name])]
    hints = _hint(silent, "without a patient in the name")
    return Assignments(said, (*_twice(files), *problems), hints, point_out(files, said))


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
    hints = _hint(rest, "without a row in the CSV")
    return Assignments(said, (*problems, *_twice(files)), hints, point_out(files, said))


def point_out(files: Sequence[str], said: Mapping[str, Assignment]) -> tuple[str, ...]:
    """Warnings of file names and pseudonyms that look like a person's name or hold a date."""
    patients = sorted({found.pseudonym for found in said.values() if find_hint(found.pseudonym)})
    names = [name for name in files if find_hint(name, is_filename=True)]
    what = "that may hold a person's name or a date"
    return (
        *_hint(names, f"{what} and would be kept with the cases; rename files before you upload them"),
        *_hint(patients, f"{what}; use codes that only your own list explains", "pseudonym"),
    )


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
    return said, [*sentences, *_too_long(said)]


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


def _from_name(name: str) -> Assignment:
    path = PurePosixPath(name)
    if path.parent.name and path.parent.parts[-2:][0].upper() not in _NO_PATIENTS:
        folders = path.parent.parts[-2:]
        return Assignment(folders[0], folders[1] if len(folders) > 1 else "")
    parts = path.stem.split("_")
    if parts[0].upper() in _NO_PATIENTS or _DAY_AND_TIME.match(path.stem):
        return Assignment()
    return Assignment(parts[0], parts[1]) if len(parts) > 1 and all(parts[:2]) else Assignment()


def _too_long(said: Assignment) -> list[str]:
    words = {"patient": said.pseudonym, "lesion": said.lesion_label}
    return [
        f"The {what}'s name has more than {LONGEST} characters." for what, text in words.items() if len(text) > LONGEST
    ]


def _twice(files: Sequence[str]) -> Iterator[Problem]:
    for name, times in Counter(files).items():
        if times > 1:
            yield Problem(0, f"{times} of the uploads are called {name}: nobody can say which one is meant.")


def _hint(names: Sequence[str], what: str, kind: str = "file") -> tuple[str, ...]:
    if not names:
        return ()
    examples = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
    return (f"{len(names)} {kind if len(names) == 1 else kind + 's'} {what}: {examples}",)
