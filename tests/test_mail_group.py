"""The mail of a group, through a real server: each store its own report, head office the overview."""

import json
import shutil

import nbformat
import pytest
from conftest import run
from test_mail import certificate, people, smtp  # noqa: F401  # its server

from aftersales.contract import home, params
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.export import manifest
from aftersales.export.publish import folder_name
from aftersales.mail import group, ledger, sending

OWN, EAST, WEST, FAILED = "示范店", "城东/店", "城西店", "城南店"
EVERYBODY = [
    "gm@example.com",
    "east@example.com",
    "parts@east.example.com",
    "west@example.com",
    "ho@example.com",
]
OF_EAST = """recipients:
  allowed_domains: [example.com, east.example.com]
  general_manager: [east@example.com]
  parts: [parts@east.example.com]
"""


@pytest.fixture(autouse=True)
def settings(tmp_path, monkeypatch):
    """Params of the delivered store, which name head office, and of two others."""
    at = tmp_path / "params"
    (at / "stores").mkdir(parents=True)
    text = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    (at / "default.yml").write_text(
        text.replace("head_office: []", "head_office: [ho@example.com]"), encoding="utf-8"
    )
    (at / "stores" / "城东%2F店.yml").write_text(OF_EAST, encoding="utf-8")
    (at / "stores" / "城西店.yml").write_text("recipients: {front: [west@example.com]}\n", encoding="utf-8")
    monkeypatch.setenv(home.VARIABLE, str(at))
    return at


@pytest.fixture(scope="module")
def four(april, tmp_path_factory):
    """A folder with the reports of four stores."""
    at = tmp_path_factory.mktemp("reports")
    for store in (OWN, EAST, WEST, FAILED):
        copied(april, at / folder_name(store), store)
    return at


@pytest.fixture
def month(four, tmp_path):
    """A group's month: three stores with a report, one that failed and has an older one."""
    at = tmp_path / "out" / "2024-04"
    shutil.copytree(four, at)
    told(at, {OWN: "made", EAST: "unchanged", WEST: "made", FAILED: "failed"})
    (at / "index.html").write_text("<p>overview</p>")
    (at / "index.pdf").write_bytes(b"%PDF-1.7 overview")
    return at


def copied(report, target, store):
    """A report, as if it had been made of another store."""
    shutil.copytree(report, target)
    for path in (target / "notebooks").glob("*.ipynb"):
        notebook = json.loads(path.read_bytes())
        for about in (
            notebook["metadata"].get("aftersales", {}),
            notebook["metadata"]["papermill"]["parameters"],
        ):
            about["store"] = store
        path.write_text(json.dumps(notebook))
    sealed(target, store=store)


def sealed(target, **about):
    """Let the manifest say what is there."""
    read = manifest.read(target) | about
    read["files"] = manifest.of_files(target)
    (target / manifest.NAME).write_text(json.dumps(read, ensure_ascii=False))


def told(at, made, **about):
    entries = [
        {
            "store": store,
            "folder": folder_name(store),
            "status": status,
            "error": "维修工单：缺少列 VIN\n第二行" if status == "failed" else None,
            "seconds": 3.2,
        }
        for store, status in made.items()
    ]
    whole = {"format": 1, "month": "2024-04", "lang": "zh", "stores": entries} | about
    (at / "group.json").write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")


def send(month, server, **more):
    lines = []
    group.send("4", None, month.parent, environment=server.environment, tell=lines.append, **more)
    return lines


def test_each_store_has_its_own_and_head_office_the_overview(month, smtp):  # noqa: F811
    planned = send(month, smtp, dry_run=True)
    assert smtp.got == []
    assert [line.split(" · ")[0] for line in planned] == [OWN, EAST, EAST, WEST, "head office"]
    send(month, smtp)
    assert people(smtp) == EVERYBODY
    subjects = dict(zip(people(smtp), [str(mail["Subject"]) for _, mail in smtp.got], strict=True))
    assert subjects["gm@example.com"].startswith("示范店 2024年4月客户服务部月报：")
    assert subjects["east@example.com"].startswith("城东/店 2024年4月")
    assert subjects["west@example.com"].startswith("城西店 2024年4月")
    overview = smtp.got[-1][1]
    assert overview["Subject"] == "集团 2024年4月客户服务部月报总览"
    text = overview.get_body(("plain",)).get_content()
    assert "4家店，3家已有报告，1家没有做成。" in text
    assert "城南店：维修工单：缺少列 VIN" in text
    assert "第二行" not in text
    (attached,) = overview.iter_attachments()
    assert attached.get_content() == b"%PDF-1.7 overview"
    for who, mail in smtp.got[:-1]:
        assert list(mail.iter_attachments())[-1].get_content().startswith(b"%PDF-"), who
    again = send(month, smtp)
    assert len(smtp.got) == 5
    assert all("has" in line for line in again)
    send(month, smtp, again=True)
    assert people(smtp) == EVERYBODY * 2
    (month / "index.pdf").write_bytes(b"%PDF-1.7 another")
    send(month, smtp)
    assert people(smtp)[10:] == ["ho@example.com"]
    assert set(ledger.read(month.parent / ".sent" / "2024-04.json")) == {"ho@example.com"}


def unmasked(at):
    path = at / "notebooks" / "master.ipynb"
    master = nbformat.read(path, 4)
    master.metadata["aftersales"]["masked"] = False
    nbformat.write(master, path)
    sealed(at)


def swapped(at):
    """Two stores' folders changed places: each is whole, and neither is where it belongs."""
    other = at.parent / folder_name(EAST)
    at.rename(at.parent / "aside")
    other.rename(at)
    (at.parent / "aside").rename(other)


def pdf_of_another(at):
    (at / "report.pdf").write_bytes(b"%PDF-1.7 of another store")


def notebook_of_another(at):
    """Its files are those of another store, with a manifest that says they are its own."""
    shutil.rmtree(at / "notebooks")
    shutil.copytree(at.parent / folder_name(EAST) / "notebooks", at / "notebooks")
    sealed(at)


def manifest_of_another(at):
    sealed(at, store=EAST)


def draft(at):
    path = at / "notebooks" / "master.ipynb"
    master = nbformat.read(path, 4)
    master.metadata["aftersales"]["draft"] = True
    nbformat.write(master, path)
    sealed(at)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (shutil.rmtree, "no report is published"),
        (unmasked, "never mailed"),
        (swapped, "got a report of 城东/店"),
        (pdf_of_another, "changed, added or removed since it was published: report.pdf"),
        (notebook_of_another, "got a report of 城东/店"),
        (manifest_of_another, "got a report of 城东/店"),
        (lambda at: sealed(at, month="2024-03"), "got a report of 城西店 2024-03"),
        (lambda at: (at / manifest.NAME).unlink(), "no manifest.json"),
        (lambda at: (at / "more.txt").write_text("x"), "more.txt"),
        (draft, "draft"),
    ],
)
def test_a_report_that_is_not_the_stores_own_stops_everything(month, smtp, change, said):  # noqa: F811
    change(month / WEST)
    with pytest.raises(InputError) as error:
        send(month, smtp)
    for part in (said, WEST, "Nothing was sent"):
        assert part in str(error.value)
    assert smtp.got == []
    assert not (month.parent / ".sent").exists()


def test_everything_that_is_amiss_is_told_at_once(month, smtp, settings):  # noqa: F811
    (settings / "stores" / "城东%2F店.yml").write_text("recipients: {front: [east@elsewhere.com]}\n")
    (settings / "stores" / "城西店.yml").unlink()
    (month / "index.pdf").unlink()
    with pytest.raises(InputError) as error:
        send(month, smtp)
    for said in (
        "城东/店: params: recipients.front: east@elsewhere.com is outside the allowed domains",
        "params/stores/城西店.yml",
        "head office: ",
        "index.pdf missing",
        "Nothing was sent",
    ):
        assert said in str(error.value), said
    assert smtp.got == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("targets: {ftf.rate: 0.9}\n", "stores/城西店.yml: recipients: nobody is named"),
        ("recipients: {front: []}\n", "nobody is named"),
        ("recipients: {front: [nobody]}\n", "one address"),
        ("recipients: {boss: [a@example.com]}\n", "recipients.boss"),
        ("sender: nobody\nrecipients: {front: [a@example.com]}\n", "one address"),
    ],
)
def test_a_store_without_good_recipients_stops_everything(month, smtp, settings, text, said):  # noqa: F811
    (settings / "stores" / "城西店.yml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        send(month, smtp)
    assert said in str(error.value)
    assert smtp.got == []


def test_head_office_must_be_named(month, smtp, settings):  # noqa: F811
    shutil.copy(params.ROOT / "params" / "default.yml", settings)
    with pytest.raises(InputError, match=r"head office: params: recipients\.head_office: nobody is named"):
        send(month, smtp)
    assert smtp.got == []


@pytest.mark.parametrize(
    "about",
    [
        {"month": "2024-03"},
        {"format": 2},
        {"stores": []},
        {"stores": [{"store": WEST, "folder": folder_name(EAST), "status": "made", "error": None}]},
        {"stores": [{"store": WEST, "folder": WEST, "status": "made", "error": None}] * 2},
        {"stores": [{"store": "..", "folder": "..", "status": "made", "error": None}]},
        {"stores": [{"store": WEST, "folder": WEST, "status": "done", "error": None}]},
        {"stores": None},
    ],
)
def test_a_group_that_does_not_name_its_stores_and_folders_is_refused(month, smtp, about):  # noqa: F811
    told(month, {OWN: "made"}, **about)
    with pytest.raises(InputError, match=r"group\.json: can't be read"):
        send(month, smtp)
    assert smtp.got == []


def test_a_month_without_a_group_names_those_there_are(month, smtp):  # noqa: F811
    with pytest.raises(InputError, match=r"no group\.json; there: 2024-04"):
        group.send("5", None, month.parent, environment=smtp.environment)
    with pytest.raises(InputError, match="not en"):
        send(month, smtp, lang="en")


def test_one_address_of_two_stores_gets_both_where_both_name_it(month, smtp, settings):  # noqa: F811
    (settings / "stores" / "城西店.yml").write_text("recipients: {front: [east@example.com]}\n")
    send(month, smtp)
    mine = [str(mail["Subject"])[:4] for who, mail in smtp.got if who == "east@example.com"]
    assert mine == ["城东/店", "城西店 "]


def test_a_server_that_goes_away_loses_nothing(month, smtp):  # noqa: F811
    smtp.drop_after = 2
    with pytest.raises(AftersalesError) as error:
        send(month, smtp)
    assert "Not sent to: parts@east.example.com" in str(error.value)
    assert "Not begun: 城西店, head office" in str(error.value)
    smtp.drop_after = None
    send(month, smtp)
    assert people(smtp) == EVERYBODY


def test_one_refusal_keeps_nobody_else_from_theirs(month, smtp):  # noqa: F811
    smtp.answers = {"east@example.com": ["550 no such user"]}
    with pytest.raises(AftersalesError, match=r"城东/店: .*\n.*east@example\.com: 550 no such user"):
        send(month, smtp)
    assert people(smtp) == [who for who in EVERYBODY if who != "east@example.com"]
    send(month, smtp)
    assert people(smtp)[-1] == "east@example.com"
    assert len(smtp.got) == 5


def test_a_busy_ledger_of_one_store_stops_no_other(month, smtp):  # noqa: F811
    with (
        ledger.alone(sending.ledger_of(month / WEST)),
        pytest.raises(AftersalesError, match=r"城西店: .*being sent already"),
    ):
        send(month, smtp)
    assert people(smtp) == [who for who in EVERYBODY if who != "west@example.com"]


def test_the_command(month, settings):
    """As it is typed, without a server: a dry run says who would get what."""
    asked = ("mail-group", "--month", "2024-04", "--out", month.parent)
    planned = run(*asked, DRY_RUN="1")
    assert planned.returncode == 0, planned.stderr
    assert all(who in planned.stdout for who in EVERYBODY)
    with pytest.raises(InputError, match="SMTP_HOST"):
        group.send("4", None, month.parent, environment={})
