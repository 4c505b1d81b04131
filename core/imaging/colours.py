"""Colours as an embedded profile means them, in sRGB: phones offer Display P3, cameras Adobe RGB, print CMYK."""

import io

import numpy as np
from PIL import Image, ImageCms

_SAME = 2  # of 255: as far as one maker's sRGB lies from another's
_STEPS = 6
_BLACK_STAYS_BLACK = ImageCms.Flags.BLACKPOINTCOMPENSATION
_PROFILE_ERRORS = (ImageCms.PyCMSError, OSError, TypeError, ValueError)


def to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture in sRGB, mode RGB; the picture as it is where the profile is sRGB, broken, or of other inks.

    An RGB profile takes grey pictures as well.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        given = image.convert("RGB") if source.profile.xcolor_space == "RGB " and image.mode == "L" else image
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            given.mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            _BLACK_STAYS_BLACK,
        )
        return image if _is_srgb(transform) else transform.apply(given)
    except _PROFILE_ERRORS:
        return image


def _is_srgb(transform: ImageCms.ImageCmsTransform) -> bool:
    """By what it does to colours all over the range: the names of sRGB profiles are many, and not to be relied on."""
    n_bands = len(Image.new(transform.input_mode, (1, 1)).getbands())
    levels = np.linspace(0, 255, _STEPS).astype(np.uint8)
    grid = np.stack(np.meshgrid(*[levels] * n_bands), axis=-1).reshape(1, -1, n_bands)
    colours = Image.frombytes(transform.input_mode, (grid.shape[1], 1), grid.tobytes())
    before, after = (np.asarray(seen, dtype=np.int16) for seen in (colours.convert("RGB"), transform.apply(colours)))
    return bool(np.abs(after - before).max() <= _SAME)
