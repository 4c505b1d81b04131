"""One upload to an assessment."""

import uuid

from core.classifier.classifier import Classifier
from core.domain import Analysis, LesionImage, Upload
from core.gates.assess import Gates, assess
from core.gates.quality import measure_quality
from core.imaging.decode import decode
from dashboard.workflow.record import utc_now


def analyse_upload(
    *,
    upload: Upload,
    classifier: Classifier,
    image: LesionImage | None = None,
    submission_id: str = "",
    gates: Gates | None = None,
    override_reason: str = "",
) -> Analysis:
    """Decode (unless `image` is the decoded upload already), check and score one file.

    `submission_id` is the one that a first read was kept under; without one it is drawn here. Raises ImageRejected, and
    PictureGated where one of the `gates` holds the picture back and no `override_reason` is given; without gates
    nothing is held back.
    """
    picture = image or decode(upload.content)
    found = None if gates is None else assess(classifier, gates, picture, override_reason=override_reason)
    return Analysis(
        upload=upload,
        image=picture,
        quality=(found.checks.quality if found else measure_quality(picture)).notes,
        prediction=found.reading.prediction if found else classifier.predict(picture),
        analysed_at=utc_now(),
        submission_id=submission_id or uuid.uuid4().hex,
        checks=found.checks if found else None,
    )
