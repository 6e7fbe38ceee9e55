"""What kind of file a file is, by how it begins: export programs give any of them the name .xls or .csv."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aftersales.contract.message import Message

OLE = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"
LOOKED_AT = 4096  # bytes

SAVE_AS = Message("用Excel或WPS打开，另存为.xlsx", "Open it in Excel, and save it as .xlsx")
_AGAIN = Message("重新导出为Excel或CSV", "Export it again, as Excel or CSV")
_UNPACK = Message("先解压", "Unpack it")
_TAGS = rb"<(?:html|head|body|table|meta|div|style|script|br|p|center|!doctype\s+html|!--)[\s>/-]"


@dataclass(frozen=True)
class Other:
    """A kind of file that is not read: what it is, and what to do."""

    what: Message
    hint: Message


_EXCEL_XML = Other(
    Message("Excel 2003的XML表格（后缀是.xls）", "an Excel 2003 XML spreadsheet, whatever its suffix says"),
    SAVE_AS,
)
_MHTML = Other(Message("网页归档（MHTML），不是工作簿", "a web archive (MHTML), no workbook"), SAVE_AS)
_PAGE = Other(Message("网页（HTML），不是工作簿", "a web page (HTML), no workbook"), SAVE_AS)
_BY_BEGIN = {
    b"%PDF": Other(Message("PDF文件", "a PDF"), _AGAIN),
    b"{\\rtf": Other(Message("RTF文件", "an RTF text"), _AGAIN),
    b"Rar!": Other(Message("RAR压缩包", "a RAR archive"), _UNPACK),
    b"7z\xbc\xaf": Other(Message("7z压缩包", "a 7z archive"), _UNPACK),
    b"\x1f\x8b": Other(Message("gzip压缩包", "a gzip archive"), _UNPACK),
    b"\x89PNG": Other(Message("图片", "a picture"), _AGAIN),
    b"\xff\xd8\xff": Other(Message("图片", "a picture"), _AGAIN),
    b"SQLite format 3": Other(
        Message("SQLite数据库", "a SQLite database"),
        Message("作为数据库读：SOURCE=sqlite:///文件", "Read it as a database: SOURCE=sqlite:///FILE"),
    ),
    b"[{": Other(Message("JSON文件", "a JSON file"), _AGAIN),
    b'{"': Other(Message("JSON文件", "a JSON file"), _AGAIN),
}
# What a ZIP archive is by a file in it.
_BY_PART = {
    "xl/workbook.bin": Other(Message(".xlsb二进制工作簿", "a binary workbook (.xlsb)"), SAVE_AS),
    "content.xml": Other(Message("OpenDocument表格（.ods）", "an OpenDocument spreadsheet (.ods)"), SAVE_AS),
    "word/document.xml": Other(Message("Word文档", "a Word document"), _AGAIN),
    "ppt/presentation.xml": Other(Message("PowerPoint文档", "a PowerPoint presentation"), _AGAIN),
}


def other(begins: bytes) -> Other | None:
    """The kind of a file that is not read; None where it may be one that is.

    >>> other(b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>').what.en
    'an Excel 2003 XML spreadsheet, whatever its suffix says'
    >>> other(b"<html>").what.en, other("工单号,VIN".encode())
    ('a web page (HTML), no workbook', None)
    """
    text = begins[:LOOKED_AT]
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = text.decode("utf-16", "ignore").encode()
    text = text.lstrip(b"\xef\xbb\xbf \t\r\n")
    small = text.lower()
    if re.search(rb'progid\s*=\s*"excel\.sheet"|urn:schemas-microsoft-com:office:spreadsheet"', small) and (
        small.startswith((b"<?xml", b"<?mso", b"<workbook", b"<ss:workbook"))
    ):
        return _EXCEL_XML
    if re.match(rb"(?:mime-version|content-type|content-location|from|subject|date)\s*:", small) and (
        b"multipart/related" in small or b"text/html" in small
    ):
        return _MHTML
    if re.match(_TAGS, small):
        return _PAGE
    if small.startswith(b"<?xml"):
        page = b"<html" in small or b"<table" in small
        return _PAGE if page else Other(Message("XML文件", "an XML file"), _AGAIN)
    return next((kind for begin, kind in _BY_BEGIN.items() if text.startswith(begin)), None)


def archive(names: list[str]) -> Other:
    """What a ZIP archive is that is no workbook, by what is in it."""
    found = next((kind for part, kind in _BY_PART.items() if part in names), None)
    return found or Other(Message("压缩包，不是工作簿", "another kind of file: an archive"), _UNPACK)


def utf16(begins: bytes) -> str | None:
    """The order of bytes of a text in UTF-16 that has no mark to tell it: where its zeros are.

    >>> utf16("VIN,R1".encode("utf-16-le")), utf16(b"VIN,R1"), utf16(bytes(20))
    ('utf-16-le', None, None)
    """
    some = begins[:LOOKED_AT]
    even, odd = some[::2].count(0), some[1::2].count(0)
    if max(even, odd) * 20 < len(some) or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"
