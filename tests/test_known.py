"""What a value tells: a time of day, a vehicle."""

import pandas as pd
import pytest
import sqlalchemy as sa
from conftest import thinned

from aftersales import demo, findings, metrics
from aftersales.contract import params
from aftersales.contract.schema import SILENT_WITHOUT, TABLES
from aftersales.contract.vehicles import usable, with_vehicle
from aftersales.metrics.known import has_time, timed
from aftersales.sources.cached import cached_load
from aftersales.sources.options import ReadOptions


def dates(*texts):
    return pd.Series(pd.to_datetime(list(texts), format="ISO8601"))


def test_a_day_is_no_time():
    assert has_time(dates("2024-04-01", "2024-04-01 00:01", None)).tolist() == [False, True, False]
    assert has_time(dates("2024-04-01", "2024-04-02")).tolist() == [False, False]
    assert has_time(dates(None, None)).tolist() == [False, False]
    assert has_time(dates()).tolist() == []


def test_the_reader_may_say_which_midnights_were_written():
    stamps = dates("2024-04-01", "2024-04-01 00:00", "2024-04-02 09:00")
    days = pd.Series([True, False, False])
    assert has_time(stamps, days).tolist() == [False, True, True]
    frame = pd.DataFrame({"opened_at": stamps, "opened_at_day": days, "closed_at": stamps})
    assert timed(frame, "opened_at").tolist() == [False, True, True]
    assert timed(frame, "opened_at", "closed_at").tolist() == [False, False, True]
    # all midnight: days, however they were written
    assert has_time(stamps[:2], days[:2]).tolist() == [False, False]


def test_a_vin_that_names_no_vehicle():
    told = {
        "无": False,
        "0": False,
        "00000000000000000": False,
        "ABC12": False,
        "  AB1  ": False,
        "": False,
        None: False,
        "ABC123": True,
        "123456": True,
        "LSVAM4187C2184841": True,
        "000001": True,
        # masked: judged by what is left
        "***********184841": True,
        "***********184841~2": True,
        "***********000000": False,
        "***********无": False,
    }
    for kind in ("str", object):
        assert usable(pd.Series(list(told), dtype=kind)).tolist() == list(told.values())
    assert usable(pd.Series([], dtype="str")).tolist() == []


def test_a_reader_that_saw_the_vin_before_it_was_masked_knows_better():
    frame = pd.DataFrame({"vin": ["***********41", "***********000000"], "vin_usable": [True, True]})
    assert len(with_vehicle(frame)) == 2
    assert len(with_vehicle(frame[["vin"]])) == 0


# The same complaints in the forms that a source may have: K1 was contacted on a day, K2 received on one.
RECEIVED, CONTACTED, CLOSED = "受理时间", "首次联系时间", "关闭时间"
ROWS = [
    ("K1", "2024-04-03 09:00", "2024-04-03", "2024-04-05"),
    ("K2", "2024-04-05", "2024-04-05 10:00", "2024-04-06"),
    ("K3", "2024-04-08 09:00", "2024-04-08 10:30", "2024-04-09"),
]


def as_csv(frame, folder):
    frame.to_csv(folder / "complaints.csv", index=False)


def as_workbook(frame, folder):
    for column in (RECEIVED, CONTACTED, CLOSED):
        frame[column] = pd.to_datetime(frame[column], format="mixed")
    frame.to_excel(folder / "complaints.xlsx", index=False)


def as_parquet(frame, folder):
    for column in (RECEIVED, CONTACTED):
        frame[column] = pd.to_datetime(frame[column], format="mixed")
    frame[CLOSED] = pd.to_datetime(frame[CLOSED]).dt.date  # date32
    frame.to_parquet(folder / "complaints.parquet")


def as_database(frame, folder):
    for column in (RECEIVED, CONTACTED):
        frame[column] = pd.to_datetime(frame[column], format="mixed")
    frame[CLOSED] = pd.to_datetime(frame[CLOSED]).dt.date
    engine = sa.create_engine(f"sqlite:///{folder}/s.db")
    orders = pd.read_csv(folder / "repair_orders.csv", dtype=str)
    orders.to_sql("repair_orders", engine, index=False)
    frame.to_sql("complaints", engine, index=False, dtype={CLOSED: sa.Date()})
    engine.dispose()
    return f"sqlite:///{folder}/s.db"


@pytest.mark.parametrize("form", [as_csv, as_workbook, as_parquet, as_database])
def test_hours_are_those_of_stamps_with_a_time_whatever_the_form(tmp_path, form):
    (tmp_path / "repair_orders.csv").write_text(
        "工单号,VIN,客户类型,开单时间\nR1,LSVAA2180E2100001,私车,2024-04-09 09:00\n", encoding="utf-8"
    )
    frame = pd.DataFrame(ROWS, columns=["投诉编号", RECEIVED, CONTACTED, CLOSED])
    frame = frame.assign(类别="时间", 责任部门="前台", 状态="已关闭")
    source = form(frame, tmp_path) or str(tmp_path)
    tables = cached_load(source, None, ReadOptions(default_store="店"), first="2022-01", last="2024-04")
    figures = metrics.all_figures(tables, pd.Period("2024-04"), params.load())
    assert figures["complaints.hours_to_contact"] == 1.5
    assert figures["complaints.hours_to_close"] is None
    assert figures["complaints.hours_to_close_p90"] is None
    assert figures["complaints.closed_14_rate"] == 1
    notes = [(n.code, n.values["days"]) for n in metrics.remarks.of_month(tables, pd.Period("2024-04"))]
    assert notes == [("hours_of_some", 2), ("hours_unknown", 3)]
    register = metrics.complaints.register(tables.complaints, pd.Period("2024-04"))
    assert register["overdue"].isna().tolist() == [True, True, False]


def test_what_is_late_whatever_the_hour_is_late():
    complaints = pd.DataFrame(
        {
            "complaint_id": ["K1", "K2", "K3"],
            "received_at": dates("2024-04-01", "2024-04-01", "2024-04-29"),
            "first_contact_at": dates("2024-04-01", "2024-04-02", None),
            "closed_at": dates("2024-04-02", "2024-04-10", None),
            "status": ["closed", "closed", "open"],
        }
    ).reindex(columns=["store", *metrics.complaints.REGISTER[:15]])
    april = pd.Period("2024-04")
    promised = {"contact": 2.0, "close": 72.0}
    register = metrics.complaints.register(complaints, april, promised)
    assert register["overdue"].tolist()[1:] == [True, True]  # from the 2nd to the 10th; a day without contact
    assert register["overdue"].isna().tolist() == [True, False, False]
    assert register["hours_to_close"].isna().all()
    waiting = metrics.complaint_handling.waiting(complaints, april, {"close": 20.0})
    assert waiting["complaint_id"].tolist() == ["K3"]
    assert waiting["over_hours"].isna().all()
    words = findings.complaints.hours(register, promised, april)
    assert words["title"] == "时间只记到日，不知用了几小时"
    assert "n = 0" in words["subtitle"]
    said = findings.complaint_handling.headline(
        metrics.complaint_handling.figures(complaints, None, april), 3, 3
    )
    assert "不知几小时关闭" in said
    assert "九成" not in said


def lacking(tmp_path, **tables):
    """A source of one order and some tables, each a text of lines."""
    order = "工单号,VIN,客户类型,开单时间\nR1,LSVAA2180E2012345,私车,2024-04-09 09:00\n"
    for name, text in {"repair_orders": order, **tables}.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return cached_load(str(tmp_path), None, ReadOptions(default_store="本店"))


def test_jobs_without_the_cause_of_rework_are_not_all_fixed_at_once(tmp_path, month):
    jobs = "派工号,工单号,维修技师,完工时间\nJ1,R1,高凯,2024-04-09 11:00\n"
    tables = lacking(tmp_path, jobs=jobs)
    found = metrics.all_figures(tables, month, params.load())
    assert (found["ftf.jobs"], found["ftf.not_fixed"], found["ftf.rate"]) == (1, None, None)
    assert found["volume.jobs"] == 1
    (told,) = [note for note in tables.notes if note.code == "silent_without"]
    assert "未一次修复原因" in told.text("zh")
    assert "rework_cause" in told.text("en")
    jobs = "派工号,工单号,维修技师,完工时间,未一次修复原因\nJ1,R1,高凯,2024-04-09 11:00,\n"
    tables = lacking(tmp_path, jobs=jobs)
    assert metrics.first_time_fix.figures(tables.jobs, month)["ftf.rate"] == 1


# What is counted without a column, and why it is right all the same.
WITHOUT = {
    ("repair_orders", "promised_at"): {"delivery.orders", "delivery.on_time", "delivery.late_30"},  # of none
    ("repair_orders", "delivered_at"): {"delivery.orders", "delivery.on_time", "delivery.late_30"},
    ("repair_orders", "order_type"): {"ftf.return_orders", "ftf.returned"},
    ("repair_orders", "mileage_km"): {"ftf.returned", "ftf.return_rate"},  # the days alone decide
}


KEPT = ("store", "advisor", "closed_at")


def test_a_column_that_is_not_there_makes_no_figure_another(tmp_path_factory, month, monkeypatch):
    """Each column that may be missing is taken out: a figure stays as it is, or is unknown."""
    folder = tmp_path_factory.mktemp("columns")
    monkeypatch.setenv("AFTERSALES_CACHE", str(folder / "cache"))
    source, settings = folder / "in", params.load()
    source.mkdir()
    for name, frame in thinned(demo.generate(months=8, seed=3), 12).items():
        frame.to_csv(source / f"{name}.csv", index=False)

    def found():
        tables = cached_load(str(source), None, ReadOptions(default_store="示范店", masked=False))
        return metrics.all_figures(tables, month, settings), {note.code for note in tables.notes}

    whole, _ = found()
    assert sum(value is not None for value in whole.values()) > 60
    for table in TABLES.values():
        file = source / f"{table.name}.csv"
        text, frame = file.read_bytes(), pd.read_csv(file, dtype=str, keep_default_na=False)
        # refused, or the only store
        optional = [c.name for c in table.columns if not c.required and c.name not in KEPT]
        alone = [n for n in optional if n in SILENT_WITHOUT.values() or (table.name, n) in WITHOUT]
        for names in ([n for n in optional if n not in alone], *([n] for n in alone)):
            frame.drop(columns=names).to_csv(file, index=False)
            now, told = found()
            other = {n for n, value in now.items() if value is not None and value != whole[n]}
            assert other <= WITHOUT.get((table.name, names[0]) if names else ("", ""), set()), names
            unknown = {n for n, value in now.items() if value is None and whole[n] is not None}
            if names == [SILENT_WITHOUT.get(table.name)]:
                assert unknown
                assert "silent_without" in told
        file.write_bytes(text)


def test_what_a_missing_column_counts_as_is_told(tmp_path, month):
    complaints = "投诉编号,受理时间,类别,责任部门,状态\nC1,2024-04-10 10:00,时间,前台,处理中\n"
    actions = "编号,提出月份,部门,存在问题\nA1,2024-03,前台,等待\n"
    tables = lacking(tmp_path, complaints=complaints, actions=actions)
    told = [note.text("zh") for note in tables.notes if note.code == "all_default"]
    assert len(told) == 1
    assert "“级别”" in told[0]
    assert "“一般”" in told[0]
    found = metrics.all_figures(tables, month, params.load())
    assert (found["review.actions"], found["review.not_started"], found["review.completion_rate"]) == (
        1,
        None,
        None,
    )


def test_what_is_unknown_is_said_to_be(tmp_path, month):
    """No sentence of a table that is silent says that all was well, or None."""
    jobs = "派工号,工单号,维修技师,完工时间\nJ1,R1,高凯,2024-04-09 11:00\n"
    calls = "回访编号,工单号,回访时间,回访结果\nH1,R1,2024-04-12 10:00,有效\n"
    actions = "编号,提出月份,部门,存在问题,完成时间\nA1,2024-03,前台,等待,2024-03-20\n"
    tables = lacking(tmp_path, jobs=jobs, survey_calls=calls, actions=actions)
    found = metrics.all_figures(tables, month, params.load())
    measures = metrics.review.measures(tables.actions, month)
    for lang, unknown in (("zh", "无从得知"), ("en", "unknown")):
        told = (
            findings.first_time_fix.headline(found, None, [], lang),
            findings.internal_css.headline(found, "valid", lang=lang),
            findings.review.headline(found, lang),
        )
        assert [unknown in text for text in told] == [True] * 3, told
        assert "None" not in "".join(told)
        causes = metrics.first_time_fix.causes(tables.jobs, month)
        assert "都一次" not in findings.first_time_fix.causes(causes, found, month, lang)["title"]
        assert "逾期" not in findings.review.actions(measures, month, lang)["title"]
    assert measures["days_late"].isna().all()
    assert metrics.waiting.table(tables.actions, month).empty
