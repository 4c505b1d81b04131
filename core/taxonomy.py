"""The closed sets of the record, in the words of the ISIC Archive's metadata dictionary (`isic-metadata` 4.12)."""

from enum import StrEnum
from typing import Final


class Sex(StrEnum):
    """ISIC field `sex`."""

    FEMALE = "female"
    MALE = "male"


class AnatomSite(StrEnum):
    """ISIC field `anatom_site_general`."""

    HEAD_NECK = "head/neck"
    UPPER_EXTREMITY = "upper extremity"
    LOWER_EXTREMITY = "lower extremity"
    ANTERIOR_TORSO = "anterior torso"
    POSTERIOR_TORSO = "posterior torso"
    LATERAL_TORSO = "lateral torso"
    PALMS_SOLES = "palms/soles"
    ORAL_GENITAL = "oral/genital"


class AnatomSiteSpecial(StrEnum):
    """ISIC field `anatom_site_special`, the entries that a zone of the body map stands for."""

    FINGERNAIL = "fingernail"
    TOENAIL = "toenail"
    ACRAL_PALMS_SOLES = "acral palms or soles"
    ORAL_GENITAL = "oral or genital"


class Laterality(StrEnum):
    """The patient's side; ISIC has no field for it."""

    LEFT = "left"
    RIGHT = "right"
    MIDLINE = "midline"


class BodyRegion(StrEnum):
    """A zone of the body map, in the words of ISIC's fields `anatom_site` and `anatom_site_special`."""

    SCALP = "scalp"
    FACE = "face"
    EAR = "ear"
    FRONT_OF_NECK = "front of neck"
    NAPE_OF_NECK = "nape of neck"
    ANTERIOR_CHEST = "anterior chest"
    ANTERIOR_ABDOMEN = "anterior abdomen"
    LATERAL_TRUNK = "lateral trunk"
    UPPER_BACK = "upper back"
    MID_BACK = "mid back"
    LOWER_BACK = "lower back"
    SHOULDER = "shoulder"
    ANTERIOR_UPPER_ARM = "anterior upper arm"
    POSTERIOR_UPPER_ARM = "posterior upper arm"
    VOLAR_FOREARM = "volar forearm"
    DORSAL_FOREARM = "dorsal forearm"
    DORSUM_OF_HAND = "dorsum of hand"
    BUTTOCK = "buttock"
    ANTERIOR_THIGH = "anterior thigh"
    POSTERIOR_THIGH = "posterior thigh"
    SHIN = "shin"
    CALF = "calf"
    DORSUM_OF_FOOT = "dorsum of foot"
    PALM_OF_HAND = "palm of hand"
    SOLE_OF_FOOT = "sole of foot"
    FINGERNAIL = "fingernail"
    TOENAIL = "toenail"
    MOUTH = "mouth"
    GENITAL_REGION = "genital region"


class SkinType(StrEnum):
    """ISIC field `fitzpatrick_skin_type`."""

    I = "I"  # noqa: E741
    II = "II"
    III = "III"
    IV = "IV"
    V = "V"
    VI = "VI"


class ConfirmType(StrEnum):
    """ISIC field `diagnosis_confirm_type`."""

    HISTOPATHOLOGY = "histopathology"
    SERIAL_IMAGING = "serial imaging showing no change"
    EXPERT_CONSENSUS = "single image expert consensus"
    CONFOCAL_MICROSCOPY = "confocal microscopy with consensus dermoscopy"
    CLINICAL_ASSESSMENT = "single contributor clinical assessment"


class Diagnosis(StrEnum):
    """ISIC field `diagnosis` (legacy list), the entries that a dermoscopy practice meets."""

    NEVUS = "nevus"
    MELANOMA = "melanoma"
    MELANOMA_METASTASIS = "melanoma metastasis"
    BASAL_CELL_CARCINOMA = "basal cell carcinoma"
    SQUAMOUS_CELL_CARCINOMA = "squamous cell carcinoma"
    MERKEL_CELL_CARCINOMA = "merkel cell carcinoma"
    ACTINIC_KERATOSIS = "actinic keratosis"
    PIGMENTED_BENIGN_KERATOSIS = "pigmented benign keratosis"
    SEBORRHEIC_KERATOSIS = "seborrheic keratosis"
    LICHENOID_KERATOSIS = "lichenoid keratosis"
    SOLAR_LENTIGO = "solar lentigo"
    LENTIGO_NOS = "lentigo NOS"
    DERMATOFIBROMA = "dermatofibroma"
    VASCULAR_LESION = "vascular lesion"
    ANGIOMA = "angioma"
    ATYPICAL_MELANOCYTIC_PROLIFERATION = "atypical melanocytic proliferation"
    OTHER = "other"


# What a network's labels count as malignant. Actinic keratosis is among them as HAM10000's class akiec, which holds
# intraepithelial carcinoma too. Source: Tschandl et al., Sci Data 2018, 180161.
MALIGNANT_KINDS: Final = frozenset(
    {
        Diagnosis.MELANOMA,
        Diagnosis.MELANOMA_METASTASIS,
        Diagnosis.BASAL_CELL_CARCINOMA,
        Diagnosis.SQUAMOUS_CELL_CARCINOMA,
        Diagnosis.MERKEL_CELL_CARCINOMA,
        Diagnosis.ACTINIC_KERATOSIS,
    }
)


class Band(StrEnum):
    """What the assessment says to do: the machine's, and the clinician's in a review."""

    REFER = "refer"
    INDETERMINATE = "indeterminate"
    NO_CONCERN = "no_concern"


class Impression(StrEnum):
    """What a reader takes a lesion for."""

    MALIGNANT = "malignant"
    BENIGN = "benign"
    UNSURE = "unsure"


class Confidence(StrEnum):
    """How sure a reader is of an impression."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class ReadMode(StrEnum):
    """How a reader came to the machine's result: after an impression of their own, or without one."""

    BLIND = "blind"
    SKIPPED = "skipped"


class Artefact(StrEnum):
    """What may lie over a lesion."""

    HAIR = "hair"
    RULER = "ruler"
    INK = "ink"
    DARK_CORNERS = "dark corners"
    BUBBLES = "bubbles"


class Concern(StrEnum):
    """What the clinician knows of a lesion that the network was not trained for."""

    NAIL = "nail"
    MUCOSA = "mucosa"
    PALM_OR_SOLE = "palm or sole"
    UNDER_5_MM = "under 5 mm"
    ULCERATED = "ulcerated"
    TATTOO = "tattoo"
    CHILD = "child"


class HeatmapMethod(StrEnum):
    """Ways to colour where the network looked."""

    GRAD_CAM = "grad_cam"
    GRAD_CAM_PLUS_PLUS = "grad_cam_plus_plus"
    EIGEN_CAM = "eigen_cam"
    LAYER_CAM = "layer_cam"


class Gate(StrEnum):
    """What holds a picture back: it is too poor, or no dermoscopic picture."""

    QUALITY = "quality"
    SCOPE = "scope"


class BatchState(StrEnum):
    """Where a batch stands."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class BatchMode(StrEnum):
    """How a batch is read: by file name with the score behind the first read, or by risk with the score at once."""

    BLIND = "blind"
    TRIAGE = "triage"


class ItemState(StrEnum):
    """Where one file of a batch stands."""

    WAITING = "waiting"
    SCORED = "scored"
    REJECTED = "rejected"
    SAVED = "saved"
