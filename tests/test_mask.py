"""What identifies a customer is masked in every form it is typed in, and nothing else is (contract §6)."""

import time

import pandas as pd
import personal_forms
import pytest

from aftersales.contract import archive, mask
from aftersales.sources import pipeline
from aftersales.sources.options import ReadOptions

SAME = [(typed, shown) for shown, forms in personal_forms.SAME.items() for typed in forms]


def test_the_list_of_forms_is_long():
    assert len(set(SAME)) + len(personal_forms.EACH) >= 150


@pytest.mark.parametrize(("before", "after"), [("", ""), ("情况：", "，谢谢"), ("车主", "，来电")])
def test_every_form_is_masked_and_all_else_stays_as_typed(before, after):
    forms = [*SAME, *(personal_forms.EACH.items() if not before.endswith("主") else ())]
    wrong = {
        typed: got
        for typed, shown in forms
        if (got := mask.text(before + typed + after)) != before + shown + after
    }
    assert wrong == {}


def test_what_is_masked_stays_as_it_is():
    shown = [*personal_forms.SAME, *personal_forms.EACH.values()]
    assert [mask.text(text) for text in shown] == shown


def test_ordinary_sentences_stay_byte_for_byte():
    sentences = personal_forms.ordinary(4000)
    assert {s: m for s in sentences if (m := mask.text(s)) != s} == {}


def test_many_texts_are_masked_as_each_is():
    texts = [*(typed for typed, _ in SAME), *personal_forms.EACH, *personal_forms.ordinary(500), "", "\ue000"]
    assert mask.texts(texts) == [mask.text(text) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "RO20240415000123",
        "RO0415-12345678",
        "2024-04-15 13:40",
        "19:30 18 17 16",
        "京东A",
        "川A级",
        "金额1,380,013.8元",
        "工单2404150001234",
        "车况100分",
        "第13 14 15 16 17周",
        "Work done right and completely\t15\t99.7\t99.4\t−0.3\t−0.05",
        "Work done right and completely 15 99.7 99.4 0.3 0.05",
        "Calls 15 99.7 99.4 0.3 0.05",
        "预约与联系 15 99.7 99.4 0.3 0.05",
    ],
)
def test_what_is_nothing_personal_stays(text):
    assert mask.text(text) == text


def test_a_known_number_stays_even_where_it_looks_like_a_phone():
    assert (
        mask.text("单号13800138000，电话13900139000", {"13800138000"}) == "单号13800138000，电话139****9000"
    )


@pytest.fixture
def store(tmp_path):
    """A store whose people write customers' names and numbers wherever they can."""
    note = "王小明 138 0013 8000 沪A·12345 LSVAM4187E2123456"
    rows = {
        "repair_orders": {
            "order_id": "13912345678",
            "vin": "LSVAM4187E2123456",
            "plate": "沪A12345",
            "owner_type": "private",
            "advisor": "王小明",
            "opened_at": "2024-04-02",
        },
        "customers": {
            "vin": "LSVAM4187E2123456",
            "created_at": "2024-04-02",
            "owner_type": "private",
            "name": "王小明",
            "phone": "6234567",
            "plate": "沪A12345",
        },
        "complaints": {
            "complaint_id": "13800000000",
            "received_at": "2024-04-03",
            "channel": note,
            "category": "time",
            "department": "front",
            "description": f"工单13912345678，{note}，或6234567",
            "root_cause": note,
            "handling": note,
            "handler": note,
            "status": "open",
        },
        "actions": {
            "action_id": "G1",
            "month": "2024-04",
            "department": "front",
            "problem": note,
            "measure": note,
            "resource": note,
            "owner": "王小明",
            "supervisor": note,
            "checkpoint": note,
            "evidence": note,
        },
    }
    for table, row in rows.items():
        pd.DataFrame([row]).to_csv(tmp_path / f"{table}.csv", index=False)
    return tmp_path


def test_a_store_is_masked_in_every_column_but_its_numbers_and_its_own_people(store):
    tables = pipeline.read_all(str(store), ReadOptions(default_store="店"))[0]["店"]
    shown = "王** 138****8000 沪A·***45 ***********123456"
    (complaint,) = tables.complaints.to_dict("records")
    assert complaint["complaint_id"] == "13800000000"
    assert complaint["description"] == f"工单13912345678，{shown}，或623****4567"
    assert {complaint[c] for c in ("channel", "root_cause", "handling", "handler")} == {shown}
    (action,) = tables.actions.to_dict("records")
    assert {
        action[c] for c in ("problem", "measure", "resource", "supervisor", "checkpoint", "evidence")
    } == {shown}
    assert action["owner"] == tables.repair_orders["advisor"].iloc[0] == "王小明"  # the advisor of that name
    assert tables.repair_orders["order_id"].iloc[0] == "13912345678"
    (customer,) = tables.customers.to_dict("records")
    assert (customer["name"], customer["phone"], customer["plate"]) == ("王**", "623****4567", "沪A·***45")


def test_a_table_handed_on_is_masked_but_for_its_numbers():
    table = pd.DataFrame({"order_id": ["13912345678"], "note": ["13912345678 / 13800138000"]})
    assert mask.frame(table).iloc[0].tolist() == ["13912345678", "13912345678 / 138****8000"]


KNOWN = archive.Archive(
    names=frozenset({"王小明", "欧阳娜娜", "李明", "高兴", "客户", "Li Qiang", "买买提·阿凡提", "张伟"}),
    phones=frozenset({"13800138000", "6234567", "021-65432100"}),
    plates=frozenset({"沪A12345", "鄂AB1234"}),
    vins=frozenset({"LSVAM4187E2123456", "ZX-1234567"}),
    staff=frozenset({"张伟"}),
    numbers=frozenset({"13800138000"}),
)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("王小明说", "王**说"),
        ("王 小 明说", "王**说"),
        ("昨天欧阳娜娜来过", "昨天欧**来过"),
        ("欧阳\u200b娜娜", "欧**"),
        ("买买提阿凡提来电", "买**来电"),
        ("LI QIANG came", "L** came"),
        ("行李明天取", "行李明天取"),  # nobody's name
        ("李明天天来", "李**天天来"),
        ("很高兴", "很高兴"),
        ("客户说", "客户说"),
        ("张伟来过", "张**来过"),  # a customer in a text, though the staff bear the name, too
        ("打 623 45-67 找人", "打 623****4567 找人"),
        ("编号16234567", "编号16234567"),
        ("1 380 013 80 00", "138****8000"),
        ("鄂 A-B1/234", "鄂A·***34"),
        ("发动机LSVAM4187E2拆检", "发动机LSVAM4187E2拆检".replace("LSVAM4187E2", "***********")),
        ("zx 123 45-67", "***********234567"),
    ],
)
def test_what_the_archive_knows_is_found_wherever_it_stands(typed, shown):
    assert KNOWN.hide([typed]) == [shown]


def test_the_numbers_of_cases_stay():
    assert KNOWN.hide(["工单13800138000，王小明"], KNOWN.numbers) == ["工单13800138000，王**"]
    assert archive.from_json(KNOWN.as_json()) == KNOWN


def test_thousands_of_names_are_found_at_once():
    given = map(chr, range(0x5000, 0x5177))
    names = frozenset(a + b + c for c in given for a in "王李张刘陈杨赵吴徐孙" for b in "建国明华丽芳军洋")
    texts = [*personal_forms.ordinary(1000), min(names)]
    begin = time.process_time()
    shown = archive.Archive(names=names).hide(texts)
    assert time.process_time() - begin < 2  # a quarter of it on an idle machine
    assert len(names) == 30_000
    assert shown[:-1] == texts[:-1]
    assert shown[-1].endswith("**")
