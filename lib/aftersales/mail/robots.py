"""Group robots of WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书): the form, limits and answers of each.

A robot's webhook is a secret: it comes from the environment, and nothing that is said here holds more of it
than the host.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

import requests
from filelock import FileLock

from aftersales.contract.errors import AftersalesError, InputError
from aftersales.contract.message import Message, joined, phrase
from aftersales.mail import ledger

MOST_TEXT = {"wecom": 4096}  # bytes of the text alone
MOST_BODY = {"dingtalk": 20_000, "feishu": 20_000}  # bytes of all that is posted
MOST_FILE = 20 * 1024 * 1024  # bytes; WeCom alone takes files
# So many messages in so many seconds.
WINDOWS = {"wecom": [(20, 60.0)], "dingtalk": [(20, 60.0)], "feishu": [(5, 1.0), (100, 60.0)]}
# Codes of answers that say: too many, and how long to wait where the answer does not say it. DingTalk shuts
# a robot out for ten minutes.
BUSY = {"wecom": {"45009"}, "dingtalk": {"130101", "410100"}, "feishu": {"11232"}}
WAITS = {"wecom": 60.0, "dingtalk": 600.0, "feishu": 10.0}
LONGEST_WAIT = 600.0
TRIES = 3
TIMEOUT = (10, 60)  # seconds to connect, and to answer
_HERE = ("127.0.0.1", "localhost", "::1")
_SHAPES = {
    "wecom": ("/webhook/send", "key", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…"),
    "dingtalk": ("/robot/send", "access_token", "https://oapi.dingtalk.com/robot/send?access_token=…"),
    "feishu": ("/hook/", "", "https://open.feishu.cn/open-apis/bot/v2/hook/…"),
}


@dataclass(frozen=True)
class Robot:
    """A robot, called after the variable that holds its webhook; webhook and secret never show."""

    name: str
    service: str
    webhook: str = field(repr=False)
    secret: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.name} ({urlsplit(self.webhook).hostname})"

    def without_secrets(self, text: str) -> str:
        """A text in which nothing is left of webhook and secret, as an answer that repeats them."""
        parts = urlsplit(self.webhook)
        secrets = [
            self.secret,
            *(value for _, value in parse_qsl(parts.query)),
            parts.path.rpartition("/")[2],
        ]
        for one in sorted(filter(lambda s: len(s) > 4, secrets), key=len, reverse=True):
            text = text.replace(one, "…")
        return text


class Refused(AftersalesError):
    """A robot did not take what it was sent."""


def named(names: Mapping[str, Sequence[str]], environment: Mapping[str, str]) -> list[Robot]:
    """The robots of some variables, by service; one that two variables hold is there once.

    Raises
    ------
    InputError
        A variable is not set or holds no webhook of its service; all such faults in one go.
    """
    found: dict[str, Robot] = {}
    faults = []
    for service, variables in names.items():
        for variable in variables:
            webhook = environment.get(variable, "").strip()
            if fault := _fault(service, variable, webhook):
                faults.append(fault)
                continue
            secret = environment.get(f"{variable}_SECRET", "").strip()
            found.setdefault(webhook, Robot(variable, service, webhook, secret))
    if faults:
        last = Message("什么也没有推送。", "Nothing was pushed.")
        raise InputError(joined([*faults, last], "\n  "))
    return [*found.values()]


def _fault(service: str, variable: str, webhook: str) -> Message | None:
    """What is wrong with a webhook, without any of it."""
    path, key, example = _SHAPES[service]
    if not webhook:
        return Message(
            f"没有设置 {variable}：请把群机器人的webhook放进这个环境变量，如 {example}",
            f"{variable} is not set: put the robot's webhook into this environment variable, as {example}",
        )
    try:
        parts = urlsplit(webhook)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
        token = parse_qs(parts.query).get(key) if key else parts.path.rpartition(path)[2]
        if safe and parts.hostname and path in parts.path and token:
            return None
    except ValueError:  # no URL at all
        pass
    return Message(
        f"{variable}：不是{_CALLED[service][0]}机器人的webhook；应如 {example}",
        f"{variable}: no webhook of a {_CALLED[service][1]} robot; expected one like {example}",
    )


_CALLED = {"wecom": ("企业微信", "WeCom"), "dingtalk": ("钉钉", "DingTalk"), "feishu": ("飞书", "Feishu")}


def plain(text: str) -> str:
    """A text in which nothing is markup or calls people: its signs of Markdown are full width.

    >>> plain("<@all> *x* [a](b)")
    '＜@all＞ ＊x＊ ［a］(b)'
    """
    return text.translate(_WIDE)


_WIDE = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in "<>*[]`#|~"})


def body(
    robot: Robot, title: str, lines: Sequence[str], tail: Sequence[str] = (), *, last: bool = False
) -> Any:
    """What is posted: as many whole lines as the service takes, then ``…`` where some are left out.

    Parameters
    ----------
    title
        Plain; the lines are Markdown.
    tail
        Lines that are there in any case.
    last
        Keep the last lines, not the first.
    """
    for kept in range(len(lines), 0, -1):
        some = list(lines[-kept:] if last else lines[:kept])
        if kept < len(lines):
            some = ["…", *some] if last else [*some, "…"]
        made = _form(robot.service, title, "\n".join([*some, *tail]))
        if _fits(robot.service, made):
            return made
    # A single line that is too long, or a title.
    made = _form(robot.service, title, "\n".join(["…", *tail]))
    return made if _fits(robot.service, made) else _form(robot.service, title[:100] + "…", "…")


def _form(service: str, title: str, text: str) -> dict[str, Any]:
    if service == "wecom":
        return {"msgtype": "markdown", "markdown": {"content": f"### {plain(title)}\n{text}"}}
    if service == "dingtalk":
        # a paragraph each, for a line break by itself is none there; list items are lines as they are
        apart = re.sub(r"\n(?!- )", "\n\n", f"### {plain(title)}\n{text}")
        return {"msgtype": "markdown", "markdown": {"title": title, "text": apart}}
    return {
        "msg_type": "interactive",
        "card": {
            "config": {"wide_screen_mode": True},
            "header": {"template": "blue", "title": {"tag": "plain_text", "content": title}},
            "elements": [{"tag": "markdown", "content": text}],
        },
    }


def _fits(service: str, made: Mapping[str, Any]) -> bool:
    if service in MOST_TEXT:
        return len(made["markdown"]["content"].encode()) <= MOST_TEXT[service]
    return len(_encoded(made)) <= MOST_BODY[service] - 200  # what Feishu's signature takes


def text_of(made: Mapping[str, Any]) -> str:
    """The text of what is posted, for whoever looks at it before."""
    if "card" in made:
        return str(made["card"]["elements"][0]["content"])
    return str(made["markdown"].get("content") or made["markdown"]["text"])


def send(robot: Robot, made: Mapping[str, Any], turns: Path | None, say: Callable[[str], None]) -> None:
    """Post a message.

    Parameters
    ----------
    turns
        The file that notes when robots were posted to, of all processes; None = nobody knows.

    Raises
    ------
    Refused
        The service did not take it.
    """
    _asked(robot, lambda: _post(robot, robot.webhook, made), turns, say)


def send_file(robot: Robot, name: str, data: bytes, turns: Path | None, say: Callable[[str], None]) -> None:
    """Upload a file to WeCom and post it.

    Raises
    ------
    Refused
        The service did not take it.
    """
    parts = urlsplit(robot.webhook)
    query = urlencode([*parse_qsl(parts.query), ("type", "file")])
    path = parts.path.removesuffix("send") + "upload_media"
    url = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
    files = {"media": (name, data, "application/pdf")}
    answer = _asked(robot, lambda: _answer(robot, url, files=files), turns, say)
    send(robot, {"msgtype": "file", "file": {"media_id": answer.get("media_id", "")}}, turns, say)


class _Busy(Exception):
    """Too many messages; to be tried again after so many seconds."""

    def __init__(self, seconds: float, said: str) -> None:
        self.seconds, self.said = seconds, said
        super().__init__(said)


def _asked(
    robot: Robot, once: Callable[[], dict[str, Any]], turns: Path | None, say: Callable[[str], None]
) -> dict[str, Any]:
    """Ask for something, and again after a while where the service has too many messages."""
    for attempt in range(TRIES):
        if turns is not None:
            _wait_for_turn(robot, turns, say)
        try:
            return once()
        except _Busy as busy:
            if attempt == TRIES - 1:
                raise _refused(robot, busy.said) from None
            _pause(robot, busy.seconds, say)
    raise AssertionError


def _pause(robot: Robot, seconds: float, say: Callable[[str], None]) -> None:
    if seconds >= 1:
        zh, en = (
            f"{robot}：消息太多，{seconds:.0f} 秒后再发",
            f"{robot}: too many messages, waiting {seconds:.0f} s",
        )
        say(phrase(zh, en))
    time.sleep(seconds)


def _wait_for_turn(robot: Robot, turns: Path, say: Callable[[str], None]) -> None:
    """Wait until another message keeps within what the service takes in a minute, and note it."""
    longest = max(seconds for _, seconds in WINDOWS[robot.service])
    while True:
        with FileLock(turns.with_suffix(".lock")):
            noted = ledger.read(turns)
            now = time.time()
            times = [t for t in noted.get(robot.name, {}).get("sent", []) if now - longest < t <= now]
            waits = [
                times[-most] + seconds - now
                for most, seconds in WINDOWS[robot.service]
                if len(times) >= most and times[-most] + seconds > now
            ]
            if not waits:
                noted[robot.name] = {"sent": [*times, now]}
                ledger.write(turns, noted)
                return
        _pause(robot, max(waits), say)


def _post(robot: Robot, url: str, made: Mapping[str, Any]) -> dict[str, Any]:
    signed = dict(made)
    if robot.secret and robot.service == "dingtalk":
        stamp = str(round(time.time() * 1000))
        sign = _signature(robot.secret.encode(), f"{stamp}\n{robot.secret}".encode())
        url = f"{url}&{urlencode({'timestamp': stamp, 'sign': sign})}"
    elif robot.secret and robot.service == "feishu":
        stamp = str(int(time.time()))
        signed |= {"timestamp": stamp, "sign": _signature(f"{stamp}\n{robot.secret}".encode(), b"")}
    return _answer(
        robot, url, data=_encoded(signed), headers={"Content-Type": "application/json; charset=utf-8"}
    )


def _signature(key: bytes, text: bytes) -> str:
    return base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def _encoded(made: Mapping[str, Any]) -> bytes:
    return json.dumps(made, ensure_ascii=False).encode()


def _answer(robot: Robot, url: str, **what: Any) -> dict[str, Any]:
    """What the service says; that it took it, it says in the answer's code and not by HTTP."""
    try:
        got = requests.post(url, timeout=TIMEOUT, allow_redirects=False, **what)
    except requests.exceptions.RequestException as error:  # its text holds the whole URL
        raise Refused(_no_answer(robot, error)) from None
    try:
        answer = dict(got.json())
    except (ValueError, TypeError):
        answer = {}
    code = next((str(answer[key]) for key in ("errcode", "code", "StatusCode") if key in answer), "")
    said = str(answer.get("errmsg") or answer.get("msg") or answer.get("StatusMessage") or "")
    words = robot.without_secrets(" ".join([*filter(None, [code or f"HTTP {got.status_code}", said])])[:300])
    if got.status_code == 429 or code in BUSY[robot.service]:
        raise _Busy(_seconds(got.headers, WAITS[robot.service]), words)
    if got.status_code != 200 or code != "0":
        raise _refused(robot, words)
    return answer


def _seconds(headers: Mapping[str, str], otherwise: float) -> float:
    for name in ("Retry-After", "x-ogw-ratelimit-reset"):
        if (text := headers.get(name, "")).isdecimal():
            return min(float(text), LONGEST_WAIT)
    return otherwise


def _refused(robot: Robot, said: str) -> Refused:
    return Refused(Message(f"{robot}：没有接受，原文：“{said}”", f"{robot}: not accepted ({said})"))


def _no_answer(robot: Robot, error: requests.exceptions.RequestException) -> Message:
    kinds = (
        (
            requests.exceptions.SSLError,
            "证书不可信，或TLS失败",
            "its certificate is not trusted or TLS failed",
        ),
        (requests.exceptions.ProxyError, "代理服务器连接不上", "the proxy cannot be reached"),
        (requests.exceptions.ConnectTimeout, "连接不上", "no connection"),
        (requests.exceptions.Timeout, "没有及时回应，也许已经收到", "no answer in time; it may have got it"),
        (requests.exceptions.ConnectionError, "连接不上，或中途断开", "no connection, or it broke off"),
    )
    zh, en = next(
        ((zh, en) for kind, zh, en in kinds if isinstance(error, kind)), ("请求失败", "the request failed")
    )
    return Message(f"{robot}：{zh}", f"{robot}: {en}")
