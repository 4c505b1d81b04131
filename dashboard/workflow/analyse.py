"""One upload to an assessment."""

import uuid

from core.classifier.classifier import Classifier
from core.domain import Analysis, LesionImage, Upload
from core.imaging.decode import decode
from core.imaging.quality import measure_quality
from dashboard.workflow.record import utc_now


def analyse_upload(*, upload: Upload, classifier: Classifier, image: LesionImage | None = None) -> Analysis:
    """Decode (unless `image` is the decoded upload already), measure and score one file. Raises ImageRejected."""
    picture = image or decode(upload.content)
    return Analysis(
        upload=upload,
        image=picture,
        quality=measure_quality(picture),
        prediction=classifier.predict(picture),
        analysed_at=utc_now(),
        submission_id=uuid.uuid4().hex,
    )
