"""Objects as files and back, whichever kind they are: figures, images, tables, dictionaries."""

from __future__ import annotations

from nbflow.artifact_store.documents import decode_dict, encode_dict
from nbflow.artifact_store.figures import encode_figure
from nbflow.artifact_store.image_series import (
    SeriesImage,
    image_series_name,
    parse_image_series_name,
    thumbnail_name,
)
from nbflow.artifact_store.images import decode_image, encode_image, encode_thumbnail, to_image
from nbflow.artifact_store.tables import append_table, decode_table, encode_table, to_frame

__all__ = [
    "SeriesImage",
    "append_table",
    "decode_dict",
    "decode_image",
    "decode_table",
    "encode_dict",
    "encode_figure",
    "encode_image",
    "encode_table",
    "encode_thumbnail",
    "image_series_name",
    "parse_image_series_name",
    "thumbnail_name",
    "to_frame",
    "to_image",
]
