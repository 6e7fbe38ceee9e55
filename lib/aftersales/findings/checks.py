"""Sentences of the reconciliation: what does not agree, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from aftersales.contract import formats as f
from aftersales.contract.figures import FIGURES
from aftersales.contract.language import Words, plural, say, small, words
from aftersales.contract.rules import RULES
from aftersales.contract.schema import CODES, TABLES, label, short_item
from aftersales.findings import refuted

# The sentence for a breach and what to do next: Chinese, English, next step in both.
# {r} is reported, {c} computed, {g} the gap.
_SENTENCES: dict[str, tuple[str, str, str, str]] = {
    "mot": (
        "{subject}：印的MOT是{r}，按权重和十项得分算是{c}",
        "{subject}: MOT is printed as {r}, weights and items give {c}",
        "请代理机构核对这一行的得分",
        "Ask the agency to check the scores of this row",
    ),
    "advisor_samples": (
        "本店外访样本{r}，各服务顾问合计{c}",
        "The store's sample is {r}, the advisors' add up to {c}",
        "核对厂家文件里各服务顾问的样本量",
        "Check the advisors' samples in the car maker's file",
    ),
    "weights": (
        "MOT权重之和是{r}，应为{c}",
        "The MOT weights add up to {r} instead of {c}",
        "改参数文件里的 weights",
        "Correct weights in the params",
    ),
    "pt_weights": (
        "神秘访客环节权重之和是{r}，应为{c}",
        "The mystery visit's weights add up to {r} instead of {c}",
        "改参数文件里的 pt_weights",
        "Correct pt_weights in the params",
    ),
    "call_results": (
        "回访{r}次，四种结果合计{c}次",
        "There are {r} calls, the four results add up to {c}",
        "补上没有结果的回访",
        "Fill in the results that are missing",
    ),
    "orders_of_calls": (
        "{r}次回访记了工单号，其中{g}个工单号在维修工单里没有",
        "{r} calls name an order; {g} of these orders do not exist",
        "改正工单号，或按同一时段导出维修工单",
        "Correct the order numbers, or export the orders of the same period",
    ),
    "orders_of_jobs": (
        "{r}次派工记了工单号，其中{g}个工单号在维修工单里没有",
        "{r} jobs name an order; {g} of these orders do not exist",
        "改正工单号，或按同一时段导出维修工单",
        "Correct the order numbers, or export the orders of the same period",
    ),
    "orders_of_bookings": (
        "{r}个预约记了工单号，其中{g}个工单号在维修工单里没有",
        "{r} bookings name an order; {g} of these orders do not exist",
        "改正工单号，或按同一时段导出维修工单",
        "Correct the order numbers, or export the orders of the same period",
    ),
    "orders_of_complaints": (
        "{r}件投诉记了工单号，其中{g}个工单号在维修工单里没有",
        "{r} complaints name an order; {g} of these orders do not exist",
        "改正工单号，或按同一时段导出维修工单",
        "Correct the order numbers, or export the orders of the same period",
    ),
    "grievances_valid": (
        "{r}条不满意原因中{g}条所属的回访不是有效回访",
        "{g} of {r} grievances belong to calls that are not valid",
        "改回访结果，或删去这些原因",
        "Correct the calls' results, or remove these grievances",
    ),
    "lost_split": (
        "流失{r}辆，公车加私车是{c}辆",
        "{r} vehicles are lost, fleet and private ones add up to {c}",
        "核对客户类型",
        "Check the owner types",
    ),
    "to_call_split": (
        "应回访{r}辆，成功、未成功和未拨打合计{c}辆",
        "{r} are to be called; reached, not reached and never called add up to {c}",
        "核对流失回访的结果",
        "Check the results of the churn calls",
    ),
    "internal_samples": (
        "有效回访{r}次，记到服务顾问名下的只有{c}次，其余{g}次没有工单号或服务顾问",
        "Of {r} valid calls {c} are on an advisor's order; {g} have no order or no advisor",
        "补上这些回访的工单号",
        "Fill in the order numbers of these calls",
    ),
    "copied_columns": (
        "{r}列得分只有{c}种内容，照抄的是{copies}",
        "{r} columns hold {c} different sets of scores; copies: {copies}",
        "请填表的人确认各列分别打过分",
        "Ask whoever filled it in whether each column was scored",
    ),
    "oem_repeated": (
        "本月的厂家得分与上月逐项相同，可能拿错了月份",
        "The car maker's scores are those of last month: the wrong file, perhaps",
        "核对厂家文件的月份",
        "Check the month of the car maker's file",
    ),
    "oem_scale": (
        "{g}个厂家得分不超过10，其余约100：量纲混用，或小了100倍",
        (
            "{g} of the car maker's scores are 10 or less, the others near 100: "
            "two scales, or 100 times too small"
        ),
        "核对这些得分的小数点",
        "Check the decimal point of these scores",
    ),
    "answer_scale": (
        "{r}个问卷得分中{g}个{why}",
        "Of {r} answers {g} {why}",
        "换算成0–100分，或填非常满意、满意……",
        "Convert them to 0–100, or give them in words",
    ),
    "amount_scale": (
        "{r}张工单的结算金额中{g}张远高于其余{others}：{listed}；照原样计入客户的金额",
        "Of {r} amounts {g} {are} far above the others{others}: {listed}; counted in what customers paid as "
        "written",
        "核对小数点和单位，错的在来源里改，或写进 corrections.yml",
        "Check the decimal point and the unit; correct it in the source, or in corrections.yml",
    ),
    "mileage_scale": (
        "{r}张工单的里程中{g}张与前次或其余{others}相差悬殊：{listed}；返修回厂的公里数照原样算",
        "Of {r} mileages {g} {are} far off the one before or the others{others}: {listed}; used as written "
        "for the kilometres of returns",
        "核对里程，错的在来源里改，或写进 corrections.yml",
        "Check the mileage; correct it in the source, or in corrections.yml",
    ),
    "causes_shift": (
        "第{week}周“{rises}”{r}次，按各周构成应约{c}次，“{falls}”同时只有{fallen}次（{p}）：登记口径可能变了",
        (
            "In week {week} “{rises}” has {r} mentions where the mix of all weeks gives {c}, "
            "“{falls}” only {fallen} ({p}): the coding may have changed"
        ),
        "请客服核对这一周的归类",
        "Customer service to check how that week was coded",
    ),
    "months_mixed": (
        "{r}次有效回访中{g}次问的是上月以前的工单",
        "{g} of {r} valid calls are about orders older than last month",
        "核对回访记录的月份",
        "Check the month of the survey calls",
    ),
    "figure": (
        "{figure}印的是{r}，由记录计算是{c}",
        "{figure} is printed as {r}, the records give {c}",
        "改报告，或查两边的口径",
        "Correct the report, or compare the definitions",
    ),
    "same_figure": (
        "{where}把{figure}印成{r}，前面是{c}{is}",
        "{where} prints {figure} as {r}, {c} before{is}",
        "改正标题或数值",
        "Correct the label or the value",
    ),
    "ratio": (
        "{subject}印的是{r}，分子除以分母是{c}",
        "{subject} is printed as {r}, its parts give {c}",
        "重算这个比率",
        "Compute the rate again",
    ),
    "total": (
        "{subject}印的合计是{r}，各项相加是{c}",
        "{subject}: the total is printed as {r}, its parts add up to {c}",
        "核对合计与各项",
        "Check total and parts",
    ),
    "share": (
        "{subject}的占比印的是{r}，应为{c}",
        "{subject}: the share is printed as {r} instead of {c}",
        "重算占比",
        "Compute the share again",
    ),
    "exchanged": (
        "{subject}的占比填反了：印的是{r}和{other_reported}，应为{c}和{other_computed}",
        (
            "{subject}: the shares are exchanged: "
            "printed {r} and {other_reported} instead of {c} and {other_computed}"
        ),
        "对调这两个占比",
        "Exchange the two shares",
    ),
    "hundredfold": (
        "{subject}印的是{r}，应为{c}：小了100倍",
        "{subject} is printed as {r} instead of {c}: 100 times too small",
        "改正百分数",
        "Correct the percentage",
    ),
    "complement": (
        "“一次修复率”一列印的全是返修率：{subject}印{r}，应为{c}（共{n}行）",
        (
            "The column of the first-time-fix rate holds the failure rate: "
            "{subject} has {r} instead of {c} ({n} rows)"
        ),
        "改列名，或用1减去",
        "Rename the column, or take it from 1",
    ),
    "volumes": (
        "台次有{n}个数：{subject}，口径不同又没有分别命名",
        "The volume has {n} values, {subject}: different things under one name",
        "分别写明工单、派工和车辆",
        "Name orders, jobs and vehicles apart",
    ),
    "report_months": (
        "报告是{subject}，却有{g}处是别的月份：{rows}",
        "The report is of {subject}, {g} places name another month: {rows}",
        "换成本月的数据和文字",
        "Put in this month's data and text",
    ),
    "sentence": (
        "{where}说“{rows}”，表中却不是这样：{why}",
        "{where} says “{rows}”, the table does not: {why}",
        "按表改写",
        "Rewrite it after the table",
    ),
    "calls_split": (
        "回访{calls}次、有效{valid}次，其余{c}次中只写明了{r}次（{named}）",
        "Of {calls} calls {valid} are valid; of the other {c} only {r} are accounted for ({named})",
        "写明其余各次的结果：无法联系、拒访、无效",
        "Give the results of the others: unreachable, refused, invalid",
    ),
    "rate_base": (
        "{figure}印的是{r}，分母里有没问到的客户；按{known}算是{c}",
        "{figure} is printed as {r}, over customers of whom it cannot be known; over the {known} it is {c}",
        "改用能知道结果的分母，或两种基数并列",
        "Use the base of whom it can be known, or print both side by side",
    ),
    "once_only": (
        "{figure}印的{r}辆里有{once}辆仅来站一次，不属于没联系上；没联系上的是{c}辆",
        "Of the {r} under {figure} {once} came only once and are an exclusion; {c} were not reached",
        "把仅来站一次的单列",
        "Show those who came only once on a line of their own",
    ),
    "pt_total": (
        "神秘访客总分印的是{r}，{why}",
        "The mystery visit's total is printed as {r}; {why}",
        "印出各环节权重，或重算总分",
        "Print the weights of the sections, or compute the total again",
    ),
    "remark": (
        "{where}写“{text}”，数据不支持：{why}",
        "{where} says “{text}”, the figures do not: {why}",
        "按数据改写批注，或查数据",
        "Rewrite the remark after the figures, or look into the figures",
    ),
    "action_words": (
        "{where}写“{text}”，数据不支持：{why}",
        "{where} says “{text}”, the figures do not: {why}",
        "按数据改写，或查数据",
        "Rewrite it after the figures, or look into the figures",
    ),
}
_TABLE_NAMES = {
    "css.advisors": ("服务顾问表", "Advisors,"),
    "ftf.technicians": ("技师表", "Technicians,"),
    "oem.css": ("厂家CSS表", "CSS table,"),
    "complaints.causes": ("不满意原因表", "Causes,"),
    "complaints.departments": ("责任部门表", "Departments,"),
    "churn.reasons": ("流失原因表", "Churn reasons,"),
    "churn.results": ("流失回访表", "Churn calls,"),
    "params": ("参数", "Params"),
}
_RATES = ("share", "exchanged", "hundredfold", "complement", "ratio", "rate_base")
_COUNTED = (
    ("error", "不一致", "wrong"),
    ("warning", "可疑", "suspicious"),
    ("note", "为修约差", "off by rounding"),
)
_ORDER = {"error": 0, "warning": 1, "note": 2, "ok": 3}


def in_words(table: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
    """The checks in the order in which somebody should look at them, with what they found and the next step.

    Returns
    -------
    DataFrame
        The rows of `table`, gravest first, with ``about`` (the subject in words), ``said``, ``next`` and the
        two values as they print, ``reported_display`` and ``computed_display``.
    """
    out = table.sort_values("severity", key=lambda s: s.map(_ORDER), kind="stable").reset_index(drop=True)
    rows = out.to_dict("records")
    return out.assign(
        about=[subject(r["subject"], lang) for r in rows],
        said=[sentence(r, lang) for r in rows],
        next=[next_step(r, lang) for r in rows],
        **{
            f"{k}_display": [value(r[k], r["rule"], r["detail"].get("figure", r["subject"])) for r in rows]
            for k in ("reported", "computed")
        },
    )


def sentence(row: Mapping[str, Any], lang: str = "zh") -> str:
    """What a check found, in one sentence; of one that agrees, the rule."""
    rule = RULES[row["rule"]]
    if row["verdict"] == "consistent":
        table = next((t for t in TABLES.values() if row["subject"].endswith(t.name)), None)
        return say(lang, rule.zh, rule.en) + (say(lang, f"（{table.zh}）", f" ({table.en})") if table else "")
    zh, en, *_ = _SENTENCES[row["rule"]]
    text = say(lang, zh, en).format_map(_values(row, lang))
    if row["verdict"] == "rounding":
        text += say(lang, "，差在各项得分的四舍五入之内", ", which the rounding of the items explains")
    return text + say(lang, "。", ".")


def next_step(row: Mapping[str, Any], lang: str = "zh") -> str:
    """What to do about a breach."""
    if row["verdict"] != "inconsistent":
        return ""
    return say(lang, *_SENTENCES[row["rule"]][2:]) + say(lang, "。", ".")


def subject(text: str, lang: str = "zh") -> str:
    """What was checked, in words: 2024年4月 本店 for 2024-04 store."""
    out = []
    for part in text.split(" "):
        if re.fullmatch(r"\d{4}-\d{2}", part):
            part = f.month(part, lang)
        elif part in FIGURES:
            part = say(lang, FIGURES[part].zh, FIGURES[part].en)
        elif part in TABLES:
            part = say(lang, TABLES[part].zh, TABLES[part].en)
        elif part in _TABLE_NAMES:
            part = say(lang, *_TABLE_NAMES[part])
        elif part in CODES["scope"]:
            part = label("scope", part, lang)
        out.append(part)
    return " ".join(out)


def value(number: float, rule: str = "", figure: str = "") -> str:
    """A reported or computed value as text: counts whole, rates as percentages, scores to three decimals.

    >>> value(83.265), value(700.0), value(0.005, "share")
    ('83.265', '700', '0.5%')
    """
    if rule in _RATES or (figure in FIGURES and FIGURES[figure].unit == "rate"):
        return _trimmed(f.number(number * 100, 2)) + "%"
    return f.count(number) if rule == "causes_shift" else _trimmed(f.number(number, 3))


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _values(row: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """What the places of a sentence stand for."""
    rule, detail, rows = row["rule"], row["detail"], row["rows"]
    figure = detail.get("figure", row["subject"])
    out: dict[str, Any] = {
        "subject": subject(row["subject"], lang),
        "n": len(rows),
        "rows": f.join(list(map(str, rows)), lang),
        "r": value(row["reported"], rule, figure),
        "c": value(row["computed"], rule, figure),
        "g": value(abs(row["reported"] - row["computed"])),
        "figure": subject(figure, lang),
        "where": detail.get("where", "") or row["subject"],
    }
    if rule in ("remark", "action_words"):
        out |= {"where": _where(row, lang), "text": detail["text"], "why": refuted.why(row, lang)}
    elif rule == "calls_split":
        out |= {k: value(detail[k]) for k in ("calls", "valid")}
        out["named"] = f.join([label("call_result", k, lang) for k in detail["named"]], lang)
    elif rule == "rate_base":
        out["known"] = subject(detail["known"], lang)
    elif rule == "once_only":
        out["once"] = value(detail["once"])
    elif rule == "pt_total":
        out["why"] = _weighted(detail, out, lang)
    elif rule == "copied_columns":
        groups = [say(lang, "＝", " = ").join(_column(c, lang) for c in g) for g in detail.get("groups", [])]
        out["copies"] = say(lang, "；", "; ").join(groups)
    elif rule == "answer_scale":
        out["why"] = _off_scale(row, lang)
    elif rule in ("amount_scale", "mileage_scale"):
        out |= _far(row, lang)
    elif rule == "causes_shift":
        out |= {k: detail[k] for k in ("week", "fallen")} | {"p": small(detail["p"])}
        out |= {k: _label("cause", detail[k], lang) for k in ("rises", "falls")}
    elif rule == "same_figure":
        others = f.join([subject(name, lang) for name in detail["is"]], lang)
        out["is"] = say(lang, f"；{out['r']}是{others}", f"; {out['r']} is {others}") if others else ""
    elif rule == "exchanged":
        out |= {k: value(detail[k], rule) for k in ("other_reported", "other_computed")}
    elif rule == "sentence":
        out["why"] = _refuted(row, out, lang)
    return out


_LISTED = 5  # of the values that are told one by one


def _off_scale(row: Mapping[str, Any], lang: str) -> str:
    """What is wrong with the answers: taken out, or doubtful."""
    unread, kept = row["detail"].get("unread", []), row["detail"].get("kept", 0)
    doubtful = say(lang, "不超过10，像是5分制或10分制", "are 10 or less: they look like a scale to 5 or 10")
    if not unread:
        return doubtful
    named = []
    for call, line, question, answer in unread[:_LISTED]:
        place = "" if line is None else say(lang, f"（第{line}行）", f" (row {line})")
        asked = label("question", question, lang)
        named.append(say(lang, f"{call}{place}{asked}：{answer:g}", f"{call}{place} {asked}: {answer:g}"))
    if len(unread) > _LISTED:
        named.append(say(lang, f"等{len(unread)}个", f"and {len(unread) - _LISTED} more"))
    out = say(
        lang,
        f"与其余不是同一分制，按未答计：{'、'.join(named)}",
        f"{'is' if len(unread) == 1 else 'are'} on another scale than the others and taken as unanswered: "
        + ", ".join(named),
    )
    return out + (say(lang, f"；另有{kept}个{doubtful}", f"; {kept} more {doubtful}") if kept else "")


def _far(row: Mapping[str, Any], lang: str) -> dict[str, str]:
    """The values far off the others, each with its order, and what the others are."""
    detail = row["detail"]
    named = []
    for order, number, before in list(zip(row["rows"], detail["values"], detail["before"], strict=True))[
        :_LISTED
    ]:
        last = "" if before is None or before != before else value(before)
        named.append(
            f"{order} {value(number)}" + (say(lang, f"（前次{last}）", f" ({last} before)") if last else "")
        )
    if len(row["rows"]) > _LISTED:
        named.append(say(lang, f"等{len(row['rows'])}张", f"and {len(row['rows']) - _LISTED} more"))
    others = ""
    if "most" in detail:
        most, median = value(detail["most"]), value(detail["median"])
        others = say(lang, f"（最高{most}，中位{median}）", f" ({most} at the most, median {median})")
    are = "is" if len(row["rows"]) == 1 else "are"
    return {"others": others, "listed": say(lang, "、", ", ").join(named), "are": are}


def _refuted(row: Mapping[str, Any], values: Mapping[str, Any], lang: str) -> str:
    """What the table shows in place of the sentence."""
    detail = row["detail"]
    if "kind" in detail:
        return refuted.why(row, lang)
    if "figure" in detail:
        return say(
            lang,
            f"{values['figure']}由{values['r']}变为{values['c']}",
            f"{values['figure']} went from {values['r']} to {values['c']}",
        )
    blamed, top = (_label(detail["codes"], detail[k], lang) for k in ("cause", "top"))
    return say(
        lang,
        f"{blamed}最少，{values['r']}次；最多的是{top}，{values['c']}次",
        f"{blamed} has the fewest, {values['r']}; {top} leads with {values['c']}",
    )


def _weighted(detail: Mapping[str, Any], values: Mapping[str, Any], lang: str) -> str:
    """What is wrong with the mystery visit's total: weights that do not give it, or none at all."""
    if "codes" not in detail:
        return say(lang, f"按印出的权重算是{values['c']}", f"the printed weights give {values['c']}")
    mean = value(round(detail["mean"], 2))
    groups = [
        say(lang, "＋", " + ").join(label("section", c, lang) for c in group) + f" {f.percent(weight, 0)}"
        for group, weight in zip(detail["groups"], detail["weights"], strict=True)
    ]
    solved = f.join(groups, lang)
    zh, en = (
        f"没有印环节权重：各环节平均是{mean}",
        f"no section weights are printed: the plain mean is {mean}",
    )
    if detail["agrees"]:
        return say(lang, f"{zh}，要按{solved}才得到它", f"{en}, and only {solved} give it")
    return say(
        lang,
        f"{zh}，按参数的权重（{solved}）是{values['c']}",
        f"{en}, the params' ({solved}) give {values['c']}",
    )


def _where(row: Mapping[str, Any], lang: str) -> str:
    """Where somebody wrote it: a chapter's remark, a column of a measure."""
    detail = row["detail"]
    if row["rule"] == "remark":
        if not detail["number"]:
            return say(lang, "首页批注", "The remark on the first page")
        return say(lang, f"第{detail['number']}章的批注", f"The remark on chapter {detail['number']}")
    column = next(c for c in TABLES["actions"].columns if c.name == detail["column"])
    return say(lang, f"措施{row['subject']}的“{column.zh}”", f"“{column.en}” of measure {row['subject']}")


def _label(codes: str, code: str, lang: str) -> str:
    return label(codes, code, lang) if code in CODES[codes] else code


def _column(name: str, lang: str) -> str:
    return short_item(name, lang) if name in CODES["mot_item"] else label("question", name, lang)


def table_words(table: pd.DataFrame, month: pd.Period, lang: str = "zh") -> Words:
    """Words of the checks that do not agree."""
    counts = [(int((table["severity"] == k).sum()), zh, en) for k, zh, en in _COUNTED]
    present = [(n, zh, en) for n, zh, en in counts if n]
    title = say(
        lang,
        f"{len(table)}项校验中" + "、".join(f"{n}项{zh}" for n, zh, _ in present)
        if present
        else f"{len(table)}项校验全部一致",
        f"Of {plural(len(table), 'check')}, " + f.join([f"{n} {en}" for n, _, en in present], lang)
        if present
        else f"All {plural(len(table), 'check')} agree",
    )
    note = say(
        lang,
        "修约差：考虑到各项得分本身已四舍五入，两值仍可能相等。可疑：数字不矛盾，但值得查一查。",
        "Rounding: the values may still agree, since their inputs were rounded themselves. "
        "Suspicious: no contradiction, but worth a look.",
    )
    return words(title, f.month(month, lang), note, lang)


def agreeing_words(table: pd.DataFrame, lang: str = "zh") -> Words:
    """Words of the checks that agree."""
    n = int((table["verdict"] == "consistent").sum())
    return words(say(lang, f"{n}项一致", f"{plural(n, 'check agrees', 'checks agree')}"), "", "", lang)


def remarks(checks: pd.DataFrame, lang: str = "zh") -> list[str]:
    """A remark on each check that does not add up."""
    headers = {"error": ("勾稽不一致：", "Does not add up: "), "warning": ("勾稽可疑：", "Suspicious: ")}
    return [
        say(lang, *headers[r["severity"]]) + r["said"]
        for r in checks.to_dict("records")
        if r["severity"] in headers
    ]
