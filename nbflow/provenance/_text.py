"""Foreign text made fit to be kept: no lone surrogates, no more than so many characters."""

from __future__ import annotations

__all__ = ["storable"]


def storable(text: str, limit: int) -> str:
    r"""Make a text that UTF-8 can hold, cut to a length.

    Parameters
    ----------
    text
        What came from the environment, a file name or an exception: it may hold lone surrogates, which Python makes of
        bytes that are no UTF-8.
    limit
        The length in characters.

    Returns
    -------
    text : str
        The same text, each lone surrogate written out as `\udcxx`.
    """
    # Cut first, because a message can be an array of a gigabyte; and again, because what is written out grows.
    # str.encode, because a subclass of str may bring its own.
    return str.encode(text[:limit], "utf-8", "backslashreplace").decode()[:limit]
