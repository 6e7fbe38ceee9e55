"""A small executed report as the master makes it, built by code: every kind of block, and hostile text."""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat import NotebookNode

from aftersales.display.exhibit import MIME as EXHIBIT

HOSTILE = "<script>alert(1)</script>客户说:“=1+1 & 没修好”<img src=x onerror=alert(2)>"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

ITEMS = [
    ("有人协助提车", 100.2, 103.5),
    ("积极、友好地倾听并响应", 100.6, 103.2),
    ("接车过程迅速", 100.6, 103.2),
    ("提车过程迅速", 103.2, 102.5),
    ("解释结算清单", 103.2, 102.5),
    ("正确、彻底地完成维修保养", 100.2, 101.8),
    ("车辆干净且车况良好", 99.8, 100.0),
    ("解释即将开展的维修工作", 99.4, 98.9),
    ("服务站停留时间", 98.1, 95.8),
    ("顾客休息区舒适", 89.9, 92.3),
]


def svg(width: int) -> str:
    """A dot plot in the manner of matplotlib: inline styles, a clip path, a global style to be dropped."""
    left, step = width * 0.36, 26 if width > 500 else 30
    scale = (width - left - 90) / 16
    marks = []
    for i, (name, last, this) in enumerate(ITEMS):
        y = 30 + i * step
        x0, x1 = left + (last - 88) * scale, left + (this - 88) * scale
        colour = "#b3261e" if this < last else "#0b5cad"
        marks.append(
            f'<text x="{left - 12}" y="{y + 4}" style="font: 12px \'Noto Sans CJK SC\'; text-anchor: end; '
            f'fill: #1b2733">{name[:9]}</text>'
            f'<path d="M {x0:.6f} {y} L {x1:.6f} {y}" style="stroke: #6b8fb5; stroke-width: 2" '
            'clip-path="url(#p1)"/>'
            f'<circle cx="{x0:.6f}" cy="{y}" r="4" style="fill: #ffffff; stroke: #6b8fb5"/>'
            f'<circle cx="{x1:.6f}" cy="{y}" r="4.5" style="fill: {colour}"/>'
            f'<text x="{width - 70}" y="{y + 4}" style="font: bold 12px \'Noto Sans CJK SC\'; '
            f'fill: {colour}">{this:.1f}</text>'
            f'<text x="{width - 34}" y="{y + 4}" style="font: 11px \'Noto Sans CJK SC\'; '
            f'fill: #5b6773">{"▲" if this > last else "▼"}{abs(this - last):.1f}</text>'
        )
    height = 30 + len(ITEMS) * step
    return (
        '<?xml version="1.0" encoding="utf-8" standalone="no"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}" version="1.1"><metadata>m</metadata>'
        '<defs><style type="text/css">*{stroke-linejoin: round}</style>'
        f'<clipPath id="p1"><rect x="{left}" y="0" width="{width}" height="{height}"/></clipPath></defs>'
        f'<g id="figure_1">{"".join(marks)}</g></svg>'
    )


def chart(id_: str, **more: Any) -> dict:
    return {
        "kind": "chart",
        "id": id_,
        "role": None,
        "lang": "zh",
        "title": "停留时间下降 2.3 分，是唯一明显下滑的项目",
        "subtitle": "新华信 CSS,10 个 MOT 项得分(指数，可超过 100)· 4 月 n = 114,3 月 n = 93",
        "note": "按本月得分排序。来源:厂家CSS(oem_css)。",
        "alt": "十个 MOT 项本月与上月得分:有人协助提车 103.5(上月 100.2)……服务站停留时间 95.8(上月 98.1)。",
        "svg": {"wide": svg(720), "narrow": svg(360)},
        "data": {"columns": ["项目", "上月", "本月"], "rows": [list(item) for item in ITEMS]},
        **more,
    }


def table(id_: str, columns: list[dict], rows: list[list], display: list[list[str]], **more: Any) -> dict:
    return {
        "kind": "table",
        "id": id_,
        "role": None,
        "lang": "zh",
        "columns": columns,
        "rows": rows,
        "display": display,
        "title": "",
        "subtitle": "",
        "note": "",
        "emphasis": [],
        "tone": {},
        "wide": False,
        "sheet": "",
        **more,
    }


def column(key: str, label: str, kind: str = "text", **more: Any) -> dict:
    return {"key": key, "label": label, "type": kind, "sortable": True, **more}


def technicians() -> dict:
    people = [
        ("李师傅", 237, 3),
        ("王师傅", 312, 3),
        ("陈师傅", 198, 4),
        ("赵师傅", 264, 6),
        ("孙师傅", 402, 9),
    ]
    rows = [[n, j, f, 1 - f / j, f / j] for n, j, f in people]
    return table(
        "ftf.technicians",
        [
            column("technician", "维修技师"),
            column("jobs", "维修台次", "integer"),
            column("not_fixed", "未一次修复", "integer", bar=True),
            column("rate", "一次修复率", "percent", digits=1, unit="%"),
            column("failure_rate", "返修率", "percent", digits=2, unit="%"),
        ],
        rows,
        [[n, f"{j}", f"{f}", f"{r * 100:.1f}", f"{x * 100:.2f}"] for n, j, f, r, x in rows],
        title="八位技师都在正常波动之内，不宜排名",
        subtitle="2024年4月 · 1 413 台次",
        note="一次修复率 = 1 − 未一次修复 / 台次。来源:派工记录(jobs)。",
        emphasis=[4],
        tone={"4,3": "worse"},
        sheet="一次修复率(技师)",
    )


def register() -> dict:
    head = [
        ("complaint_id", "投诉编号"),
        ("received_at", "受理时间"),
        ("level", "级别"),
        ("department", "责任部门"),
        ("description", "投诉内容"),
        ("root_cause", "成因"),
        ("handling", "处理措施"),
        ("handler", "处理人"),
        ("status", "状态"),
        ("hours", "关闭用时"),
    ]
    kinds = {"received_at": "datetime", "status": "status", "hours": "number"}
    rows = [
        [
            "TS20240403-01",
            "2024-04-03 10:20",
            "一般",
            "车间",
            "换机油后仪表仍提示保养," + HOSTILE,
            "未复位",
            "当日免费复位并致歉;全车间补课，交车前逐项打勾",
            "张主管",
            "closed",
            26.5,
        ],
        [
            "TS20240418-02",
            "2024-04-18 15:05",
            "升级",
            "前台",
            "等候超过三小时，没有人告知进度，电话 138****1234",
            "派工顺序未看板化",
            "顾问每 40 分钟主动告知一次;看板 5 月上墙",
            "李经理",
            "open",
            None,
        ],
    ]
    shown = [[*r[:8], "✓ 已关闭" if r[8] == "closed" else "◐ 处理中", "26.5" if r[9] else "–"] for r in rows]
    columns = [
        column(k, n, kinds.get(k, "text"), **({"unit": "小时"} if k == "hours" else {})) for k, n in head
    ]
    return table(
        "complaints.register",
        columns,
        rows,
        shown,
        wide=True,
        title="四月受理两件投诉，一件仍未关闭",
        subtitle="2024年4月 · n = 2",
        sheet="投诉台账",
    )


def small_svg(width: int, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}"><rect width="{width}" height="{height}" fill="#0b5cad"/></svg>'
    )


def cards() -> dict:
    def card(
        name: str, display: str, unit: str, status: str, text: str, direction: str, change: str, **more: Any
    ):
        spark = [None, 98.1, 98.4, 98.0, 97.6, 98.6, 98.9, 98.2, 98.7, 98.5, 98.3, 98.25]
        return {
            "id": name,
            "label": name,
            "value": 1.0,
            "display": display,
            "unit": unit,
            "target": 1.0,
            "target_display": "98.5%",
            "previous_display": "98.3%",
            "change": 0.1,
            "change_display": change,
            "direction": direction,
            "year_ago_display": "97.6%",
            "spark": spark,
            "spark_months": [],
            "status": status,
            "status_text": text,
            "verdict": text.partition("（")[0],
            "interval_text": f"{display}{unit}，95%区间 97 至 99，目标 98.5%",
            "empty": False,
            "months_text": "11个月在 97.6 与 98.9 之间",
            "interval_svg": small_svg(120, 22),
            "months_svg": small_svg(216, 40),
            "tone": "",
            "note": "",
            **more,
        }

    return {
        "kind": "cards",
        "id": "summary.cards",
        "role": "cards",
        "lang": "zh",
        "title": "关键指标",
        "cards": [
            card("MOT 得分", "99.6", "分", "good", "✓ 高于分中心", "up", "▲ 0.4 在波动范围内"),
            card("欣喜率", "17.6", "%", "bad", "✗ 未达标", "down", "▼ 1.2"),
            card("一次修复率", "98.3", "%", "watch", "◐ 略低于目标", "flat", "– 持平"),
            card("预约率", "21.4", "%", "bad", "✗ 未达标", "up", "▲ 0.8"),
            card("投诉/千台次", "1.4", "件", "good", "✓ 达标", "down", "▼ 0.3"),
            card("流失率", "27.4", "%", "bad", "✗ 未达标", "up", "▲ 2.1 超出波动"),
        ],
    }


def words(role: str, *items: str, **more: str) -> dict:
    return {
        "kind": "list",
        "id": f"summary.{role}",
        "role": role,
        "lang": "zh",
        "title": "",
        "items": [{"text": t, **more} for t in items],
    }


def said(text: str, role: str | None = None, kind: str = "text") -> dict:
    return {"kind": kind, "id": f"said.{role}", "role": role, "lang": "zh", "text": text}


def code(*payloads: Any, tags: tuple[str, ...] = ("hide-input",)) -> NotebookNode:
    outputs = []
    for p in payloads:
        data = {EXHIBIT: p, "text/plain": "exhibit"} if "kind" in p else p
        outputs.append(nbformat.v4.new_output("display_data", data=data))
    return nbformat.v4.new_code_cell("secret_code(1)", outputs=outputs, metadata={"tags": list(tags)})


def text(source: str, *tags: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(source, metadata={"tags": list(tags)})


def in_chapter(key: str, number: int | None, *cells: NotebookNode) -> list[NotebookNode]:
    for cell in cells:
        cell.metadata["aftersales"] = {"chapter": key, "number": number}
    return list(cells)


def report(lang: str = "zh", **meta: Any) -> NotebookNode:
    """The executed report; `meta` overrides its metadata."""
    stream = nbformat.v4.new_output("stream", name="stdout", text="三行\n输出 <b>不是标记</b>\n")
    own = code(
        {
            "text/html": "<style>p{}</style><table border=1 onclick='x()'><tr><td>1</td>"
            "<td><script>bad()</script>2</td></tr></table><iframe src='https://example.org'></iframe>",
            "text/plain": "1 2",
        },
        {"image/png": PIXEL, "text/plain": "<Figure size 640x480 with 1 Axes>"},
        {"image/svg+xml": svg(360), "text/plain": "<IPython.core.display.SVG object>"},
        {"text/markdown": "自己的话:**重要**,<i>不是标记</i>。"},
        {"text/plain": "<Axes: xlabel='x'>"},
    )
    own.outputs.append(stream)
    wide = [column("advisor", "服务顾问"), column("orders", "接车台次", "integer", group="样本")]
    wide += [column(f"i{i}", name, "number", group="外访得分") for i, (name, _, _) in enumerate(ITEMS)]
    values = [[f"顾问{r}", 355 - 20 * r, *(85.2 + r + i / 3 for i in range(10))] for r in range(1, 6)]
    advisors = table(
        "css.advisors",
        wide,
        values,
        [[r[0], str(r[1]), *(f"{v:.1f}" for v in r[2:])] for r in values],
        wide=True,
        title="五位顾问的外访得分相差不到 5 分",
        subtitle="2024年4月",
        sheet="服务顾问",
    )
    cells = [
        *in_chapter(
            "summary",
            None,
            text("# 月报"),
            text("## 本月要点"),
            code({"text/plain": "glue"}, tags=("remove-cell",)),
            code(
                said(
                    "满意度与一次修复率稳住了，流失率连续三个月上升，五月要先把到期未来的客户请回来。",
                    "verdict",
                )
            ),
            code(cards()),
            code(words("certain", "休息区舒适 +2.4", "有人协助提车 +3.3", glyph="▲", tone="better")),
            code(words("waiting", "2 件投诉：TS2404-004、TS2404-008")),
            code(words("decisions", "是否增设两个预约工位", "是否把到期提醒提前到 60 天", HOSTILE)),
        ),
        *in_chapter(
            "02_oem_css",
            2,
            text("# 2 厂家 CSS 与神秘访客\n\n厂家调查里，我们的得分动了哪里?", "zh"),
            text("# 2 Car maker's CSS and mystery visit\n\nWhere did our scores move?", "en"),
            code(said("MOT 从 99.2 升到 99.6,高于分中心 3.0 分;只有停留时间一项明显下滑。", "finding")),
            code(chart("oem.items")),
            text("## 走势", "zh"),
            text("## Trend", "en"),
            code(chart("oem.history", title="十二个月里 MOT 一直高于分中心")),
        ),
        *in_chapter("03_internal_css", 3, text("# 3 内部 CSS\n\n回访客户怎么说?"), code(advisors)),
        *in_chapter(
            "04_complaints",
            4,
            text("# 4 投诉\n\n客户为什么投诉?"),
            code(register()),
            code(said("本月无升级投诉。", kind="empty") | {"title": "升级投诉", "subtitle": "2024年4月"}),
        ),
        *in_chapter(
            "05_first_time_fix", 5, text("# 5 一次维修合格率\n\n> 谁的活没有一次修好？"), code(technicians())
        ),
        *in_chapter("09_own", 6, text(f"# 6 自己的一章\n\n{HOSTILE}\n\n[坏链接](javascript:alert(1))"), own),
        *in_chapter(
            "checks", None, text("# 勾稽校验\n\n数据自己对得上吗?"), code(technicians() | {"id": "checks"})
        ),
        *in_chapter(
            "definitions",
            None,
            text("# 口径\n\n| 指标 | 口径 |\n| --- | --- |\n| 欣喜率 | 特别满意 / 回访 |"),
        ),
    ]
    book = nbformat.v4.new_notebook(cells=cells)
    book.metadata["aftersales"] = {
        "store": "示例门店",
        "month": "2024-04",
        "lang": lang,
        "title": "",
        "synthetic": True,
        "masked": True,
        "generated": "2024-05-03",
        "version": "0.1.0",
        "revision": 1,
        **meta,
    }
    return book
