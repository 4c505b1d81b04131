"""One tree of errors; `str(error)` is a sentence for the clinician, `next_step` says what to do about it.

LesionwiseError
|-- ImageRejected              the picture gets no score
|   |-- UnsupportedFormat      not an image, or a format that is not read here
|   |-- CorruptImage           an image that breaks off or does not decode
|   |-- ImageTooLarge          more pixels or bytes than the limit
|   |-- SeveralFrames          animated or multi-page
|   `-- PictureGated           too poor, or no dermoscopic picture; scored only with a reason that is kept
|-- WeightsUnusable            the app starts, and offers history without scoring
|   |-- WeightsMissing         no model folder, or a file of it is not there
|   |-- WeightsChanged         the SHA-256 is not the one in the model card
|   `-- CardUnusable           the model card is broken, or names classes that this version does not know
|-- StorageFailed              nothing was saved; what was typed is still there
|   |-- StorageBusy            the database is locked by another program
|   |-- StorageFull            no space left on the disk
|   |-- StorageReadOnly        the folder or the database may not be written
|   |-- StorageBroken          the disk or share of the data folder fails
|   `-- StorageUnreachable     the database, or where the pictures are kept, is another machine and does not answer
|-- RecordNotFound             no case, batch or picture with that id
|-- CaseSignedOff              somebody stands for the case as it is
|-- CaseChanged                somebody else corrected the case since the form was begun
`-- DataFolderInvalid          the folder or CSV of labelled images is not as expected
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.domain import Checks


class LesionwiseError(Exception):
    """The root: catch this where a person is told."""

    next_step = "Try again; if it happens again, tell the person who looks after this computer."

    def __init__(self, sentence: str, next_step: str | None = None) -> None:
        super().__init__(sentence)
        if next_step is not None:
            self.next_step = next_step


class ImageRejected(LesionwiseError):
    """A picture that cannot be read or must not be scored."""

    next_step = "Export the picture again from the camera as JPEG or PNG and upload that file."


class UnsupportedFormat(ImageRejected):
    """The bytes are no image of a format that is read here."""


class CorruptImage(ImageRejected):
    """The file starts like an image but does not decode to the end."""


class ImageTooLarge(ImageRejected):
    """The header announces more pixels, or the file has more bytes, than the limit."""

    next_step = "Make the picture smaller, or cut it to the lesion, save it as JPEG and upload that file."


class SeveralFrames(ImageRejected):
    """The file holds more than one picture."""

    next_step = "Save the one picture that shows the lesion as JPEG or PNG and upload that file."


class PictureGated(ImageRejected):
    """A gate holds the score back; `checks` says why, and a clinician may override it with a reason."""

    next_step = "Take a better picture, or state why this one should be scored all the same."

    def __init__(self, checks: "Checks") -> None:
        super().__init__(" ".join(checks.reasons), self._advice(checks))
        self.checks = checks

    def _advice(self, checks: "Checks") -> str:
        advice = dict.fromkeys(note.advice for note in checks.quality.blocking if note.advice)
        return " ".join(advice) or self.next_step


class WeightsUnusable(LesionwiseError):
    """The network cannot be used; everything else still can."""

    next_step = "Restore the folder weights/ from the release, or train the network again with `make train`."


class WeightsMissing(WeightsUnusable):
    """A file of the model folder is not there."""


class WeightsChanged(WeightsUnusable):
    """The weights are not the ones that the model card describes."""


class CardUnusable(WeightsUnusable):
    """The model card cannot be read, or describes a network that this version does not know."""


class StorageFailed(LesionwiseError):
    """The record could not be written."""


class StorageBusy(StorageFailed):
    """Another program holds the database."""

    next_step = "Close other programs that use the database, wait a few seconds and save again."


class StorageFull(StorageFailed):
    """No space left."""

    next_step = "Free some space on the disk and save again."


class StorageReadOnly(StorageFailed):
    """No permission to write."""

    next_step = "Ask the person who looks after this computer to allow writing to the data folder, then save again."


class StorageBroken(StorageFailed):
    """The disk fails, is gone, or was made read-only while the program ran."""

    next_step = (
        "Have the person who looks after this computer check the disk or network share of the data folder, then save "
        "again."
    )


class StorageUnreachable(StorageFailed):
    """The machine that keeps the record, or its pictures, does not answer."""

    next_step = "Wait a minute and try again; if it stays so, tell the person who looks after the server."


class RecordNotFound(LesionwiseError):
    """Nothing is stored under that id."""

    next_step = "Open the case history and search for it there."


class CaseSignedOff(LesionwiseError):
    """Somebody stands for the case as it is; what it says is locked."""

    next_step = "Reopen the case on its page, with a reason, then change it and sign it off again."


class CaseChanged(LesionwiseError):
    """Somebody else changed the case since it was read for a form; saving the form would undo that."""

    next_step = "Show what is stored now, and change that."


class DataFolderInvalid(LesionwiseError):
    """Labelled images are not where, or not as, they should be."""

    next_step = "Give a folder with benign/ and malignant/, or a CSV with the columns file,malignant."
