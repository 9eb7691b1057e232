"""Previews of images: as they are where that is small enough, else smaller (pure)."""

from __future__ import annotations

import io
from typing import Any

from nbflow.drawing.format import size
from nbflow.errors import InvalidInputError

__all__ = ["IMAGES", "image_preview", "small_image"]

IMAGES = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
}
_BYTES = 12_000_000
_PIXELS = 40_000_000  # what takes 160 MB when it is unpacked
# Pillow knows others too, and would start Ghostscript for what calls itself a PNG and is PostScript.
_READ = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_TIFF = "image/tiff"  # no browser but one draws it
_EDGE = 1600


def image_preview(data: bytes, kind: str) -> dict[str, Any]:
    """Show an image.

    Parameters
    ----------
    data
        The file's content. A browser decides what it is worth: what is no image is drawn as a broken one.
    kind
        The file's extension.

    Returns
    -------
    preview : dict of str to object
        `mime` and `data`; as PNG where browsers do not know the format.

    Raises
    ------
    InvalidInputError
        If it is too large, or cannot be read where it must be.
    """
    mime = IMAGES[kind]
    if mime == _TIFF:
        small = small_image(data, _EDGE)
        if small is None:
            raise InvalidInputError("the image", size(len(data)), "Browsers do not draw it, and neither can Pillow.")
        return small
    if len(data) > _BYTES:
        raise InvalidInputError("the image", size(len(data)), f"Larger than {size(_BYTES)}, it is not sent.")
    return {"kind": "image", "mime": mime, "data": data}


def small_image(data: bytes, edge: int) -> dict[str, Any] | None:
    """Show a smaller copy of an image.

    Parameters
    ----------
    data
        The file's content.
    edge
        The most pixels of a side.

    Returns
    -------
    preview : dict of str to object or None
        `mime`, `data`, and `pixels`, the width and height of the whole image. None where Pillow is not installed or
        cannot read it, or it is so large that unpacking it would take the memory that the kernel needs.
    """
    try:
        from PIL import Image
    except ImportError:
        return None
    buffer = io.BytesIO()
    try:
        Image.init()
        image = Image.open(io.BytesIO(data), formats=[each for each in _READ if each in Image.OPEN])
        pixels = image.size
        if pixels[0] * pixels[1] > _PIXELS:
            return None
        image.draft("RGB", (edge, edge))  # a JPEG is unpacked at a fraction of its size
        small = image.convert("RGBA" if image.has_transparency_data else "RGB")
        small.thumbnail((edge, edge))
        small.save(buffer, "WEBP", quality=80)
    except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError):
        return None
    return {"kind": "image", "mime": "image/webp", "data": buffer.getvalue(), "pixels": list(pixels)}
