"""Images as PNG, JPEG, WEBP and the like, and back: arrays and Pillow's images."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

from nbflow.artifact_store.paths import extension
from nbflow.errors import InvalidInputError, InvalidPathError, MissingDependencyError, UnsupportedValueError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from PIL.Image import Image

__all__ = ["THUMBNAIL_PIXELS", "decode_image", "encode_image", "encode_thumbnail", "to_image"]

THUMBNAIL_PIXELS = 256

_FORMATS = {
    ".bmp": "BMP",
    ".gif": "GIF",
    ".jpeg": "JPEG",
    ".jpg": "JPEG",
    ".png": "PNG",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".webp": "WEBP",
}
_CHANNELS = ((1,), (3,), (4,))
_MAX_BYTE = 255
_SINGLE_BYTES = 4


def encode_image(image: object, name: str) -> bytes:
    """Write an image in the format that a file name asks for.

    Parameters
    ----------
    image
        An array or a Pillow image, as for `to_image`.
    name
        The artifact's name: `.png`, `.jpg`, `.jpeg`, `.webp`, `.gif`, `.bmp`, `.tif`, `.tiff`. JPEG has no
        transparency: what is transparent becomes white.

    Returns
    -------
    data : bytes
        The file's content.

    Raises
    ------
    InvalidPathError
        If the name has another extension.
    UnsupportedValueError
        If it is no image.
    InvalidInputError
        If its shape or values are no image's, or the format cannot hold it.
    MissingDependencyError
        If Pillow is not installed.
    """
    kind = _FORMATS.get(extension(name))
    if kind is None:
        raise InvalidPathError(name, f"Images are written as {', '.join(_FORMATS)}: give the name such an extension.")
    return _save(to_image(image), kind)


def encode_thumbnail(image: object) -> bytes:
    """Write a small WEBP of an image, at most 256 pixels wide and high.

    Raises
    ------
    UnsupportedValueError
        If it is no image.
    InvalidInputError
        If its shape or values are no image's.
    MissingDependencyError
        If Pillow is not installed.
    """
    small = to_image(image).copy()
    small.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    return _save(small, "WEBP")


def decode_image(data: bytes, name: str) -> Image:
    """Read an image.

    Parameters
    ----------
    data
        A file's content.
    name
        The artifact's name, for the error.

    Raises
    ------
    InvalidInputError
        If it is no image that Pillow reads.
    MissingDependencyError
        If Pillow is not installed.
    """
    pillow = _pillow()
    try:
        image: Image = pillow.open(io.BytesIO(data))
        image.load()
    except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError) as exc:
        raise InvalidInputError("the artifact", name, f"It cannot be read as an image: {exc}") from exc
    return image


def to_image(image: object) -> Image:
    """Make a Pillow image.

    Parameters
    ----------
    image
        A Pillow image, or an array of shape (height, width), (height, width, 1), (height, width, 3) or
        (height, width, 4): bool, integers 0 to 255, or floats 0 to 1. Floats beyond 0 to 1 are rescaled from their
        least and greatest, with a warning; so are NaN (to 0) and infinity (to 0 and 1).

    Raises
    ------
    UnsupportedValueError
        If it is neither, or the array holds no numbers.
    InvalidInputError
        If its shape is another one, or its integers are out of range.
    MissingDependencyError
        If Pillow is not installed.
    """
    import numpy as np

    pillow = _pillow()
    if isinstance(image, pillow.Image):
        given: Image = image
        if given.mode == "F":
            raise UnsupportedValueError(
                "the image", image, "no common format has its mode F: convert it, as with image.convert('L')."
            )
        return given
    if not isinstance(image, np.ndarray):
        raise UnsupportedValueError("the image", image, "images are NumPy arrays and Pillow's images.")
    if image.dtype.kind not in "biuf":
        raise UnsupportedValueError("the image", image, f"arrays of {image.dtype} are no images: use uint8 or floats.")
    shape = image.shape
    channels = shape[2:] or (1,)
    if len(shape) < 2 or 0 in shape or channels not in _CHANNELS:  # noqa: PLR2004 - height and width
        raise InvalidInputError(
            "the image",
            f"of shape {shape}",
            "It is (height, width), or (height, width, channels) with 1, 3 or 4 channels.",
        )
    if shape[2:] == (1,):
        image = image[:, :, 0]
    made: Image = pillow.fromarray(np.ascontiguousarray(_to_bytes(image)))
    return made


def _to_bytes(pixels: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    import numpy as np

    if pixels.dtype.kind == "b":
        return pixels.astype(np.uint8) * np.uint8(_MAX_BYTE)
    if pixels.dtype.kind in "iu":
        least, greatest = int(pixels.min()), int(pixels.max())
        if least < 0 or greatest > _MAX_BYTE:
            raise InvalidInputError(
                "the image",
                f"with integers from {least} to {greatest}",
                "They are 0 to 255. Rescale them, or pass floats 0 to 1.",
            )
        return pixels.astype(np.uint8)
    return _floats_to_bytes(pixels)


def _floats_to_bytes(pixels: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    import numpy as np

    # Half precision has too few digits to scale in; more than double is never needed.
    pixels = pixels.astype(np.float32 if pixels.dtype.itemsize <= _SINGLE_BYTES else np.float64)
    finite = np.isfinite(pixels)
    known = pixels[finite]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    if low < 0 or high > 1 or not finite.all():
        warnings.warn(
            f"The image's floats are not all 0 to 1 (they are {low:g} to {high:g}, and {pixels.size - known.size} are "
            "not finite): they are rescaled.",
            stacklevel=2,
        )
        if low < 0 or high > 1:
            span = high / 2 - low / 2  # the halves, so that it cannot overflow
            pixels = (pixels / 2 - low / 2) / span if span > 0 else np.clip(pixels, 0, 1)
        pixels = np.nan_to_num(pixels, nan=0.0, posinf=1.0, neginf=0.0)
    scaled: npt.NDArray[np.uint8] = np.rint(pixels * _MAX_BYTE).astype(np.uint8)
    return scaled


def _save(image: Image, kind: str) -> bytes:
    if kind == "JPEG" and image.mode not in ("L", "RGB", "CMYK"):
        image = _on_white(image)
    buffer = io.BytesIO()
    try:
        try:
            image.save(buffer, kind)
        except OSError:  # a mode that the format has not: CMYK as PNG, for one
            buffer = io.BytesIO()
            image.convert("RGB").save(buffer, kind)
    except (OSError, ValueError) as exc:
        raise InvalidInputError(
            "the image", f"of size {image.size} and mode {image.mode}", f"It cannot be written as {kind}: {exc}"
        ) from exc
    return buffer.getvalue()


def _on_white(image: Image) -> Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    white = _pillow().new("RGBA", image.size, "white")
    white.alpha_composite(image)
    opaque: Image = white.convert("RGB")
    return opaque


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError as exc:
        raise MissingDependencyError("pillow", "An image", "images") from exc
    return Image
