"""What a value tells: a time of day, a vehicle."""

import pandas as pd

from aftersales.contract.vehicles import usable, with_vehicle
from aftersales.metrics.known import has_time, timed


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
