"""No finished file holds what identifies a customer: each is looked through, and a hit stops the report."""

import base64
import email.policy
import io
import json
import os
import re
import zipfile
from email.message import EmailMessage

import openpyxl
import pandas as pd
import pytest
from conftest import run

from aftersales.cache import archives
from aftersales.contract import params
from aftersales.contract.archive import Archive
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.contract.tables import Tables
from aftersales.export import scan
from aftersales.sources import cached
from aftersales.sources.options import ReadOptions

NEEDLES = {
    "phone": ("138 0013 8000", "138****8000"),
    "plate": ("沪A1 2345", "沪A·***45"),
    "vin": ("lsvam 4187e2 123456", "***********123456"),
    "odd phone": ("623-4567", "623****4567"),
    "name": ("王 小明来店三次", "王**"),
}
ARCHIVE = Archive(
    names=frozenset({"王小明", "张伟"}),
    phones=frozenset({"13800138000", "6234567"}),
    plates=frozenset({"沪A12345"}),
    vins=frozenset({"LSVAM4187E2123456"}),
    staff=frozenset({"张伟"}),
    numbers=frozenset({"13900139000"}),
)
TABLES = Tables(store="店", complaints=pd.DataFrame({"description": ["王**来店三次", "张**来店三次"]}))


def html(text):
    return f"<p>说</p><p>{text}</p>".encode()


def attribute(text):
    return f'<img alt="图" title="{text}">'.encode()


def drawn(text):
    return f'<svg><path d="M1 2"/><text x="1">{text}</text></svg>'.encode()


def script(text):
    return f'<script>const rows = ["{text}"]</script>'.encode()


def figures(text):
    return json.dumps({"tables": {"a": [{"note": text}]}}).encode()


def notebook(text):
    output = {"data": {"text/html": ["<b>\n", f"<td>{text}</td>\n"]}}
    return json.dumps({"cells": [{"outputs": [output]}]}, ensure_ascii=False).encode()


def mail(text):
    message = EmailMessage(policy=email.policy.SMTP)
    message["Subject"] = "月报"
    message.set_content("月报")
    message.add_alternative(f"<p>{text}</p>", subtype="html", cte="base64")
    message.add_attachment(b"%PDF" + bytes(999), maintype="application", subtype="pdf", filename="r.pdf")
    return message.as_bytes()


def subject(text):
    message = EmailMessage(policy=email.policy.SMTP)
    message["Subject"] = text
    message.set_content("月报")
    return message.as_bytes()


def workbook(text):
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.active["B2"] = text
    book.save(stream)
    return stream.getvalue()


def sheet_name(text):
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.create_sheet(text.replace("/", " "))
    book.save(stream)
    return stream.getvalue()


FILES = {
    "report.html": html,
    "attribute.html": attribute,
    "drawn.html": drawn,
    "script.html": script,
    "figures.json": figures,
    "notebooks/04.ipynb": notebook,
    "report.eml": mail,
    "subject.eml": subject,
    "tables.xlsx": workbook,
    "sheets.xlsx": sheet_name,
    ".left/note.txt": str.encode,
}


def scanned(folder):
    one = scan.Scan(ARCHIVE, TABLES)
    one.folder(folder)
    return one


@pytest.mark.parametrize("name", FILES)
def test_what_stands_in_a_file_is_found(name, tmp_path):
    for number, (typed, _) in enumerate(NEEDLES.values()):
        path = tmp_path / str(number) / name
        path.parent.mkdir(parents=True)
        path.write_bytes(FILES[name](typed))
    expected = {
        (f"{number}/{name}", kind.split()[-1]): [shown]
        for number, (kind, (_, shown)) in enumerate(NEEDLES.items())
    }
    assert scanned(tmp_path).found == expected


def test_what_a_pdf_is_set_from_is_looked_through():
    one = scan.Scan(ARCHIVE, TABLES)
    one.texts(
        "report.pdf",
        scan.values({"chapters": [{"text": "电话13712345678"}, {"svg": "<text>沪A1 2345</text>"}]}),
    )
    assert set(one.found) == {("report.pdf", "phone"), ("report.pdf", "plate")}


def test_what_is_no_text_or_nobodys_is_left_alone(tmp_path):
    picture = base64.b64encode(b"13800138000" * 99).decode()
    (tmp_path / "a.html").write_text(
        f'<path d="M138 0013 8000"/><img src="data:image/png;base64,{picture}"/>'
        f"<td>{'a13800138000b' * 3}</td><td>138</td><td>0013</td><td>8000</td>"
        "<p>工单13900139000</p><p>王小明</p><p>张伟来店三次</p>",
        encoding="utf-8",
    )
    plain = {"a": 13800138000, "sha": "13800138000" * 4}
    (tmp_path / "b.json").write_text(json.dumps(plain), encoding="utf-8")
    (tmp_path / "c.xlsx").write_bytes(workbook(13800138000))
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as file:
        file.writestr("r.pdf", b"13800138000")
    one = scanned(tmp_path)
    assert one.found == {}
    one.check()


def test_a_hit_is_told_masked_with_its_file_and_what_to_do(tmp_path):
    (tmp_path / "a.html").write_text("".join(f"<p>{typed}</p>" for typed, _ in NEEDLES.values()))
    with pytest.raises(AftersalesError) as caught:
        scanned(tmp_path).check()
    assert not isinstance(caught.value, InputError)  # exit code 1
    for lang in ("zh", "en"):
        told = caught.value.text(lang)
        assert all(shown in told and typed not in told for typed, shown in NEEDLES.values())
        assert all(word in told for word in ("a.html", "remarks", "mask: false", "load()"))


ORDERS = (
    "工单号,VIN,车牌号,客户类型,服务顾问,开单时间\nR1,LSVAM4187E2123456,沪A12345,私车,张伟,2024-04-09 10:00\n"
)
CUSTOMERS = (
    "VIN,建档日期,客户类型,姓名,电话,车牌号\n"
    "LSVAM4187E2123456,2024-01-01,私车,王小明,13800138000,沪A12345\n"
    "LSVAM4187E2123457,2024-01-01,私车,张伟,62345678,沪AD54321\n"
)
POISON = (
    "王 小明(138)0013-8000；车沪A1 2345，lsvam4187e2-123456；或6234-5678找张伟，沪A：D54321；"
    "客户欧阳某某，身份证310115198001011234；a@qq.com"
)
NEVER = re.compile("王 ?小|0013|138001|A ?1 ?2345|LSVAM|4187|6234|D5432|欧阳|19800101|a@qq", re.IGNORECASE)
# When a report was made; its fractions of a second may be any digits.
WHEN = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:[+-]\d\d:\d\d|Z)")


def write(folder, remark="四月来店平稳"):
    folder.mkdir(exist_ok=True)
    (folder / "repair_orders.csv").write_text(ORDERS, encoding="utf-8")
    (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (folder / "complaints.csv").write_text(
        "投诉编号,受理时间,来源,级别,工单号,类别,责任部门,投诉内容,成因,处理措施,处理人,状态\n"
        f"TS1,2024-04-10 09:00,{POISON},重大,R1,质量,前台,{POISON},{POISON},{POISON},张伟,处理中\n",
        encoding="utf-8",
    )
    settings = folder.parent / "params"
    settings.mkdir(exist_ok=True)
    default = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    (settings / "default.yml").write_text(default, encoding="utf-8")
    (settings / "2024-04.yml").write_text(
        f"chapters: [04_complaints]\nremarks: {{summary: {remark}}}\n", encoding="utf-8"
    )
    return {"AFTERSALES_PARAMS": str(settings)}


def test_a_poisoned_source_leaves_nothing_in_any_file_and_a_remark_that_names_a_customer_stops_it(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    asked = ("report", "--month", "2024-04", "--source", source, "--out", out)
    done = run(*asked, **write(source))
    assert done.returncode == 0, done.stderr
    files = {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    texts = [t for name, data in files.items() for t in scan._of_file(name, data)]
    assert len(files) >= 7
    assert any("王**" in text for text in texts)  # the poison came through, masked
    assert [text for text in texts if NEVER.search(WHEN.sub("", scan._HASH.sub("", text)))] == []
    stopped = run(*asked, **write(source, "王小明的车还在等配件，请配件部跟进"))
    assert stopped.returncode == 1
    assert "报告没有发布" in stopped.stderr
    assert "王**" in stopped.stderr
    assert "王小明" not in stopped.stderr
    assert {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()} == files


def test_what_is_known_of_customers_is_kept_sealed(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    write(source := tmp_path / "in")
    asked = (str(source), None, ReadOptions(default_store="本店"))
    fresh = cached.cached_load(*asked).archive
    assert "王小明" in fresh.names
    assert cached.cached_load(*asked).archive is None
    kept = [p for p in (tmp_path / "cache").rglob("archive-*") if p.is_file()]
    assert len(kept) == 1
    assert (kept[0].stat().st_mode & 0o077) == 0
    monkeypatch.setattr(cached, "_read", None)  # not read again
    assert cached.archive(*asked) == fresh
    monkeypatch.undo()
    monkeypatch.setenv("AFTERSALES_CACHE", str(tmp_path / "cache"))
    state = (source / "customers.csv").stat()
    (source / "customers.csv").write_text(CUSTOMERS.replace("王小明", "王小红"), encoding="utf-8")
    os.utime(source / "customers.csv", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert archives.find(kept[0].parent.name, str(source), "本店") is None  # another content opens no seal
    assert "王小红" in cached.archive(*asked).names


def test_names_that_a_drawing_makes_up_are_no_vins(tmp_path):
    drawn = '<svg><defs><path id="mb566375475"/></defs><use href="#ftf-return_chart-n-mb566375475"/></svg>'
    (tmp_path / "report.html").write_text(drawn.replace('id="', 'id="ftf-return_chart-n-'), encoding="utf-8")
    (tmp_path / "a.ipynb").write_text(json.dumps({"svg": drawn}), encoding="utf-8")
    looked = scan.Scan(ARCHIVE, Tables("店"))
    looked.folder(tmp_path)
    looked.check()
    link = '<a href="tel:138-0013-8000">x</a>'
    (tmp_path / "b.html").write_text(link, encoding="utf-8")
    looked.folder(tmp_path)
    with pytest.raises(AftersalesError, match=r"b\.html: a phone number"):
        looked.check()
