"""The params: overrides, origins and errors that help."""

import shutil

import pytest
import yaml

from aftersales.contract import params, questions
from aftersales.contract.errors import InputError


@pytest.fixture
def folder(tmp_path):
    shutil.copy(params.ROOT / "params" / "default.yml", tmp_path)
    return tmp_path


def test_a_month_overrides_single_keys_and_says_where_they_come_from(folder):
    (folder / "2024-04.yml").write_text("targets: {ftf.rate: 0.99}\nchurn_months: 7\n")
    april, march = params.load("2024-04", folder), params.load("2024-03", folder)
    assert (april.targets["ftf.rate"], april.churn_months) == (0.99, 7)
    assert (march.targets["ftf.rate"], march.churn_months) == (0.98, 6)
    assert april.targets["oem.mot"] == march.targets["oem.mot"]
    assert april.origins["targets.ftf.rate"] == "2024-04.yml"
    assert april.origins["targets.oem.mot"] == "default.yml"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("churn_month: 6", ["unknown key churn_month", "churn_months"]),
        ("weights: {loung: 0.1}", ["weights.loung", "weights.lounge"]),
        ("weights: {lounge: 0.2}", ["sum to 1", "1.1"]),
        ("base_months: zwölf", ["base_months", "zwölf", "whole number"]),
        ("lang: de", ["lang", "zh or en"]),
        ("rate_base: [", ["2024-04.yml", "YAML"]),
        ("mask: true\nmask: false", ["'mask'", "twice"]),
        ("targets: {ftf.rate: high}", ["targets", "number"]),
        ("targets: {ftf.rat: 0.98}", ["targets.ftf.rat", "targets.ftf.rate"]),
        ("- a\n- b", ["2024-04.yml", "key: value"]),
        ("recipients: {boss: [a@b.c]}", ["recipients.boss"]),
    ],
)
def test_a_bad_file_is_told_with_file_key_and_expectation(folder, text, told):
    (folder / "2024-04.yml").write_text(text)
    with pytest.raises(InputError) as error:
        params.load("2024-04", folder)
    assert all(part in str(error.value) for part in told), str(error.value)


def test_without_a_default_file_the_message_names_it(tmp_path):
    with pytest.raises(InputError, match=r"default\.yml: no such file"):
        params.load(path=tmp_path)


def test_a_file_older_than_a_setting_has_the_shipped_one(tmp_path):
    whole = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    old = yaml.safe_load(whole)
    assert {key: old.pop(key) for key in params.SHIPPED} == params.SHIPPED
    (tmp_path / "default.yml").write_text(yaml.safe_dump(old, allow_unicode=True), encoding="utf-8")
    found = params.load(path=tmp_path)
    assert {key: getattr(found, key) for key in params.SHIPPED} == params.SHIPPED
    assert "themes" in found._repr_html_()


@pytest.mark.parametrize(
    "line",
    ["grace_minutes: -1", "return_days: 1.5", "return_km: far", "themes: {时间: 慢}"],
)
def test_a_setting_of_the_second_round_that_is_wrong_is_told(tmp_path, line):
    whole = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    (tmp_path / "default.yml").write_text(whole, encoding="utf-8")
    (tmp_path / "2024-04.yml").write_text(line, encoding="utf-8")
    with pytest.raises(InputError, match=line.split(":")[0]):
        params.load("2024-04", tmp_path)


@pytest.mark.parametrize(
    "events",
    [
        "[{month: 2024-13, text: 换系统}]",
        "[{month: 2024-01}]",
        "[{month: 2024-01, text: ''}]",
        "{month: 2024-01, text: 换系统, more: 1}",
        "换系统",
    ],
)
def test_an_event_is_a_month_and_a_text(tmp_path, events):
    text = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    (tmp_path / "default.yml").write_text(text.replace("events: []", f"events: {events}"), encoding="utf-8")
    with pytest.raises(InputError, match="events"):
        params.load(path=tmp_path)


def test_a_question_in_other_words_has_no_topic_of_the_old_ones(tmp_path):
    text = (params.ROOT / "params" / "default.yml").read_text(encoding="utf-8")
    (tmp_path / "default.yml").write_text(text, encoding="utf-8")
    own = "questionnaire: {q5: {zh: 今天的停车方便吗？}, q6: {en: Was the car washed?}}\n"
    own += "events: [{month: 2024-02, text: 电话13812345678}]"
    (tmp_path / "2024-04.yml").write_text(own, encoding="utf-8")
    found = params.load("2024-04", path=tmp_path)
    topics = questions.topics(found.questionnaire)
    assert topics["q5"] == "问题五 今天的停车方便…"
    assert topics["q6"] == "洗车"
    assert "13812345678" not in str(found.events)
