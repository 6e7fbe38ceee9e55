"""Suggestions by keyword."""

import pandas as pd
from random_store import frame

from aftersales.metrics import themes

KEYWORDS = {
    "时间": ["等太久", "慢"],
    "休息区": ["wifi", "空调"],
    "价格": ["贵"],
    "洗车": ["洗车"],
    "空": [""],
}


def table(*said, keywords=KEYWORDS):
    calls = [
        {
            "call_id": f"C{i}",
            "called_at": pd.Timestamp("2024-04-02 09:00"),
            "result": result,
            "q1": q1,
            "suggestion": text,
        }
        for i, (text, q1, result) in enumerate(said)
    ]
    return themes.table(frame("survey_calls", calls), pd.Period("2024-04"), keywords)


def test_themes():
    made = table(
        ("ＷＩＦＩ太慢，等太久", 60.0, "valid"),
        ("等太久", 100.0, "valid"),
        ("WiFi", None, "valid"),
        ("很好", 80.0, "valid"),
        ("太贵", 20.0, "refused"),
        (None, 80.0, "valid"),
        ("  ", 80.0, "valid"),
    )
    assert list(made.columns) == themes.THEMES
    told = {
        r["theme"]: (r["count"], r["share"], r["disappointed"], sorted(r["calls"]))
        for r in made.to_dict("records")
    }
    assert told == {
        "时间": (2, 0.5, 1, ["C0", "C1"]),
        "休息区": (2, 0.5, 1, ["C0", "C2"]),
        None: (1, 0.25, 0, ["C3"]),
    }
    assert list(told)[-1] is None  # what fits no theme stands last, however many they are


def test_without_themes_or_suggestions():
    assert table(("等太久", 60.0, "valid"), keywords={})["theme"].tolist() == [None]
    assert len(table()) == len(table(("", 60.0, "valid"))) == 0
    assert list(themes.table(None, pd.Period("2024-04"), KEYWORDS).columns) == themes.THEMES
    assert themes.themes_of("什么都好", KEYWORDS) == []
