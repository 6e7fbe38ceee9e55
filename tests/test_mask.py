"""What identifies a customer is masked in every form it is typed in, and nothing else is (contract §6)."""

import pandas as pd
import pytest

from aftersales.contract import mask
from aftersales.sources import pipeline
from aftersales.sources.options import ReadOptions


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        *[
            (number, "138****8000")
            for number in (
                "13800138000",
                "138 0013 8000",
                "138-0013-8000",
                "138.0013.8000",
                "+86 138 0013 8000",
                "8613800138000",
                "0086-13800138000",
                "１３８００１３８０００",
                "138 001 38000",
                "138001 38000",
                "138  0013  8000",
                "138\u200b0013\u200b8000",
                "138_0013_8000",
            )
        ],
        ("13800138000/13900139000", "138****8000/139****9000"),
        ("(021)12345678", "021****5678"),
        ("0512-1234567", "0512****4567"),
        ("02112345678", "021****5678"),
        ("电话62345678", "电话****5678"),
        *[
            (plate, "沪A·***45")
            for plate in (
                "沪A12345",
                "沪A·12345",
                "沪A-12345",
                "沪A・12345",
                "沪a12345",
                "沪A D12345",
                "沪AD12345",
                "沪ＡＤ１２３４５",
            )
        ],
        ("沪A12345D", "沪A·***5D"),
        ("粤Z1234港", "粤Z·***4港"),
        *[
            (vin, "***********123456")
            for vin in (
                "LSVAM4187E2123456",
                "lsvam4187e2123456",
                "LSVAM 4187E2 123456",
                "ＬＳＶＡＭ４１８７Ｅ２１２３４５６",
            )
        ],
        ("VINLSVAM4187E2123456", "VIN***********123456"),
    ],
)
def test_every_form_is_masked(typed, shown):
    assert mask.text(f"车主{typed}，来电") == f"车主{shown}，来电"


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
