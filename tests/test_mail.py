"""The mail: received by a real server, taken apart by a real parser, rendered by a real browser."""

import datetime as dt
import email
import email.message
import email.policy
import json
import os
import re
import shutil
import socket
import ssl
import time
from copy import deepcopy
from dataclasses import replace

import nbformat
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from conftest import run
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from icalendar import Calendar

from aftersales.contract import command, params, recipients
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.contract.figures import FIGURES
from aftersales.display import exhibit
from aftersales.mail import ledger, lint, message, sending, server
from aftersales.mail.body import ReportMailExporter


@pytest.fixture(scope="module")
def report(april):
    """The published report: its notebook, PDF and figures."""
    return *sending.published(april), json.loads((april / "figures.json").read_text(encoding="utf-8"))


# The deck's April misses two targets beyond chance, and has four signals.
SUBJECT = "示范店 2024年4月客户服务部月报：2项未达标，4个信号"


@pytest.fixture
def settings(tmp_path):
    """Params with three recipients."""
    text = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    text = text.replace("workshop: []", "workshop: [w@example.com]").replace(
        "head_office: []", "head_office: [h@example.com]"
    )
    (tmp_path / "default.yml").write_text(text, encoding="utf-8")
    return params.load(path=tmp_path)


def test_the_published_message_is_whole(april):
    mail = email.message_from_bytes((april / "report.eml").read_bytes(), policy=email.policy.default)
    assert mail["Subject"] == SUBJECT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(r"<[0-9a-f]{24}\.2024-04@example\.com>", mail["Message-ID"])
    assert mail.get_content_type() == "multipart/mixed"
    alternative, attached = mail.iter_parts()
    assert [p.get_content_type() for p in alternative.iter_parts()] == ["text/plain", "multipart/related"]
    assert attached.get_filename() == "示范店-2024-04.pdf"
    assert attached.get_content().startswith(b"%PDF-")
    assert attached.get_content() == (april / "report.pdf").read_bytes()
    page, text, images = lint.parts(mail)
    assert {cid.partition("@")[0] for cid in images} >= {
        "summary.mot",
        "oem.items",
        "complaints.causes_chart",
    }
    assert {cid.partition("@")[0] for cid in images} >= {"ftf.rate.interval", "ftf.rate.months"}
    assert all(png.startswith(b"\x89PNG") for png in images.values())
    assert not lint.faults(mail)
    figures = json.loads((april / "figures.json").read_text())["figures"]
    assert max(map(len, (april / "report.eml").read_bytes().split(b"\r\n"))) <= 78
    for told in (page, text):
        for shown in (
            f"{figures['oem.mot']:.1f}",
            f"{figures['ftf.rate'] * 100:.2f}%",
            f"{figures['churn.private_rate'] * 100:.1f}%",
            f"{figures['booking.rate'] * 100:.1f}%",
        ):
            assert shown in told


def test_the_key_figures_are_those_of_the_results(report):
    cards = [
        card for payload in payloads(report[0]) if payload.get("role") == "cards" for card in payload["cards"]
    ]
    assert len(cards) >= 5
    for card in cards:
        assert card["value"] == report[2]["figures"][card["id"]]


def payloads(notebook):
    """What is displayed, cell by cell."""
    return [
        output["data"][exhibit.MIME]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if exhibit.MIME in output.get("data", {})
    ]


def test_what_a_manager_reads_first_stands_first(report, settings):
    text = lint.parts(message.build(report[0], report[1], settings, []))[1].replace("\r\n", "\n")
    told = [
        "项关键指标中",
        "个人信息已脱敏",
        "\n关键指标",
        "\n确定的",
        "\n等着处理的",
        "\n要决定的",
        "\n前台：",
        "目标 98.00%，均值",
        "附件PDF",
    ]
    places = [text.index(one) for one in told]
    assert places == sorted(places)


def test_a_store_with_a_long_or_odd_name(report, settings):
    """Subject and file name fit their lines and come back whole; what people wrote is text, never markup."""
    notebook = deepcopy(report[0])
    store = "上海浦东新区某某汽车销售服务有限公司<b>张江/金桥</b>第二分公司"
    notebook.metadata["aftersales"]["store"] = store
    for payload in payloads(notebook):
        if payload.get("role") == "top5":
            payload["display"][0][1] = "<script>x</script> data: float:left " + "很长的问题" * 100
    raw = message.build(notebook, report[1], settings, ["王，总 <gm@example.com>"]).as_bytes()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert mail["Subject"].startswith(f"{store} 2024年4月客户服务部月报：")
    assert mail["To"].addresses[0].display_name == "王，总"
    assert (
        list(mail.iter_attachments())[-1]
        .get_filename()
        .endswith("张江%2F金桥%3C%2Fb%3E第二分公司-2024-04.pdf")
    )
    page = lint.parts(mail)[0]
    assert "<b>" not in page
    assert "&lt;script&gt;x" in page
    assert "很长的问题" * 40 not in page


def test_a_chapter_by_itself_is_a_mail_too(april):
    made = ReportMailExporter().from_notebook_node(
        nbformat.read(april / "notebooks" / "02_oem_css.ipynb", 4)
    )[1]
    assert made["mail"].subject == "客户服务部月报"
    assert "脱敏" not in made["mail"].text  # it does not know, so it does not say


def test_the_same_report_is_the_same_message(report, settings):
    one, two = (
        message.build(report[0], report[1], settings, ["gm@example.com"]).as_bytes() for _ in range(2)
    )
    assert one == two


@pytest.mark.parametrize(
    ("department", "titled"),
    [("front", "前台"), ("workshop", "车间"), ("parts", "配件"), ("service", "客服")],
)
def test_a_department_reads_what_is_its_own(report, settings, department, titled):
    """Its TOP5, its findings and cases; of the others how many there are; and no figure of another's."""
    text = lint.parts(message.build(report[0], report[1], settings, [], department))[1]
    assert re.findall(r"^(前台|车间|配件|客服)：", text, re.M) == [titled]
    lists = [p for p in payloads(report[0]) if p.get("role") in ("certain", "waiting", "decisions")]
    items = [(i, i["about"]) for p in lists for i in p["items"] if "about" in i]
    of = [(about.get("without_numbers", i["text"]), about["department"]) for i, about in items]
    listed = text[text.index("\n确定的") : text.index(f"\n{titled}：")]
    assert {whose for _, whose in of} >= {"front", "workshop", "service"}
    for said, whose in of:
        assert (said in listed) == (whose == department), (said, whose)
    assert "其他部门另有" in text
    cards = [c for p in payloads(report[0]) if p.get("role") == "cards" for c in p["cards"]]
    own = [c for c in cards if FIGURES[c["id"]].department == department] or cards
    assert [c["label"] for c in cards if f"\n- {c['label']} " in text] == [c["label"] for c in own]


FAULTS = {
    "'float:' in a <td>": ('<td class="paper" align="left"', '<td class="paper" data-x="'),
    "'display:flex' in a <table>": ('style="', 'style="display:flex;'),
    "'position:' in a <style>": ("@media", ".a{position:fixed} @media"),
    "'url('": ("@media", ".a{background:url(https://x/y)} @media"),
    "<script>": ("</body>", "<script>1</script></body>"),
    "attribute onclick": ("<body ", '<body onclick="x" '),
    "data: URI": ("</body>", '<a href="data:x">y</a></body>'),
    "not in the message": ("cid:oem.items@aftersales", "cid:gone"),
    "does not show": ("cid:oem.items@aftersales", "cid:gone"),
    "alt text": ('alt="', 'alt="x" title="'),
    "80,000": ("</body>", "x" * 80_000 + "</body>"),
    "plain text lacks": ("</body>", "777.77</body>"),
    "not masked in the HTML": ("</body>", "电话13812345678</body>"),
    "not masked in the picture": ('alt="', 'alt="沪A12345 '),
    "contrast": ("color:#5b6773", "color:#c0c8d0"),
    "inverted": ("color:#b3261e", "color:#0000ff"),
    "without colours": ("background-color:#ffffff;color:", "colour:"),
    "width or height": (' width="360"', ""),
    "role=": (' role="presentation"', ""),
}
FAULTS["'float:' in a <td>"] = ('style="font-family', 'style="float:left;font-family')


@pytest.mark.parametrize("told", FAULTS)
def test_the_lint_finds(report, settings, told):
    mail = message.build(report[0], report[1], settings, [])
    part = mail.get_body(("html",))
    page = part.get_content()
    old, new = FAULTS[told]
    assert old in page
    part.set_content(page.replace(old, new), subtype="html")
    assert any(told in str(fault) for fault in lint.faults(mail)), lint.faults(mail)


def test_the_lint_takes_words_for_words(report, settings):
    """Prose that names CSS or data, and neighbouring cells that end and begin with figures, are no faults."""
    mail = message.build(report[0], report[1], settings, [])
    for kind, told in (
        ("plain", "data: float:left 7\n8 777.5"),
        ("html", "<p>data: float:left <b>7</b><b>8</b></p>"),
    ):
        part = mail.get_body((kind,))
        part.set_content(part.get_content().replace("</body>", "") + told, subtype=kind)
    assert not lint.faults(mail)


def test_the_lint_wants_both_forms():
    mail = email.message.EmailMessage()
    mail.set_content("1")
    assert [str(fault) for fault in lint.faults(mail)] == ["no HTML"]


class Server:
    """What the server got, and how it answers."""

    def __init__(self):
        self.got, self.answers, self.drop_after, self.busy_logins = [], {}, None, 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        answers = self.answers.get(address)
        if answers:
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.drop_after is not None and len(self.got) >= self.drop_after:
            server.transport.close()
            return "451 gone"
        self.got.append(
            (envelope.rcpt_tos[0], email.message_from_bytes(envelope.content, policy=email.policy.default))
        )
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder


@pytest.fixture
def smtp(certificate, monkeypatch):
    """A server with STARTTLS and AUTH on loopback, and the environment that names it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    handler = Server()

    def login(server, session, envelope, mechanism, data):
        if handler.busy_logins:
            handler.busy_logins -= 1
            return AuthResult(success=False, handled=False, message="454 4.7.0 later")
        return AuthResult(success=(data.login, data.password) == (b"me", b"s3cret"), handled=False)

    class Strict(Controller):
        def factory(self):
            return SMTP(
                handler,
                hostname="localhost",
                tls_context=context,
                require_starttls=True,
                auth_required=True,
                authenticator=login,
            )

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Strict(handler, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setattr(sending, "FIRST_WAIT", 0.01)
    handler.environment = {
        "SMTP_HOST": "localhost",
        "SMTP_PORT": str(port),
        "SMTP_USER": "me",
        "SMTP_PASSWORD": "s3cret",
        "SMTP_CA": str(certificate / "cert.pem"),
        "SMTP_TIMEOUT": "5",
    }
    yield handler
    controller.stop()


def send(report, settings, smtp, folder, **more):
    lines = []
    sending.send(
        report[0],
        report[1],
        settings,
        folder / "ledger.json",
        environment=smtp.environment,
        say=lines.append,
        **more,
    )
    return lines


def people(smtp):
    return [who for who, _ in smtp.got]


def test_everybody_gets_it_once(report, settings, smtp, tmp_path):
    assert len(send(report, settings, smtp, tmp_path, dry_run=True)) == 3
    assert smtp.got == []
    send(report, settings, smtp, tmp_path)
    assert people(smtp) == ["gm@example.com", "w@example.com", "h@example.com"]
    _, mail = smtp.got[1]
    assert (mail["To"], mail["Subject"]) == ("w@example.com", SUBJECT)
    assert not lint.faults(mail)
    assert mail["Bcc"] is None
    again = send(report, settings, smtp, tmp_path)
    assert len(smtp.got) == 3
    assert "has it already" in again[0]
    send(report, settings, smtp, tmp_path, again=True)
    assert len(smtp.got) == 6
    assert "s3cret" not in (tmp_path / "ledger.json").read_text()
    changed = (report[0], report[1] + b"%", report[2])
    send(changed, settings, smtp, tmp_path)
    assert len(smtp.got) == 9


def corrected(report):
    """The report with another value of its first key figure, and what the mail says of it."""
    notebook = deepcopy(report[0])
    found = [o.get("data", {}) for c in notebook.cells for o in c.get("outputs", [])]
    outputs = [data[exhibit.MIME] for data in found if exhibit.MIME in data]
    card = next(one for p in outputs if p["role"] == "cards" for one in p["cards"])
    before, card["display"] = card["display"], "88.8"
    told = f"{card['label']}：{before}{card['unit']} → 88.8{card['unit']}"
    return (notebook, *[paper + b"%" for paper in report[1:2]], *report[2:]), told


def test_a_corrected_report_says_what_changed_and_follows_the_first(report, settings, smtp, tmp_path):
    send(report, settings, smtp, tmp_path)
    first = smtp.got[0][1]
    again, told = corrected(report)
    (line, *_) = send(again, settings, smtp, tmp_path, dry_run=True)
    assert "in place of the one sent" in line
    assert len(smtp.got) == 3
    send(again, settings, smtp, tmp_path)
    mail = smtp.got[3][1]
    assert mail["Subject"] == f"（更正1）{SUBJECT}"
    assert (mail["In-Reply-To"], mail["References"]) == (first["Message-ID"], first["Message-ID"])
    for kind in ("plain", "html"):
        content = mail.get_body((kind,)).get_content()
        assert "更正1：代替此前发送的报告。" in content
        assert told.replace(" ", "") in content.replace(" ", "").replace("\n", "")
    assert "has it already" in send(again, settings, smtp, tmp_path)[0]
    send(report, settings, smtp, tmp_path)
    last = smtp.got[6][1]
    assert last["Subject"].startswith("（更正2）")
    assert last["In-Reply-To"] == first["Message-ID"]
    send(report, settings, smtp, tmp_path, again=True)
    sent_to = [mail for who, mail in smtp.got if who == "gm@example.com"]
    assert len({mail["Message-ID"] for mail in sent_to}) == len(sent_to) == 4


def test_lines_lead_to_the_exhibit_and_name_the_cases(april, report, settings):
    at = "https://intranet.example/2024-04/%E7%A4%BA%E8%8C%83%E5%BA%97/report.html"
    linked = replace(settings, report_url="https://intranet.example/{month}/{store}/report.html")
    mail = message.build(report[0], report[1], linked, [])
    page, text, _ = lint.parts(mail)
    shown = (april / "report.html").read_text(encoding="utf-8")
    links = re.findall(rf'href="{re.escape(at)}#([^"]+)"', page)
    assert len(links) > 20
    assert not [anchor for anchor in links if f'id="{anchor}"' not in shown]
    assert re.search(r'#complaints-waiting"[^>]*>2件投诉超过承诺的关闭时限：TS2404-004（客服专员小赵）', page)
    assert (
        text.count("TS2404-004（客服专员小赵）、TS2404-008（客服主管）") == 2
    )  # it waits, and is to be decided
    assert f"网页：{at}" in text
    every = [i["about"]["exhibit"] for p in payloads(report[0]) for i in p.get("items", []) if "about" in i]
    exhibits = {p["id"] for p in payloads(report[0])}
    assert {*every} <= exhibits
    assert "href" not in lint.parts(message.build(report[0], report[1], settings, []))[0]


def events(mail):
    """The events of a mail's calendar, as a calendar program reads them, by name."""
    (part,) = [p for p in mail.walk() if p.get_content_type() == "text/calendar"]
    assert part.get_filename() == "示范店-2024-04.ics"
    raw = part.get_payload(decode=True)
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    return {str(event["UID"]): event for event in Calendar.from_ical(raw).events}


def test_measures_that_are_due_come_as_a_calendar_and_a_corrected_report_updates_it(
    report, settings, smtp, tmp_path
):
    asked = replace(settings, calendar=True, recipients={**settings.recipients, "head_office": []})
    send(report, asked, smtp, tmp_path)
    mails = dict(smtp.got)
    first = events(mails["gm@example.com"])
    rows = [row for p in payloads(report[0]) if p.get("role") == "top5" for row in p["rows"]]
    days = [event.start for event in first.values()]
    assert days.count(dt.date(2024, 5, 1)) == 1  # of last month's measures the one that is still to come
    assert len(days) == len(rows) + 1
    assert all(
        type(event.start) is dt.date and event.end - event.start == dt.timedelta(1)
        for event in first.values()
    )
    assert all(event["SEQUENCE"] == 0 and str(event["STATUS"]) == "CONFIRMED" for event in first.values())
    workshop = events(mails["w@example.com"])
    assert set(workshop) < set(first)
    changed, _ = corrected(report)
    tables = [p for p in payloads(changed[0]) if p.get("role") == "top5"]
    due = [column["key"] for column in tables[0]["columns"]].index("due")
    tables[0]["rows"][0][due] = "2024-06-03 00:00"
    del tables[1]["rows"][0], tables[1]["display"][0]
    send(changed, asked, smtp, tmp_path)
    (second,) = [events(mail) for who, mail in smtp.got[2:] if who == "gm@example.com"]
    assert set(second) == set(first)
    assert {event["SEQUENCE"] for event in second.values()} == {1}
    moved = [uid for uid, event in second.items() if event.start != first[uid].start]
    gone = [uid for uid, event in second.items() if str(event["STATUS"]) == "CANCELLED"]
    assert [second[uid].start for uid in moved] == [dt.date(2024, 6, 3)]
    assert len(gone) == 1
    assert gone[0] in workshop


def test_no_more_go_out_a_minute_than_the_params_say(report, settings, smtp, tmp_path, monkeypatch):
    monkeypatch.setattr(sending, "MINUTE", 0.6)
    began = time.monotonic()
    said = send(report, replace(settings, mails_per_minute=2), smtp, tmp_path)
    assert time.monotonic() - began >= 0.6
    assert len(smtp.got) == 3
    assert said[0] == "3 messages, at most 2 a minute: about 1 min"
    assert said[-1] == "h@example.com (head_office): sent 3/3"


def test_only_a_new_signal_is_mailed_where_only_those_are_wanted(report, settings, smtp, tmp_path):
    """Of the first all are new; a correction without a new one goes to nobody who has had the first."""
    one = {"allowed_domains": ["example.com"], "general_manager": ["gm@example.com"]}
    quiet = replace(settings, only_if="signal", recipients=one)
    send(report, quiet, smtp, tmp_path)
    assert len(smtp.got) == 1
    changed, _ = corrected(report)
    (said,) = send(changed, quiet, smtp, tmp_path)
    assert said.endswith("nothing is sent to: gm@example.com")
    both = replace(quiet, recipients=one | {"front": ["f@example.com"]})
    said, other = send(changed, both, smtp, tmp_path, dry_run=True)
    assert said.endswith("nothing is sent to: gm@example.com")
    assert other.startswith("f@example.com (front): would be sent")
    for payload in payloads(changed[0]):
        if payload.get("role") == "certain":
            payload["items"][0]["about"] |= {"figure": "oem.mot", "direction": "worse"}
    send(changed, quiet, smtp, tmp_path)
    assert len(smtp.got) == 2
    send(report, quiet, smtp, tmp_path, again=True)
    assert len(smtp.got) == 3


def test_names_and_where_answers_go_are_kept(report, settings, smtp, tmp_path):
    people_of = settings.recipients | {"general_manager": ["王经理 <gm@example.com>"]}
    named = replace(settings, recipients=people_of, reply_to="客服 <c@example.com>")
    send(report, named, smtp, tmp_path)
    mail = smtp.got[0][1]
    assert (mail["To"], mail["Reply-To"]) == ("王经理 <gm@example.com>", "客服 <c@example.com>")
    assert mail["List-Id"] == "<monthly-report.example.com>"


def test_check_names_the_addresses_that_a_mail_would_be_refused_for(tmp_path):
    text = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    text = text.replace("workshop: []", "workshop: [a@b@c, x@elsewhere.com]")
    (tmp_path / "default.yml").write_text(text, encoding="utf-8")
    done = run("check", "--month", "2024-04", AFTERSALES_PARAMS=str(tmp_path))
    assert done.returncode == 0
    assert "'a@b@c'" in done.stdout
    assert "x@elsewhere.com" in done.stdout


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("mark", [False, None, "no", 1])
def test_a_report_that_does_not_say_it_is_masked_is_sent_to_nobody(
    report, settings, smtp, tmp_path, mark, dry_run
):
    """Its own mark counts, whatever the params say today."""
    assert settings.mask
    notebook = deepcopy(report[0])
    notebook.metadata["aftersales"]["masked"] = mark
    if mark is None:
        del notebook.metadata["aftersales"]["masked"]
    with pytest.raises(InputError, match=r"示范店 2024-04.*never mailed.*report --month 2024-04"):
        send((notebook, report[1]), settings, smtp, tmp_path, dry_run=dry_run)
    assert smtp.got == []
    assert not (tmp_path / "ledger.json").exists()


def test_a_masked_report_goes_out_when_the_params_have_changed_since(report, settings, smtp, tmp_path):
    send(report, replace(settings, mask=False), smtp, tmp_path)
    assert len(smtp.got) == 3


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("store", ["东城店", "示范店二部", "", None])
def test_a_report_of_another_store_is_sent_to_nobody(report, settings, smtp, tmp_path, store, dry_run):
    notebook = deepcopy(report[0])
    notebook.metadata["aftersales"]["store"] = store
    if store is None:
        del notebook.metadata["aftersales"]["store"]
    with pytest.raises(InputError, match=rf"(?s){store or 'unknown'}.*示范店.*`store:") as refused:
        send((notebook, report[1]), settings, smtp, tmp_path, dry_run=dry_run)
    assert "Nothing was sent" in str(refused.value)
    assert smtp.got == []
    message.write(message_body(notebook), notebook.metadata, report[1], settings, tmp_path / "report.eml")
    written = email.message_from_bytes((tmp_path / "report.eml").read_bytes(), policy=email.policy.default)
    assert written["To"] is None


def message_body(notebook):
    return ReportMailExporter().from_notebook_node(notebook)[1]["mail"]


@pytest.mark.parametrize(
    ("theirs", "params_"), [("示范店", " 示范店 "), ("A店", "Ａ店"), ("West  2", "West\u30002"), ("7", "7")]
)
def test_a_store_is_the_same_however_wide_it_is_typed(report, settings, smtp, tmp_path, theirs, params_):
    notebook = deepcopy(report[0])
    notebook.metadata["aftersales"]["store"] = theirs
    named = replace(settings, store=params_)
    assert len(send((notebook, report[1]), named, smtp, tmp_path, dry_run=True)) == 3
    message.write(message_body(notebook), notebook.metadata, report[1], named, tmp_path / "report.eml")
    assert b"To: gm@example.com" in (tmp_path / "report.eml").read_bytes()


def test_a_broken_connection_leaves_the_ledger_true(report, settings, smtp, tmp_path):
    smtp.drop_after = 2
    with pytest.raises(AftersalesError, match=r"broke off.*Not sent to: h@example\.com"):
        send(report, settings, smtp, tmp_path)
    assert set(json.loads((tmp_path / "ledger.json").read_text())) == {"gm@example.com", "w@example.com"}
    smtp.drop_after = None
    send(report, settings, smtp, tmp_path)
    assert people(smtp) == ["gm@example.com", "w@example.com", "h@example.com"]


def test_a_broken_connection_while_sending_again_names_the_rest(report, settings, smtp, tmp_path):
    send(report, settings, smtp, tmp_path)
    smtp.drop_after = 4
    with pytest.raises(AftersalesError, match=r"Not sent to: w@example\.com, h@example\.com"):
        send(report, settings, smtp, tmp_path, again=True)


def test_a_server_too_busy_to_log_in_is_tried_again(report, settings, smtp, tmp_path):
    smtp.busy_logins = 2
    send(report, settings, smtp, tmp_path)
    assert len(smtp.got) == 3


def test_a_server_that_says_nothing_is_given_up(report, settings, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        named = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(mute.getsockname()[1]), "SMTP_TIMEOUT": "0.3"}
        with pytest.raises(AftersalesError, match="no answer in time"):
            sending.send(report[0], report[1], settings, tmp_path / "l.json", environment=named, say=str)


def test_a_ledger_that_cannot_be_kept_stops_before_the_first_mail(report, settings, smtp, tmp_path):
    (tmp_path / "ledger.json").write_text("[1]")
    with pytest.raises(AftersalesError, match="not readable"):
        send(report, settings, smtp, tmp_path)
    with pytest.raises(AftersalesError, match="cannot be written"):
        sending.send(
            report[0], report[1], settings, tmp_path / "ledger.json" / "x", environment=smtp.environment
        )
    assert smtp.got == []


def test_two_at_once_do_not_send_twice(report, settings, smtp, tmp_path):
    other = ledger.alone(tmp_path / "ledger.json")
    with other, pytest.raises(AftersalesError, match="being sent already"):
        send(report, settings, smtp, tmp_path)
    assert smtp.got == []
    send(report, settings, smtp, tmp_path)
    assert len(smtp.got) == 3


def test_a_published_report_is_sent_as_it_is(april, settings, smtp, tmp_path):
    folder = tmp_path / "2024-04" / "示范店"
    shutil.copytree(april, folder)
    sending.send_published(folder, settings, environment=smtp.environment, progress=str)
    written = email.message_from_bytes((folder / "report.eml").read_bytes(), policy=email.policy.default)
    assert smtp.got[0][1]["Message-ID"] == written["Message-ID"]
    assert set(ledger.read(tmp_path / ".sent" / "2024-04-示范店.json")) == set(people(smtp))
    with pytest.raises(InputError, match="in zh, not en"):
        sending.send_published(folder, settings, lang="en")
    with pytest.raises(InputError, match="no report is published"):
        sending.send_published(tmp_path / "2024-05" / "示范店", settings)
    make = command.report("2024-05", "东城 店", "exports/", None)
    with pytest.raises(InputError, match=r"--month 2024-05 --source exports/ --store '东城 店'"):
        sending.send_published(tmp_path / "2024-05" / "示范店", settings, make=make)


def test_the_command_sends_once_and_keeps_the_password_to_itself(april, smtp, tmp_path):
    """`make mail` as a manager calls it, in a process of its own."""
    out = tmp_path / "out"
    shutil.copytree(april, out / "2024-04" / "示范店")
    asked = ("mail", "--month", 4, "--out", out)
    planned = run(*asked, DRY_RUN="1")
    assert (planned.returncode, smtp.got) == (0, [])
    assert "gm@example.com" in planned.stdout + planned.stderr
    without = run(*asked, SMTP_HOST="")
    assert without.returncode == 2
    assert "SMTP_HOST" in without.stderr
    told = [planned, without]
    for again, sent in (("", 1), ("", 1), ("1", 2)):
        told.append(run(*asked, **smtp.environment, AGAIN=again))
        assert (told[-1].returncode, len(smtp.got)) == (0, sent), told[-1].stderr
    wrong = run(*asked, **{**smtp.environment, "SMTP_PASSWORD": "not-it", "AGAIN": "1"})
    assert wrong.returncode == 1
    written = "".join(
        path.read_text(encoding="utf-8", errors="replace") for path in out.rglob("*") if path.is_file()
    )
    shown = "".join(done.stdout + done.stderr for done in [*told, wrong])
    assert not [secret for secret in ("s3cret", "not-it", "Traceback") if secret in written + shown]


def test_a_busy_server_is_tried_again_and_a_refusal_is_told_by_name(report, settings, smtp, tmp_path):
    smtp.answers = {"gm@example.com": ["450 later"], "w@example.com": ["550 no such user"]}
    with pytest.raises(AftersalesError, match=r"w@example\.com: 550 no such user"):
        send(report, settings, smtp, tmp_path)
    assert people(smtp) == ["gm@example.com", "h@example.com"]
    assert set(json.loads((tmp_path / "ledger.json").read_text())) == {"gm@example.com", "h@example.com"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"SMTP_PASSWORD": "wrong"}, "refuses user and password"),
        ({"SMTP_CA": ""}, "certificate"),
        ({"SMTP_PORT": "1"}, "no connection"),
    ],
)
def test_a_server_that_does_not_take_it(report, settings, smtp, tmp_path, change, told):
    smtp.environment |= change
    with pytest.raises(AftersalesError, match=told) as error:
        send(report, settings, smtp, tmp_path)
    assert "wrong" not in str(error.value)
    assert smtp.got == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("gm@example.com", "gm@elsewhere.com", "outside the allowed domains"),
        ("gm@example.com", "nobody", "address"),
        ("[gm@example.com]", "['gm@example.com, boss@elsewhere.com']", "one address"),
        ("gm@example.com", "gm@exa mple.com", "one address"),
        ("gm@example.com", "王, 总", "one address"),
        ("[gm@example.com]", "[]", "nobody is named"),
    ],
)
def test_a_bad_recipient_stops_everything(report, smtp, tmp_path, old, new, told):
    text = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    (tmp_path / "default.yml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=told):
        send(report, params.load(path=tmp_path), smtp, tmp_path)
    assert smtp.got == []


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "SMTP_HOST"),
        ({"SMTP_HOST": "h", "SMTP_SECURITY": "none"}, "starttls or tls"),
        ({"SMTP_HOST": "h", "SMTP_PORT": "x"}, "SMTP_PORT"),
        ({"SMTP_HOST": "h", "SMTP_TIMEOUT": "nan"}, "SMTP_TIMEOUT"),
        ({"SMTP_HOST": "h", "SMTP_CA": "no-such-file.pem"}, "SMTP_CA"),
        ({"SMTP_HOST": "h", "SMTP_USER": "u", "SMTP_PASSWORD": "密码"}, "ASCII"),
    ],
)
def test_a_server_that_is_not_named_right(environment, told):
    with pytest.raises(InputError, match=told):
        server.named(environment)


def test_the_password_shows_nowhere():
    shown = server.named({"SMTP_HOST": "h", "SMTP_USER": "me", "SMTP_PASSWORD": "s3cret"})
    assert "s3cret" not in f"{shown} {shown!r}"


def test_who_stands_under_two_roles_gets_one_mail(settings):
    twice = {**settings.recipients, "parts": ["GM <gm@Example.com>"]}
    people = recipients.by_address(replace(settings, recipients=twice))
    assert people == {
        "gm@example.com": "general_manager",
        "w@example.com": "workshop",
        "h@example.com": "head_office",
    }


@pytest.mark.full
@pytest.mark.parametrize("width", [360, 640])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("styled", [True, False])
def test_a_mail_program_shows_it_whole(april, tmp_path, width, scheme, styled):
    """In Chromium, as a phone and a desk show it, with and without the <style> that QQ Mail and 163 drop."""
    playwright = pytest.importorskip("playwright.sync_api")
    mail = email.message_from_bytes((april / "report.eml").read_bytes(), policy=email.policy.default)
    page, _, images = lint.parts(mail)
    for cid, png in images.items():
        (tmp_path / f"{cid}.png").write_bytes(png)
        page = page.replace(f"cid:{cid}", f"{cid}.png")
    if not styled:
        page = re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)
    (tmp_path / "mail.html").write_text(page, encoding="utf-8")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=os.environ.get("CHROMIUM")
            or shutil.which("chromium")
            or shutil.which("google-chrome"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        view = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        view.goto((tmp_path / "mail.html").as_uri())
        assert view.evaluate("document.documentElement.scrollWidth") <= width
        fine = "[...document.images].every(i => i.naturalWidth >= 2 * i.getAttribute('width') - 1)"
        assert view.evaluate(fine)
        assert view.evaluate("[...document.images].every(i => i.clientWidth <= 360)")
        paper = view.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == ("rgb(18, 26, 33)" if scheme == "dark" and styled else "rgb(255, 255, 255)")
        small = view.evaluate(
            "Math.min(...[...document.querySelectorAll('td')]"
            ".map(t => parseFloat(getComputedStyle(t).fontSize)))"
        )
        assert small >= 13
        browser.close()
