from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from nbflow.artifact_store.media import decode_image, encode_image, encode_thumbnail, to_image
from nbflow.errors import InvalidInputError, InvalidPathError, UnsupportedValueError


def pixels(data: bytes, name: str = "x.png") -> Any:
    return np.asarray(decode_image(data, name))


shapes = st.tuples(st.integers(1, 8), st.integers(1, 8)) | st.tuples(
    st.integers(1, 8), st.integers(1, 8), st.sampled_from([1, 3, 4])
)


@given(hnp.arrays(np.uint8, shapes))
def test_png_keeps_every_pixel(image: Any) -> None:
    read = pixels(encode_image(image, "x.png"))

    np.testing.assert_array_equal(read, image[:, :, 0] if image.shape[2:] == (1,) else image)


@given(hnp.arrays(np.uint8, (4, 4)))
def test_floats_from_0_to_1_are_the_bytes_they_were(image: Any) -> None:
    np.testing.assert_array_equal(pixels(encode_image(image / 255, "x.png")), image)
    np.testing.assert_array_equal(pixels(encode_image((image / 255).astype(np.float32), "x.png")), image)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64", "uint64"])
def test_integers_are_0_to_255(dtype: str) -> None:
    image = np.array([[0, 127, 255]], dtype)

    np.testing.assert_array_equal(pixels(encode_image(image, "x.png")), [[0, 127, 255]])


def test_booleans_are_black_and_white() -> None:
    assert pixels(encode_image(np.array([[True, False]]), "x.png")).tolist() == [[255, 0]]


@pytest.mark.parametrize("image", [np.array([[0, 256]]), np.array([[-1, 0]]), np.array([[2**40]])])
def test_integers_out_of_range_are_refused(image: Any) -> None:
    with pytest.raises(InvalidInputError, match="0 to 255"):
        encode_image(image, "x.png")


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ([[-1.0, 0.0, 1.0]], [[0, 128, 255]]),
        ([[0.0, 100.0]], [[0, 255]]),
        ([[7.0, 7.0]], [[255, 255]]),
        ([[-7.0]], [[0]]),
        ([[np.nan, 0.5, 1.0]], [[0, 128, 255]]),
        ([[np.inf, -np.inf, 0.2]], [[255, 0, 51]]),
        ([[np.nan, 5.0, 10.0, np.inf]], [[0, 0, 255, 255]]),
        ([[np.nan, np.nan]], [[0, 0]]),
        ([[-1.7e308, 1.7e308]], [[0, 255]]),
    ],
)
@pytest.mark.parametrize("dtype", ["float64", "longdouble"])
def test_floats_out_of_range_are_rescaled_with_a_warning(image: Any, expected: Any, dtype: str) -> None:
    with pytest.warns(UserWarning, match="rescaled"):
        data = encode_image(np.array(image, dtype), "x.png")

    assert pixels(data).tolist() == expected


@pytest.mark.parametrize("shape", [(), (3,), (2, 2, 2), (2, 2, 5), (2, 2, 3, 1), (0, 2), (2, 0, 3), (2, 2, 0)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInputError, match="channels"):
        encode_image(np.zeros(shape, np.uint8), "x.png")


@pytest.mark.parametrize("image", ["path.png", None, [[1, 2]], np.array([["a"]]), np.array([[1j]]), b"x"])
def test_what_is_no_image_is_refused(image: object) -> None:
    with pytest.raises(UnsupportedValueError):
        encode_image(image, "x.png")


@pytest.mark.parametrize("name", ["x", "x.txt", "png", ".png", "x.svg", "x.PDF"])
def test_an_extension_that_is_no_images_is_refused(name: str) -> None:
    with pytest.raises(InvalidPathError, match="extension"):
        encode_image(np.zeros((1, 1), np.uint8), name)


@pytest.mark.parametrize(
    ("name", "kind"), [("a.PNG", "PNG"), ("a.jpg", "JPEG"), ("d/a.jpeg", "JPEG"), ("a.webp", "WEBP"), ("a.gif", "GIF")]
)
def test_the_extension_chooses_the_format(name: str, kind: str) -> None:
    data = encode_image(np.full((8, 8, 3), 200, np.uint8), name)

    assert Image.open(io.BytesIO(data)).format == kind


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBa", "CMYK", "YCbCr", "HSV", "I", "I;16"]
)
@pytest.mark.parametrize("name", ["x.png", "x.jpg", "x.webp"])
def test_every_mode_of_pillow_is_written(mode: str, name: str) -> None:
    image = Image.new(mode, (5, 3))

    assert decode_image(encode_image(image, name), name).size == (5, 3)


def test_jpeg_shows_what_is_transparent_as_white() -> None:
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))

    assert pixels(encode_image(image, "x.jpg")).min() >= 250


def test_a_mode_without_a_format_is_refused() -> None:
    with pytest.raises(UnsupportedValueError, match="convert"):
        encode_image(Image.new("F", (2, 2)), "x.png")


def test_an_image_too_large_for_its_format_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="WEBP"):
        encode_image(np.zeros((1, 20000), np.uint8), "x.webp")


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1000, 500), (256, 128)), ((100, 2000), (13, 256)), ((10, 5), (10, 5)), ((1, 5000), (1, 256))],
)
def test_a_thumbnail_fits_into_256_pixels(size: tuple[int, int], expected: tuple[int, int]) -> None:
    image = Image.new("RGB", size)

    small = decode_image(encode_thumbnail(image), "x.webp")

    assert (small.format, small.size) == ("WEBP", expected)
    assert image.size == size


def test_the_callers_array_and_image_are_not_changed() -> None:
    array = np.linspace(0, 1, 12).reshape(2, 2, 3)
    before = array.copy()

    encode_image(array, "x.png")
    image = Image.new("RGB", (2, 2))

    np.testing.assert_array_equal(array, before)
    assert to_image(image) is image


def test_an_array_of_any_layout_is_taken() -> None:
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)

    for view in (np.asfortranarray(image), image[::-1], image[:, ::2]):
        np.testing.assert_array_equal(pixels(encode_image(view, "x.png")), view)


@pytest.mark.parametrize("data", [b"", b"text", b"\x89PNG\r\n\x1a\nbroken"])
def test_what_is_no_image_is_not_read(data: bytes) -> None:
    with pytest.raises(InvalidInputError, match=r"x\.png"):
        decode_image(data, "x.png")
