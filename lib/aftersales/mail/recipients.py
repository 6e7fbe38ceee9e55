"""Who gets the report, by role; an address outside the allowed domains stops everything."""

from __future__ import annotations

import re
import unicodedata
from email.headerregistry import Address

from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, joined, listed
from aftersales.contract.params import ROLES, Params

DEPARTMENTS = ("front", "workshop", "parts", "service")
_SPEC = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
_ADDRESS = re.compile(rf'\s*(?:"?(?P<name>[^"<>\r\n]*?)"?\s*<(?P<inner>{_SPEC})>|(?P<bare>{_SPEC}))\s*')


def address(text: str) -> Address:
    """One address with or without a name, ``客服部 <service@example.com>``.

    Raises
    ------
    InputError
        It is none, or more than one.

    Examples
    --------
    >>> address("客服部 <service@example.com>").domain
    'example.com'
    """
    found = _ADDRESS.fullmatch(text)
    try:
        if found:
            return Address(found["name"] or "", addr_spec=found["inner"] or found["bare"])
    except ValueError:  # two dots in a row and the like
        pass
    raise InputError(
        Message(
            f"参数：给的是 {text!r}；应是一个地址，如 name@example.com。",
            f"params: got {text!r}; expected one address like name@example.com.",
        )
    )


def are_of(store: str, params: Params) -> bool:
    """Whether the recipients are those of a store.

    No address says whose it is, so all of them belong to the params' own store, however blanks and widths are
    typed.
    """
    return _same(store) == _same(params.store)


def check_store(store: str, params: Params) -> None:
    """Stop before a report goes to the recipients of another store.

    Raises
    ------
    InputError
        They are not those of the store; the message names both.
    """
    if not are_of(store, params):
        own = f"`store: {store or '…'}`"
        raise InputError(
            Message(
                f"这是门店 {store or '（不明）'} 的报告；参数里的收件人是 {params.store} 的。请为"
                f"{store or '那家店'}另备一套参数，写明收件人和 {own}（AFTERSALES_PARAMS=文件夹），"
                "再运行同一命令。什么也没有发送。",
                f"got a report of the store {store or 'unknown'}; expected one of {params.store}, whose "
                f"recipients the params name. Let params of its own name the recipients of "
                f"{store or 'that store'} and say {own} (AFTERSALES_PARAMS=folder), then run the command "
                "again. Nothing was sent.",
            )
        )


def _same(store: str) -> str:
    """A store's name as it is compared.

    >>> _same(" Ａ店\u30002 ")
    'A店 2'
    """
    return " ".join(unicodedata.normalize("NFKC", store).split())


def by_address(params: Params) -> dict[str, str]:
    """Everybody who gets the report: address to role, in the order of the roles.

    Who stands under several roles gets one mail, that of the first.

    Raises
    ------
    InputError
        An address is none, or outside the allowed domains, or nobody is named; all such faults in one go.
    """
    allowed = {domain.lower().lstrip("@") for domain in params.recipients.get("allowed_domains", [])}
    people: dict[str, str] = {}
    faults: list[Message] = []
    for role in ROLES:
        for text in params.recipients.get(role, []):
            try:
                one = address(text)
            except InputError as error:
                faults.append(
                    Message(
                        f"recipients.{role}：{error.text('zh')}", f"recipients.{role}: {error.text('en')}"
                    )
                )
                continue
            if one.domain.lower() not in allowed:
                known = listed(sorted(allowed), Message("无", "none"))
                faults.append(
                    Message(
                        f"参数：recipients.{role}：{one.addr_spec} 不在允许的域名（{known.zh}）之内。",
                        f"params: recipients.{role}: {one.addr_spec} is outside the allowed domains "
                        f"({known.en}).",
                    )
                )
            people.setdefault(f"{one.username}@{one.domain.lower()}", role)
    if not faults and not people:
        faults.append(Message("参数：recipients：一个收件人也没有。", "params: recipients: nobody is named."))
    if faults:
        last = Message("什么也没有发送。", "Nothing was sent.")
        raise InputError(joined([*faults, last], "\n  "))
    return people
