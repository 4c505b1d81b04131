"""Whose lesion each file of a batch shows, as the files' names say it; checked before anything runs."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from core.domain import Assignment
from core.pseudonyms import find_hint

LONGEST = 60  # characters of a pseudonym or a lesion's name, as in the form on the Analyse page
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
    problems = [Problem(0, f"{name}: {sentence}") for name in files for sentence in too_long(said[name])]
    hints = hint_at(silent, "without a patient in the name")
    return Assignments(said, (*named_twice(files), *problems), hints, point_out(files, said))


def point_out(files: Sequence[str], said: Mapping[str, Assignment]) -> tuple[str, ...]:
    """Warnings of file names and pseudonyms that look like a person's name or hold a date."""
    patients = sorted({found.pseudonym for found in said.values() if find_hint(found.pseudonym)})
    names = [name for name in files if find_hint(name, is_filename=True)]
    what = "that may hold a person's name or a date"
    return (
        *hint_at(names, f"{what} and would be kept with the cases; rename files before you upload them"),
        *hint_at(patients, f"{what}; use codes that only your own list explains", "pseudonym"),
    )


def _from_name(name: str) -> Assignment:
    path = PurePosixPath(name)
    if path.parent.name and path.parent.parts[-2:][0].upper() not in _NO_PATIENTS:
        folders = path.parent.parts[-2:]
        return Assignment(folders[0], folders[1] if len(folders) > 1 else "")
    parts = path.stem.split("_")
    if parts[0].upper() in _NO_PATIENTS or _DAY_AND_TIME.match(path.stem):
        return Assignment()
    return Assignment(parts[0], parts[1]) if len(parts) > 1 and all(parts[:2]) else Assignment()


def too_long(said: Assignment) -> list[str]:
    """Sentences about names with more characters than their fields hold."""
    words = {"patient": said.pseudonym, "lesion": said.lesion_label}
    return [
        f"The {what}'s name has more than {LONGEST} characters." for what, text in words.items() if len(text) > LONGEST
    ]


def named_twice(files: Sequence[str]) -> Iterator[Problem]:
    """What cannot be assigned, since several files are called alike."""
    for name, times in Counter(files).items():
        if times > 1:
            yield Problem(0, f"{times} of the uploads are called {name}: nobody can say which one is meant.")


def hint_at(names: Sequence[str], what: str, kind: str = "file") -> tuple[str, ...]:
    """A sentence that counts these names and gives some; none where there are none."""
    if not names:
        return ()
    examples = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
    return (f"{len(names)} {kind if len(names) == 1 else kind + 's'} {what}: {examples}",)
