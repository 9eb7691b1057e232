"""The `.metrics` file: a 32-byte header, then 32-byte records (pure).

A record is little-endian `step i64 · time i64 (ms) · value f64 · key u32 · reserved u32`; `key` is declared in the
same writer's `.jsonl` before its first use. `numpy.fromfile(path, DTYPE, offset=32)` reads a file whole.
"""

from __future__ import annotations

import struct
import sys
from typing import Any

__all__ = ["DTYPE", "HEADER", "MAGIC", "MAX_STEP", "SIZE", "pack", "unpack_all"]

SIZE = 32
MAGIC = b"nbflowM\x01"
HEADER = struct.pack("<8sIIQQ", MAGIC, SIZE, 0, 0, 0)
# What numpy calls the record: given to numpy by those who use it, so that this module does not import it.
DTYPE: list[Any] = [("step", "<i8"), ("time", "<i8"), ("value", "<f8"), ("key", "<u4"), ("reserved", "<u4")]
MAX_STEP = 2**63 - 1

# Key and reserved as one number: little-endian, that is the same bytes, and one value less to hand over. Where the
# machine's own order is that one, the record has no gaps, and packing it natively takes 77 ns and not 115.
_record = struct.Struct("@qqdQ" if sys.byteorder == "little" else "<qqdQ")
pack = _record.pack
unpack_all = _record.iter_unpack
