"""Pushing to group robots, held by a real server to what each service documents."""

import base64
import hashlib
import hmac
import json
import shutil
import threading
import time
from copy import deepcopy
from dataclasses import replace
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import run
from test_mail import corrected, payloads

from aftersales.contract import home, params
from aftersales.contract.errors import AftersalesError, InputError
from aftersales.mail import ledger, push, robots, sending

KEY, TOKEN, HOOK = "wecom-key-5f1c", "ding-token-77aa", "feishu-hook-09be"
DING_SECRET, FEISHU_SECRET = "SECding-secret-31", "feishu-secret-42"
SECRETS = (KEY, TOKEN, HOOK, DING_SECRET, FEISHU_SECRET)
NAMES = {"wecom": ["WECOM_WEBHOOK"], "dingtalk": ["DINGTALK_WEBHOOK"], "feishu": ["FEISHU_WEBHOOK"]}
WECOM, DINGTALK, FEISHU = (names[0] for names in NAMES.values())


@pytest.fixture(scope="module")
def report(april):
    """The published report: its notebook and PDF."""
    return sending.published(april)


@pytest.fixture
def settings():
    return replace(params.load(), robots=NAMES, report_url="https://intranet.example/{month}/report.html")


def signature(key, text):
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


class Services(BaseHTTPRequestHandler):
    """The three services in one: takes what their documentation allows, and says no in their own way."""

    def do_POST(self):
        data = self.rfile.read(int(self.headers["Content-Length"]))
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        taken = {
            "/cgi-bin/webhook/send": self.wecom,
            "/cgi-bin/webhook/upload_media": self.upload,
            "/robot/send": self.dingtalk,
            f"/open-apis/bot/v2/hook/{HOOK}": self.feishu,
        }[parts.path]
        planned = self.server.answers.get(taken.__name__)
        headers, answer = planned.pop(0) if planned else ({}, None)
        answer = answer or taken(data, query)
        body = json.dumps(answer).encode()
        self.send_response(200)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

    def note(self, service, message):
        self.server.got.append((service, message))

    def wecom(self, data, query):
        if query != {"key": KEY}:
            return {"errcode": 93000, "errmsg": f"invalid webhook url {query}"}
        message = json.loads(data)
        if message["msgtype"] == "file":
            if message["file"]["media_id"] != "media-1":
                return {"errcode": 40007, "errmsg": "invalid media_id"}
        elif len(message["markdown"]["content"].encode()) > 4096:
            return {"errcode": 40058, "errmsg": "markdown.content exceed max length 4096"}
        self.note("wecom", message)
        return {"errcode": 0, "errmsg": "ok"}

    def upload(self, data, query):
        if query != {"key": KEY, "type": "file"}:
            return {"errcode": 93000, "errmsg": "invalid webhook url"}
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        (part,) = message_from_bytes(head + data, policy=policy.HTTP).iter_parts()
        disposition = part["Content-Disposition"]
        content = part.get_payload(decode=True)
        if disposition.params.get("name") != "media" or not 5 < len(content) <= 20 * 1024 * 1024:
            return {"errcode": 44001, "errmsg": "empty media data"}
        assert b"filename*" not in data[:300]  # WeCom does not know it
        self.note("upload", (disposition.params["filename"], content))
        return {"errcode": 0, "errmsg": "ok", "type": "file", "media_id": "media-1", "created_at": "1"}

    def dingtalk(self, data, query):
        stamp = query.get("timestamp", "0")
        wanted = signature(DING_SECRET, f"{stamp}\n{DING_SECRET}")
        if abs(time.time() * 1000 - int(stamp)) > 3_600_000 or query.get("sign") != wanted:
            return {"errcode": 310000, "errmsg": "sign not match"}
        message = json.loads(data)
        if query["access_token"] != TOKEN or message["msgtype"] != "markdown" or len(data) > 20_000:
            return {"errcode": 400001, "errmsg": "bad request"}
        self.note("dingtalk", {k: message["markdown"][k] for k in ("title", "text")})
        return {"errcode": 0, "errmsg": "ok"}

    def feishu(self, data, query):
        message = json.loads(data)
        stamp = message.get("timestamp", "0")
        if abs(time.time() - int(stamp)) > 3600 or message["sign"] != signature(
            f"{stamp}\n{FEISHU_SECRET}", ""
        ):
            return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}
        if message["msg_type"] != "interactive" or len(data) > 20_000:
            return {"code": 9499, "msg": "Bad Request"}
        self.note("feishu", message["card"])
        return {"code": 0, "msg": "success", "data": {}}


@pytest.fixture
def services(monkeypatch):
    """The server, what it got, what it is to answer next, and the environment that names the robots."""
    monkeypatch.setattr(robots, "WAITS", dict.fromkeys(robots.WAITS, 0.01))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Services)
    server.got, server.answers = [], {}
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    at = f"http://127.0.0.1:{server.server_address[1]}"
    server.environment = {
        WECOM: f"{at}/cgi-bin/webhook/send?key={KEY}",
        DINGTALK: f"{at}/robot/send?access_token={TOKEN}",
        f"{DINGTALK}_SECRET": DING_SECRET,
        FEISHU: f"{at}/open-apis/bot/v2/hook/{HOOK}",
        f"{FEISHU}_SECRET": FEISHU_SECRET,
    }
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def pushed(report, settings, services, folder, **more):
    said = []
    push.push(
        *report,
        settings,
        folder / "2024-04-示范店.json",
        environment=services.environment,
        say=said.append,
        **more,
    )
    return said


def kinds(services):
    return [service for service, _ in services.got]


ALL = ["wecom", "upload", "wecom", "dingtalk", "feishu"]  # text, file, and its message


def test_each_robot_gets_it_once_in_its_own_form(report, settings, services, tmp_path):
    pushed(report, settings, services, tmp_path)
    assert kinds(services) == ALL
    (_, text), (_, (name, content)), (_, file), (_, ding), (_, card) = services.got
    title = "示范店 2024年4月客户服务部月报：2项未达标，4个信号"
    assert text["markdown"]["content"].splitlines()[0] == f"### {title}"
    assert ding["title"] == card["header"]["title"]["content"] == title
    assert (name, content, file["msgtype"]) == ("示范店-2024-04.pdf", report[1], "file")
    verdict, *_, link = text["markdown"]["content"].splitlines()[1:]
    assert "项关键指标中" in verdict
    assert link == "[打开完整报告](https://intranet.example/2024-04/report.html)"
    for told in (ding["text"], card["elements"][0]["content"]):
        places = [
            told.index(one) for one in (verdict, "**关键指标**", "**等着处理的**", "**要决定的**", link)
        ]
        assert places == sorted(places)
        assert "TS2404-004（客服专员小赵）" in told
    assert "has it already" in pushed(report, settings, services, tmp_path)[0]
    assert len(services.got) == 5
    pushed(report, settings, services, tmp_path, again=True)
    assert kinds(services) == ALL * 2


def test_the_figures_are_those_of_the_mail(report, settings, services, tmp_path):
    pushed(report, settings, services, tmp_path)
    told = services.got[4][1]["elements"][0]["content"]
    cards = [one for p in payloads(report[0]) if p.get("role") == "cards" for one in p["cards"]]
    assert all(f"- {one['label']} {one['display']}" in told for one in cards if not one["empty"])


def test_a_corrected_report_says_so_and_what_changed(report, settings, services, tmp_path):
    pushed(report, settings, services, tmp_path)
    again, told = corrected(report)
    said = pushed(again, settings, services, tmp_path, dry_run=True)
    assert "in place of the one pushed" in said[0]
    pushed(again, settings, services, tmp_path)
    assert kinds(services) == ALL * 2
    content = services.got[5][1]["markdown"]["content"]
    assert content.startswith("### （更正1）示范店")
    assert told.replace(" ", "") in content.replace(" ", "")


def test_a_dry_run_shows_what_would_go_where_and_no_secret(report, settings, services, tmp_path):
    said = "\n".join(pushed(report, settings, services, tmp_path, dry_run=True))
    assert services.got == []
    assert not (tmp_path / "2024-04-示范店.json").exists()
    for shown in (*NAMES.values(), "127.0.0.1", "示范店-2024-04.pdf", "等着处理的"):
        assert (shown if isinstance(shown, str) else shown[0]) in said
    assert not [secret for secret in SECRETS if secret in said]


def test_a_push_that_was_killed_is_resumed_where_it_ended(report, settings, services, tmp_path):
    services.answers["upload"] = [({}, {"errcode": -1, "errmsg": "system busy"})]
    with pytest.raises(AftersalesError, match=r"WECOM_WEBHOOK.*-1 system busy"):
        pushed(report, settings, services, tmp_path)
    assert kinds(services) == ["wecom", "dingtalk", "feishu"]
    pushed(report, settings, services, tmp_path)
    assert kinds(services) == ["wecom", "dingtalk", "feishu", "upload", "wecom"]


@pytest.mark.parametrize(
    ("service", "answer"),
    [
        ("wecom", {"errcode": 93000, "errmsg": f"invalid webhook url ?key={KEY}"}),
        ("dingtalk", {"errcode": 310000, "errmsg": f"sign not match {DING_SECRET}"}),
        ("feishu", {"code": 19021, "msg": f"sign match fail {HOOK}"}),
        ("feishu", ["no object"]),
    ],
)
def test_a_refusal_is_one_though_http_says_200_and_the_others_get_it(
    report, settings, services, tmp_path, service, answer
):
    services.answers[service] = [({}, answer)]
    with pytest.raises(AftersalesError, match=rf"{service.upper()}_WEBHOOK.*not accepted") as error:
        pushed(report, settings, services, tmp_path)
    assert not [secret for secret in SECRETS if secret in error.value.text("zh") + error.value.text("en")]
    assert {*ALL} - {*kinds(services)} <= {service, "upload"}
    assert NAMES[service][0] not in ledger.read(tmp_path / "2024-04-示范店.json")


BUSY = {
    "wecom": {"errcode": 45009, "errmsg": "api freq out of limit"},
    "dingtalk": {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"},
    "feishu": {"code": 11232, "msg": "frequency limited"},
}


@pytest.mark.parametrize("service", BUSY)
def test_too_many_messages_are_waited_for_and_given_up_in_the_end(
    report, settings, services, tmp_path, service
):
    services.answers[service] = [({}, BUSY[service]), ({"Retry-After": "1"}, BUSY[service])]
    said = pushed(report, settings, services, tmp_path)
    assert kinds(services) == ALL
    assert any("waiting 1 s" in line for line in said)
    services.answers[service] = [({}, BUSY[service])] * robots.TRIES
    with pytest.raises(AftersalesError, match="not accepted"):
        pushed(report, settings, services, tmp_path, again=True)


def test_no_robot_gets_more_than_its_service_takes_in_a_minute(
    report, settings, services, tmp_path, monkeypatch
):
    """Over several runs and stores: 20 messages, here in half a second."""
    monkeypatch.setattr(robots, "WINDOWS", {"dingtalk": [(2, 0.6)]})
    only = replace(settings, robots={"dingtalk": [DINGTALK]})
    began = time.monotonic()
    for _ in range(3):
        pushed(report, only, services, tmp_path, again=True)
    assert time.monotonic() - began > 0.55
    assert len(services.got) == 3


def test_long_texts_end_with_a_whole_line_and_the_link(services):
    lines = ["**要决定的**", *(f"- 第{n}项：{'很长' * 100}" for n in range(200))]
    for service, names in NAMES.items():
        (robot,) = robots.named({service: names}, services.environment)
        made = robots.body(robot, "标题", lines, ["[打开](https://x.example/)"])
        robots.send(robot, made, None, str)  # the server refuses what is too long
        *kept, dots, link = [line for line in robots.text_of(made).splitlines() if line]
        assert {*kept} <= {"### 标题", *lines}
        assert (dots, link) == ("…", "[打开](https://x.example/)")
    assert kinds(services) == ["wecom", "dingtalk", "feishu"]


def test_what_people_wrote_is_no_markup_and_calls_nobody(report, settings, services, tmp_path):
    notebook = deepcopy(report[0])
    for payload in payloads(notebook):
        if payload.get("role") == "decisions":
            payload["items"][0]["text"] = "<@all> <at id=all></at> **x** [y](https://evil.example)"
    pushed((notebook, report[1]), settings, services, tmp_path)
    for told in (services.got[3][1]["text"], services.got[4][1]["elements"][0]["content"]):
        assert "＜@all＞ ＜at id=all＞＜/at＞ ＊＊x＊＊ ［y］(https://evil.example)" in told


def test_a_pdf_that_wecom_does_not_take_is_not_sent_and_the_message_says_so(
    report, settings, services, tmp_path, monkeypatch
):
    monkeypatch.setattr(robots, "MOST_FILE", 1000)
    pushed(report, replace(settings, robots={"wecom": [WECOM]}), services, tmp_path)
    assert kinds(services) == ["wecom"]
    assert services.got[0][1]["markdown"]["content"].endswith("PDF超过20 MB，没有发送。")


def test_a_report_that_is_not_masked_is_never_pushed(report, settings, services, tmp_path):
    notebook = deepcopy(report[0])
    notebook.metadata["aftersales"]["masked"] = False
    for dry_run in (True, False):
        with pytest.raises(InputError, match="never mailed or pushed"):
            pushed((notebook, report[1]), settings, services, tmp_path, dry_run=dry_run)
    assert services.got == []


def test_a_report_of_another_store_is_pushed_to_nobody(report, settings, services, tmp_path, monkeypatch):
    notebook = deepcopy(report[0])
    notebook.metadata["aftersales"]["store"] = "东城店"
    with pytest.raises(InputError, match=r"(?s)东城店.*示范店, whose robots"):
        pushed((notebook, report[1]), settings, services, tmp_path)
    folder = tmp_path / "params"
    (folder / "stores").mkdir(parents=True)
    text = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    text = text.replace("wecom: []", "wecom: [WECOM_WEBHOOK]").replace(
        'report_url: ""', "report_url: https://x/a"
    )
    (folder / "default.yml").write_text(text, encoding="utf-8")
    (folder / "stores" / "东城店.yml").write_text("churn_months: 3\n", encoding="utf-8")
    own = params.load(path=folder, store="东城店")
    assert (own.robots["wecom"], own.report_url) == ([], "")
    with pytest.raises(InputError, match="no robot is named"):
        pushed((notebook, report[1]), own, services, tmp_path)
    assert services.got == []


@pytest.mark.parametrize(
    "webhook", ["", "no url", "http://qyapi.example/cgi-bin/webhook/send?key=hush", "https://[x"]
)
def test_a_webhook_that_is_none_is_told_by_its_variable_alone(report, settings, services, tmp_path, webhook):
    services.environment[WECOM] = webhook
    with pytest.raises(InputError, match="WECOM_WEBHOOK") as error:
        pushed(report, settings, services, tmp_path)
    assert "hush" not in error.value.text("zh") + error.value.text("en")
    assert services.got == []


def test_a_webhook_in_the_params_is_refused_and_not_repeated(tmp_path):
    text = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    text = text.replace("wecom: []", "wecom: [https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hush]")
    (tmp_path / "default.yml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"robots\.wecom") as error:
        params.load(path=tmp_path)
    assert "hush" not in error.value.text("zh") + error.value.text("en")


def test_a_service_that_is_not_there_is_told_by_its_host(report, settings, services, tmp_path):
    services.environment[DINGTALK] = f"http://127.0.0.1:1/robot/send?access_token={TOKEN}"
    with pytest.raises(AftersalesError, match=r"DINGTALK_WEBHOOK \(127\.0\.0\.1\): no connection") as error:
        pushed(report, settings, services, tmp_path)
    assert not [s for s in SECRETS if s in f"{error.value} {error.value.__cause__} {error.value.__context__}"]
    assert "feishu" in kinds(services)


def test_only_a_new_signal_is_pushed_where_only_those_are_wanted(report, settings, services, tmp_path):
    quiet = replace(settings, only_if="signal", robots={"feishu": [FEISHU]})
    pushed(report, quiet, services, tmp_path)
    assert kinds(services) == ["feishu"]  # nothing was sent before, so each signal is new
    changed, _ = corrected(report)
    (said,) = pushed(changed, quiet, services, tmp_path)
    assert "no new signal" in said
    later = deepcopy(changed[0])
    later.metadata["aftersales"]["month"] = "2024-05"
    may = tmp_path / "2024-05-示范店.json"
    options = {"environment": services.environment, "say": str}
    push.push(later, report[1], quiet, may, **options)  # April's ledger knows them
    assert kinds(services) == ["feishu"]
    for payload in payloads(later):
        if payload.get("role") == "certain":
            payload["items"][0]["about"]["direction"] = "worse"
    push.push(later, report[1], quiet, may, **options)
    assert kinds(services) == ["feishu"] * 2


def alerts(services):
    return {name.replace("_WEBHOOK", "_ALERT_WEBHOOK"): value for name, value in services.environment.items()}


def test_an_alert_needs_no_params_and_shows_nothing_personal(services):
    text = "客服部月报 2024-04：report 失败\n电话13812345678\n" + "\n".join(
        f"第{n}行 " + "长" * 90 for n in range(60)
    )
    said = []
    push.alert(text, environment=alerts(services), say=said.append)
    assert kinds(services) == ["wecom", "dingtalk", "feishu"]
    content = services.got[0][1]["markdown"]["content"]
    assert content.splitlines()[:2] == ["### 客服部月报 2024-04：report 失败", "…"]
    assert "第59行" in content  # the end says what failed
    assert "13812345678" not in json.dumps(services.got, ensure_ascii=False)
    with pytest.raises(InputError, match="WECOM_ALERT_WEBHOOK"):
        push.alert(text, environment=services.environment)


def test_the_command_pushes_once_and_keeps_its_secrets(april, services, tmp_path, monkeypatch):
    """`aftersales push` as a manager calls it, in a process of its own."""
    out, settings = tmp_path / "out", tmp_path / "params"
    shutil.copytree(april, out / "2024-04" / "示范店")
    settings.mkdir()
    text = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    text = text.replace("wecom: []", "wecom: [WECOM_WEBHOOK]").replace(
        "feishu: []", "feishu: [FEISHU_WEBHOOK]"
    )
    (settings / "default.yml").write_text(text, encoding="utf-8")
    env = {**services.environment, **alerts(services), home.VARIABLE: str(settings)}
    asked = ("push", "--month", 4, "--out", out)
    told = [run(*asked, **env, DRY_RUN="1")]
    assert services.got == []
    told.append(run(*asked, **env))
    assert kinds(services) == ["wecom", "upload", "wecom", "feishu"]
    told.append(run("push", "--alert", "failed", **env))
    assert kinds(services)[4:] == ["wecom", "dingtalk", "feishu"]
    assert [done.returncode for done in told] == [0] * 3, [done.stderr for done in told]
    services.answers["feishu"] = [({}, {"code": 19021, "msg": "sign match fail"})]
    told.append(run(*asked, **env, AGAIN="1"))
    assert told[-1].returncode == 1
    written = "".join(p.read_text(encoding="utf-8", errors="replace") for p in out.rglob("*") if p.is_file())
    shown = "".join(done.stdout + done.stderr for done in told)
    assert not [secret for secret in (*SECRETS, "Traceback") if secret in written + shown]
