"""The Chinese fonts: Noto Sans CJK SC, shipped by the mpl-font package, whole or cut down for a page."""

from __future__ import annotations

import struct
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

FAMILY = "Noto Sans CJK SC"
Weight = Literal["Light", "Regular", "Medium", "Bold"]

# What a page uses of the font: local forms, kerning, half-width punctuation for text-spacing-trim, and
# for English the quotation marks that are not as wide as a Chinese character.
_FEATURES = ("ccmp", "locl", "kern", "halt", "liga", "pwid")
_VERTICAL = ("VORG", "vhea", "vmtx", "BASE")
# Quality 9 of Brotli takes six times longer for three per cent, the best a hundred times longer for eleven.
_BROTLI_QUALITY = 5
_MINUS, _EN_DASH = "−", "–"


def folder() -> Path:
    """The folder with the font files, found without importing the package that ships them."""
    spec = find_spec("mpl_font")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("The package mpl-font, which ships the Chinese fonts, is not installed.")
    return Path(next(iter(spec.submodule_search_locations))) / "fonts" / "noto"


def path(weight: Weight = "Regular") -> Path:
    """The OpenType file of one weight."""
    return folder() / f"NotoSansCJKsc-{weight}.otf"


def subset(text: str, weight: Weight = "Regular") -> bytes:
    """The font, cut down to the characters of a text, as WOFF2.

    Parameters
    ----------
    text : str
        Whatever will be set in the font; the order and repetition of its characters do not matter.
    weight : str
        Weight of the font.

    Returns
    -------
    bytes
        A WOFF2 file. Characters missing from the font are left out, so the reader's own fonts show them.
    """
    import uharfbuzz as hb

    wanted = hb.SubsetInput()
    wanted.unicode_set.set({ord(character) for character in text + _EN_DASH})
    wanted.layout_feature_tag_set.set({_tag(feature) for feature in _FEATURES})
    wanted.drop_table_tag_set.set({_tag(table) for table in _VERTICAL})
    wanted.flags = hb.SubsetFlags(hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.DESUBROUTINIZE)
    face = hb.Face(hb.Blob.from_file_path(str(path(weight))))
    font = hb.subset(face, wanted).blob.data
    return _woff2(_with_narrow_minus(font) if _MINUS in text else font)


def prepare() -> None:
    """Import what cuts a font down, now and not for the first page."""
    import brotli
    import uharfbuzz
    from fontTools import ttLib

    del brotli, uharfbuzz, ttLib


def _tag(name: str) -> int:
    return int.from_bytes(name.encode("ascii"), "big")


def _with_narrow_minus(font: bytes) -> bytes:
    """The font with a minus as wide as its digits: its own is as wide as a Chinese character."""
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.sfnt import SFNTWriter

    changed, out = TTFont(BytesIO(font), lazy=True), BytesIO()
    # Any names will do; for those of the font it would read and write all outlines.
    changed.setGlyphOrder([f"glyph{number}" for number in range(changed["maxp"].numGlyphs)])
    for table in changed["cmap"].tables:
        table.cmap[ord(_MINUS)] = table.cmap[ord(_EN_DASH)]
    tables: Any = changed.reader
    writer = SFNTWriter(out, len(tables.tables), font[:4].decode("latin-1"))
    for tag in tables.tables:
        writer[tag] = changed["cmap"].compile(changed) if tag == "cmap" else tables[tag]
    writer.close()
    return out.getvalue()


def _woff2(font: bytes) -> bytes:
    """An OpenType font with CFF outlines in a WOFF2 wrapper, its tables untransformed."""
    import brotli

    count = struct.unpack_from(">H", font, 4)[0]
    directory, body, size = b"", b"", 12 + 16 * count
    for place in range(12, 12 + 16 * count, 16):
        tag, _, offset, length = struct.unpack_from(">4sLLL", font, place)
        table = bytearray(font[offset : offset + length])
        if tag == b"head":
            table[16] |= 0x08  # the format requires this mark of a font that was repacked without loss
        directory += bytes([63]) + tag + _base128(length)
        body += table
        size += length + -length % 4
    stream: bytes = brotli.compress(body, mode=brotli.MODE_FONT, quality=_BROTLI_QUALITY)
    total = 48 + len(directory) + len(stream)
    padding = b"\0" * (-total % 4)
    sizes = (total + len(padding), count, 0, size, len(stream), 1, 0, 0, 0, 0, 0, 0)
    header = b"wOF2" + font[:4] + struct.pack(">LHHLLHHLLLLL", *sizes)
    return header + directory + stream + padding


def _base128(number: int) -> bytes:
    """A number as WOFF2 writes lengths: seven bits a byte, the highest first."""
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.insert(0, number & 0x7F | 0x80)
    return bytes(digits)
