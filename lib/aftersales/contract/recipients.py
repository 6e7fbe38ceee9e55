"""Who gets the report, by role; an address outside the allowed domains stops everything."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.headerregistry import Address

from aftersales.contract import store_params
from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, joined, listed
from aftersales.contract.names import store_key
from aftersales.contract.params import ROLES, Params

DEPARTMENTS = ("front", "workshop", "parts", "service")
_DOMAINS = "allowed_domains"
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


def are_of(store: str, params: Params, section: str = "recipients") -> bool:
    """Whether the recipients are those of a store, or what another section names, its robots.

    No address says whose it is, so they belong to the store that the params are of, however blanks and widths
    are typed; those of a store with a file of its own come from that file alone.
    """
    if store_key(store) != store_key(params.store):
        return False
    file = params.origins.get("store", "")
    given = getattr(params, section)
    named = [key for key in given if given[key] and key != _DOMAINS]
    return not store_params.is_file(file) or all(
        params.origins.get(f"{section}.{key}") == file for key in named
    )


def check_store(store: str, params: Params, section: str = "recipients") -> None:
    """Stop before a report goes to the recipients, or to the robots, of another store.

    Raises
    ------
    InputError
        They are not those of the store; the message names both.
    """
    if not are_of(store, params, section):
        zh, en = ("机器人", "robots") if section == "robots" else ("收件人", "recipients")
        file = f"params/{store_params.name(store or '…')}"
        own = f"`store: {store or '…'}`"
        raise InputError(
            Message(
                f"这是门店 {store or '（不明）'} 的报告；参数里的{zh}是 {params.store} 的。"
                f"请在 {file} 里写明{store or '那家店'}的{zh}，或另备一套写着 {own} 的参数"
                "（AFTERSALES_PARAMS=文件夹），再运行同一命令。什么也没有发送。",
                f"got a report of the store {store or 'unknown'}; expected one of {params.store}, whose "
                f"{en} the params name. Name the {en} of {store or 'that store'} in {file}, or "
                f"in params of its own that say {own} (AFTERSALES_PARAMS=folder), then run the command "
                "again. Nothing was sent.",
            )
        )


def written(params: Params) -> dict[str, Address]:
    """Everybody's address as the params write it, with its name, by the address that `by_address` gives."""
    found: dict[str, Address] = {}
    for role in ROLES:
        for text in params.recipients.get(role, []):
            one = address(text)
            found.setdefault(f"{one.username}@{one.domain.lower()}", one)
    return found


def by_address(params: Params, roles: Sequence[str] = ROLES) -> dict[str, str]:
    """Everybody of these roles who gets the report: address to role, in the order of the roles.

    Who stands under several roles gets one mail, that of the first.

    Raises
    ------
    InputError
        An address is none, or outside the allowed domains, or nobody is named; all such faults in one go.
    """
    people, faults = _read(params, roles)
    if not faults and not people:
        file = params.origins.get("store", "")
        at = f"params/{file}" if store_params.is_file(file) else ""
        key = f"recipients.{roles[0]}" if len(roles) == 1 else "recipients"
        faults.append(
            Message(
                f"{at or '参数'}：{key}：一个收件人也没有。", f"{at or 'params'}: {key}: nobody is named."
            )
        )
    if faults:
        last = Message("什么也没有发送。", "Nothing was sent.")
        raise InputError(joined([*faults, last], "\n  "))
    return people


def faults(params: Params) -> list[Message]:
    """What is wrong with the addresses of the params, the sender's and that of answers too."""
    found = _read(params, ROLES)[1]
    for key, text in (("sender", params.sender), ("reply_to", params.reply_to)):
        try:
            address(text or "nobody@example.com")
        except InputError as error:
            found.append(Message(f"{key}：{error.text('zh')}", f"{key}: {error.text('en')}"))
    return found


def _read(params: Params, roles: Sequence[str]) -> tuple[dict[str, str], list[Message]]:
    """Address to role, and what is wrong with addresses."""
    allowed = {domain.lower().lstrip("@") for domain in params.recipients.get(_DOMAINS, [])}
    people: dict[str, str] = {}
    faults: list[Message] = []
    for role in roles:
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
    return people, faults
