"""Three foreign exports, each of another shape: what dealer systems call things, and what they leave out."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import openpyxl
import pandas as pd

ADVISORS, TECHNICIANS = ("李强", "王芳", "周敏"), ("高凯", "赵刚")


def orders() -> list[dict[str, object]]:
    """Sixty orders of forty cars from January to April 2024."""
    return [
        {
            "number": f"2024{1 + n // 15:02}{n:04}",
            "vin": f"LSVAA2180E2{100000 + n % 40}",
            "plate": f"沪A{10000 + n % 40}",
            "opened": pd.Timestamp(2024, 1 + n // 15, 1 + n % 15, 8 + n % 9, 15),
            "advisor": ADVISORS[n % 3],
            "technician": TECHNICIANS[n % 2],
            "km": 5000 + 731 * n,
            "amount": 260 + 35.5 * n,
            "type": n % 5,
            "company": n % 6 == 0,
        }
        for n in range(60)
    ]


def folder(at: Path) -> Path:
    """A folder of text files in GB18030: titles above the heads, totals at the foot, dates in the names.

    No column says whose car it is, nor when a card was made.
    """
    at.mkdir()
    kinds = ("常规保养", "机电维修", "钣喷", "厂家索赔", "会员套餐")
    lines = ["委托书编码,车牌,车架编号,进厂日期,结算日期,修理类别,接车员,进厂公里,应收合计,备注"]
    for o in orders():
        left = o["opened"] + pd.Timedelta(hours=5)
        texts = (o["number"], o["plate"], o["vin"], f"{o['opened']:%Y/%m/%d %H:%M}", f"{left:%Y/%m/%d %H:%M}")
        lines.append(
            f"{','.join(map(str, texts))},{kinds[o['type']]},{o['advisor']},{o['km']},{o['amount']},"
        )
    total = sum(o["amount"] for o in orders())
    (at / "工单结算明细_202404.csv").write_text(
        "\n".join(["东城店工单结算明细", *lines, f"合计,,,,,,,,{total},"]), encoding="gb18030"
    )
    cards = ["客户姓名,手机号码,车牌号码,底盘号码,客户等级"]
    cards += [f"王{'伟芳敏'[n % 3]},138{n:08},沪A{10000 + n},LSVAA2180E2{100000 + n},银卡" for n in range(40)]
    (at / "客户信息查询(1).csv").write_text("\n".join(cards), encoding="gb18030")
    booked = ["预约编号,预约到店时间,预约方式,履约状态,关联工单,车牌"]
    states, ways = ("准时进厂", "延时进厂", "爽约", "客户取消"), ("客服邀约", "客户来电", "微信预约")
    for n, o in enumerate(orders()[::2]):
        number = o["number"] if n % 4 < 2 else ""
        booked.append(
            f"YY{n:04},{o['opened']:%Y-%m-%d %H:%M},{ways[n % 3]},{states[n % 4]},{number},{o['plate']}"
        )
    (at / "预约记录导出.csv").write_text("\n".join(booked), encoding="gb18030")
    (at / "员工工资.csv").write_text("姓名,工资\n李强,8000\n", encoding="gb18030")
    return at


def workbook(at: Path) -> Path:
    """One workbook: a sheet a list, heads of another system, answers from 1 to 5, a cover."""
    book = openpyxl.Workbook()
    book.active.title = "封面"
    book.active.append(["售后数据 2024年4月"])

    def sheet(title: str, heads: list[str], rows: list[list[object]]) -> None:
        made = book.create_sheet(title)
        for row in (heads, *rows):
            made.append(row)

    kinds = ("首保", "客户付费", "事故维修", "三包", "PDI")
    sheet(
        "工单查询",
        ["序号", "工单编号", "VIN码", "车牌号码", "客户性质", "服务专员", "入厂时间", "约定交车日期",
         "业务类型", "实收金额"],
        [
            [n, o["number"], o["vin"], o["plate"], "企业" if o["company"] else "自然人", o["advisor"],
             o["opened"], o["opened"] + pd.Timedelta(hours=6), kinds[o["type"]], o["amount"]]
            for n, o in enumerate(orders(), 1)
        ],
    )  # fmt: skip
    causes = ("", "", "", "配件质量", "漏项")
    sheet(
        "完工派工",
        ["派工单号", "维修工单号", "主修技师", "竣工时间", "返修原因"],
        [[f"P{o['number']}", o["number"], o["technician"], o["opened"] + pd.Timedelta(hours=3), causes[n % 5]]
         for n, o in enumerate(orders())],
    )  # fmt: skip
    states = ("回访成功", "无人接听", "拒绝回访", "空号")
    sheet(
        "回访明细",
        ["回访单号", "工单编号", "回访日期", "回访状态", "第1题", "第2题", "客户意见"],
        [[f"HF{n:04}", o["number"], o["opened"] + pd.Timedelta(days=3), states[n % 4],
          5 - n % 3 if n % 4 == 0 else None, 4 if n % 4 == 0 else None, "等得久" if n % 8 == 0 else None]
         for n, o in enumerate(orders())],
    )  # fmt: skip
    sheet(
        "投诉单",
        ["投诉单号", "投诉日期", "投诉大类", "被投诉部门", "严重性", "处理状态", "结案日期", "投诉摘要"],
        [[f"TS{n}", pd.Timestamp(2024, 4, 2 + n), ("维修质量", "等待时间", "收费问题")[n % 3],
          ("维修车间", "接待", "备件部")[n % 3], ("普通", "严重")[n % 2], ("已结案", "跟进中")[n % 2],
          None if n % 2 else pd.Timestamp(2024, 4, 5 + n), "门响"] for n in range(8)],
    )  # fmt: skip
    book.save(at)
    return at


def database(at: Path) -> str:
    """A database whose tables and columns have the names of a program."""
    frame = pd.DataFrame(orders())
    left = frame["opened"] + pd.Timedelta(hours=4)
    made = pd.DataFrame(
        {
            "RO_NO": frame["number"],
            "VIN": frame["vin"],
            "LICENSE": frame["plate"],
            "OWNER_PROPERTY": frame["company"].map({True: "单位客户", False: "个人客户"}),
            "SERVICE_ADVISOR": frame["advisor"],
            "RO_CREATE_DATE": frame["opened"].dt.strftime("%Y-%m-%d %H:%M:%S"),
            "DELIVERY_DATE": left.dt.strftime("%Y-%m-%d %H:%M:%S"),
            "IN_MILEAGE": frame["km"],
            "REPAIR_TYPE": frame["type"].map(dict(enumerate(("保养", "机修", "事故", "索赔", "其它")))),
            "BALANCE_AMOUNT": frame["amount"],
        }
    )
    with sqlite3.connect(at) as connection:
        made.to_sql("TT_REPAIR_ORDER", connection, index=False)
        pd.DataFrame({"A": [1], "B": [2]}).to_sql("TM_USER", connection, index=False)
    return f"sqlite:///{at}"
