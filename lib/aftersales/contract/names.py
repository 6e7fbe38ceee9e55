"""Names of people and stores: written with blanks inside or in full width they are the same."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

# Characters that are as wide as a Chinese one, as their narrow twins: lengths stay.
NARROW = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
# The kinds of dots and blanks that stand inside a name.
_CHINESE = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_DOTS = re.compile(rf"(?<=[{_CHINESE}])\s*[.·•‧∙⋅・･]\s*(?=[{_CHINESE}])")
# What Windows takes for a device, whatever follows a dot.
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\s*\.|$)", re.I)
_BLANKS = re.compile(rf"(?<=[{_CHINESE}])\s+|\s+(?=[{_CHINESE}])")


def alike(name: str) -> str:
    """A name as it is told apart from others.

    Blanks beside a Chinese character go, elsewhere runs of them become one: 王 芳 is 王芳, but Li Qiang is
    not LiQiang.

    >>> alike("王 芳"), alike("ＳＡ　李"), alike("阿不都•买买提"), alike(" Li  Qiang ")
    ('王芳', 'SA李', '阿不都·买买提', 'Li Qiang')
    """
    if re.search(r"\d{4}", name):  # no name alone, but something about somebody
        return name.strip()
    text = _DOTS.sub("·", name.translate(NARROW).strip())
    return re.sub(r"\s+", " ", _BLANKS.sub("", text))


def store_key(name: str) -> str:
    """A store's name as its params and its recipients are found by: blanks, widths and the way a file system
    writes accents make no other store.

    >>> store_key(" Ａ店\u30002 "), store_key("Cafe\u0301") == store_key("Café")
    ('A店2', True)
    """
    return alike(" ".join(unicodedata.normalize("NFKC", name).split()))


def folder_name(store: str) -> str:
    """A store's name as the name of a folder: what a file system forbids is percent-encoded, and so
    are names of devices and a dot at either end.

    >>> folder_name("东城/二店"), folder_name("con.东"), folder_name("东城.")
    ('东城%2F二店', '%63on.东', '东城%2E')
    """
    name = "".join(quote(c, safe="") if c in '/\\:*?"<>|%' or ord(c) < 32 else c for c in store.strip())
    if name.startswith(".") or _DEVICE.match(name):
        name = f"%{ord(name[0]):02X}{name[1:]}"
    return name[:-1] + "%2E" if name.endswith(".") else name
