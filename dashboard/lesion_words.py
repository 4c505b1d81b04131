"""What the clinician types about one lesion, while it is being typed; and the draft of a case that it makes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.body import concern_of
from core.domain import CaseDraft, CaseRecord, History, LesionSummary
from core.taxonomy import AnatomSite, Band, BodyRegion, Concern, Diagnosis, Impression, Laterality, Sex, SkinType

_ADULT_YEARS = 18
_SMALL_MM = 5.0  # as the intake's checklist has it


@dataclass(slots=True)
class Words:
    """What was typed about one picture.

    `site_round` counts how often the body map set site and side: the fields of a new round are new ones, and so show
    what was set. `known_lesion_id` is the lesion whose place was taken over, which happens once.
    """

    pseudonym: str = ""
    lesion_label: str = ""
    anatom_site: AnatomSite | None = None
    laterality: Laterality | None = None
    body_region: BodyRegion | None = None
    age_years: int | None = None
    sex: Sex | None = None
    notes: str = ""
    fitzpatrick_skin_type: SkinType | None = None
    clin_size_long_diam_mm: float | None = None
    personal_hx_mm: bool | None = None
    family_hx_mm: bool | None = None
    is_change_noticed: bool | None = None
    visited_on: date | None = None
    site_round: int = 0
    known_lesion_id: int | None = None


@dataclass(slots=True)
class FinalWords:
    """What was chosen as the final assessment, before it is kept."""

    impression: Impression | None = None
    diagnosis: Diagnosis | None = None
    decision: Band | None = None


def words_of(case: CaseRecord) -> Words:
    """The words that are stored with a case."""
    told = case.history
    return Words(
        pseudonym=case.pseudonym,
        lesion_label=case.lesion_label,
        anatom_site=case.anatom_site,
        laterality=case.laterality,
        body_region=case.body_region,
        age_years=case.age_years,
        sex=case.sex,
        notes=case.notes,
        fitzpatrick_skin_type=told.fitzpatrick_skin_type,
        clin_size_long_diam_mm=told.clin_size_long_diam_mm,
        personal_hx_mm=told.personal_hx_mm,
        family_hx_mm=told.family_hx_mm,
        is_change_noticed=told.is_change_noticed,
        visited_on=case.visited_on,
    )


def take_known_place(words: Words, lesions: Sequence[LesionSummary]) -> None:
    """Put the place of a known lesion into the fields, where they are empty; what is emptied then stays empty."""
    known = next((lesion for lesion in lesions if lesion.label == words.lesion_label.strip()), None)
    if known is None or known.anatom_site is None or words.known_lesion_id == known.lesion_id:
        return
    words.known_lesion_id = known.lesion_id
    if words.anatom_site is None and words.laterality is None:
        words.anatom_site, words.laterality, words.body_region = known.anatom_site, known.laterality, known.body_region
        words.site_round += 1


def known_concerns(words: Words) -> tuple[Concern, ...]:
    """What of the intake's checklist was said already: by the place, the size or the age."""
    found = {concern_of(words.anatom_site, words.body_region)}
    if words.clin_size_long_diam_mm is not None and words.clin_size_long_diam_mm < _SMALL_MM:
        found.add(Concern.UNDER_5_MM)
    if words.age_years is not None and words.age_years < _ADULT_YEARS:
        found.add(Concern.CHILD)
    return tuple(concern for concern in Concern if concern in found)


def draft_of(words: Words, *, submission_id: str, filename: str, reader: str) -> CaseDraft:
    """The typed words as the draft of a case."""
    return CaseDraft(
        submission_id=submission_id,
        filename=filename,
        pseudonym=words.pseudonym.strip(),
        lesion_label=words.lesion_label.strip(),
        anatom_site=words.anatom_site,
        age_years=words.age_years,
        sex=words.sex,
        notes=words.notes.strip(),
        reader=reader,
        laterality=words.laterality,
        body_region=words.body_region,
        history=History(
            fitzpatrick_skin_type=words.fitzpatrick_skin_type,
            clin_size_long_diam_mm=words.clin_size_long_diam_mm,
            personal_hx_mm=words.personal_hx_mm,
            family_hx_mm=words.family_hx_mm,
            is_change_noticed=words.is_change_noticed,
        ),
        visited_on=words.visited_on,
    )
