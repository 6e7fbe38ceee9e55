"""The params of one store: its file, what it takes from the others, and what is nobody else's."""

import json
import shutil

import pytest

from aftersales.cache import chapters as cached_chapters
from aftersales.cache import store as cache
from aftersales.chapters.context import context
from aftersales.contract import call, home, params, recipients
from aftersales.contract.errors import InputError
from aftersales.explanation.explain import explain
from aftersales.export import manifest
from aftersales.sources import load as inputs

EAST, WEST = "城东店", "城西店"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Params of the delivered store, with a folder for those of others."""
    at = tmp_path / "params"
    (at / "stores").mkdir(parents=True)
    shutil.copy(params.ROOT / "params" / "default.yml", at)
    monkeypatch.setenv(home.VARIABLE, str(at))
    return at


def write(folder, store, text):
    (folder / "stores" / f"{store}.yml").write_text(text, encoding="utf-8")


@pytest.fixture
def source(tmp_path):
    """Orders of two stores, in one file."""
    at = tmp_path / "exports"
    at.mkdir()
    rows = [
        f"{store},{store}{n},LSVAA2180E200000{n},private,2024-04-0{n} 09:00,1"
        for store in (EAST, WEST)
        for n in range(1, 6)
    ]
    text = "\n".join(["门店,工单号,VIN,客户类型,开单时间,结算金额", *rows])
    (at / "维修工单.csv").write_text(text, encoding="utf-8")
    return at


def test_a_store_overrides_month_and_default_and_no_other_store_notices(folder):
    (folder / "2024-04.yml").write_text("targets: {ftf.rate: 0.99}\nchurn_months: 7\n")
    write(folder, EAST, "targets: {ftf.rate: 0.9}\ndepartment_heads: {front: 王}\nlang: en\n")
    east, west = (params.load("2024-04", store=store) for store in (EAST, WEST))
    assert (east.targets["ftf.rate"], east.churn_months, east.lang) == (0.9, 7, "en")
    assert (west.targets["ftf.rate"], west.churn_months, west.lang) == (0.99, 7, "zh")
    assert east.targets["oem.mot"] == west.targets["oem.mot"] == 99
    assert (east.store, west.store) == (EAST, "示范店")
    assert east.origins["targets.ftf.rate"] == "stores/城东店.yml"
    assert east.origins["churn_months"] == "2024-04.yml"
    assert params.load("2024-04") == west


def test_the_own_store_of_the_params_has_its_file_too(folder):
    write(folder, "示范店", "churn_months: 8\nrecipients: {front: [f@example.com]}\n")
    own = params.load()
    assert own.churn_months == 8
    assert own.recipients["general_manager"] == ["gm@example.com"]
    assert recipients.are_of("示 范店", own)


@pytest.mark.parametrize(
    ("store", "file"),
    [
        (" 城东 店", "城东店"),
        ("城东店\u3000", "城东店"),
        ("Ａ１店", "A1店"),
        ("A1店", "Ａ１ 店"),
        ("东城/二店", "东城%2F二店"),
        (".二店", "%2E二店"),
        ("Café", "Cafe\u0301"),  # as a Mac writes it
        ("４Ｓ２０２４店", "4S2024店"),
    ],
)
def test_a_store_finds_its_file_however_it_is_typed(folder, store, file):
    write(folder, file, "churn_months: 9\n")
    assert params.load(store=store).churn_months == 9
    assert recipients.are_of(store, params.load(store=store))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("target: {}", ["stores/城东店.yml", "target", "targets"]),
        ("weights: {loung: 0.1}", ["stores/城东店.yml", "weights.loung", "weights.lounge"]),
        ("weights: {lounge: 0.2}", ["stores/城东店.yml", "sum to 1"]),
        ("recipients: {boss: [a@b.c]}", ["stores/城东店.yml", "recipients.boss"]),
        ("targets: {ftf.rat: 0.98}", ["stores/城东店.yml", "targets.ftf.rat"]),
        ("header_aliases: {里程: 3}", ["stores/城东店.yml", "里程"]),
        ("limits: {run_seconds: -1}", ["stores/城东店.yml", "limits.run_seconds"]),
        ("store: 城西店", ["stores/城东店.yml", "城西店", "城东店"]),
        ("recipients: {head_office: [h@example.com]}", ["stores/城东店.yml", "head_office", "default.yml"]),
        ("rate_base: [", ["stores/城东店.yml", "YAML"]),
        ("- a", ["stores/城东店.yml", "key: value"]),
        ("mask: 否", ["stores/城东店.yml", "mask", "true or false"]),
    ],
)
def test_a_bad_file_of_a_store_is_told_and_no_other_store_notices(folder, text, told):
    write(folder, EAST, text)
    with pytest.raises(InputError) as error:
        params.load("2024-04", store=EAST)
    assert all(part in str(error.value) for part in told), str(error.value)
    assert params.load("2024-04", store=WEST)


def test_a_fault_is_told_of_the_file_that_has_it(folder):
    (folder / "2024-04.yml").write_text("base_months: many\n")
    write(folder, EAST, "churn_months: 8\n")
    with pytest.raises(InputError, match=r"^2024-04\.yml: base_months"):
        params.load("2024-04", store=EAST)


@pytest.mark.parametrize(
    "files",
    [
        ["A店.yml", "Ａ店.yml"],
        ["A店.yml", "A 店.yml"],
        ["a店.yml"],
        ["A店.yaml"],
        ["A店.YML"],
    ],
)
def test_two_files_of_a_store_or_one_that_would_be_passed_over_are_told(folder, files):
    for name in files:
        (folder / "stores" / name).write_text("churn_months: 8\n")
    with pytest.raises(InputError) as error:
        params.load(store="A店")
    assert all(name in str(error.value) for name in [*files, "stores/A店.yml"])
    assert params.load(store="B店")


def test_what_is_no_file_of_a_store_is_passed_over(folder):
    for name in (".DS_Store", "._城东店.yml", "README.md", "城东店.yml~"):
        (folder / "stores" / name).write_text("nothing")
    assert params.load(store=EAST) == params.load()


def test_a_path_typed_as_a_store_leads_nowhere(folder):
    (folder / "x.yml").write_text("churn_months: 8\n")
    assert params.load(store="../x").churn_months == 6


def test_the_people_of_one_store_are_nobody_elses(folder):
    text = (folder / "default.yml").read_text(encoding="utf-8")
    text = text.replace("workshop: []", "workshop: [w@example.com]")
    (folder / "default.yml").write_text(text.replace("head_office: []", "head_office: [h@example.com]"))
    write(folder, EAST, "recipients: {general_manager: [east@example.com]}\n")
    write(folder, WEST, "targets: {ftf.rate: 0.9}\n")
    east, west = params.load(store=EAST), params.load(store=WEST)
    assert recipients.by_address(east) == {"east@example.com": "general_manager"}
    recipients.check_store(EAST, east)
    for store in (WEST, "示范店"):
        with pytest.raises(InputError):
            recipients.check_store(store, east)
    with pytest.raises(InputError, match=r"stores/城西店\.yml: recipients: nobody is named"):
        recipients.by_address(west)
    with pytest.raises(InputError, match=r"params/stores/城南店\.yml"):
        recipients.check_store("城南店", params.load(store="城南店"))


def test_recipients_that_came_from_elsewhere_are_no_stores(folder):
    """Whoever builds params by hand, or merges them otherwise, is refused by where they come from."""
    write(folder, EAST, "recipients: {general_manager: [east@example.com]}\n")
    east = params.load(store=EAST)
    east.recipients["workshop"] = ["w@example.com"]
    east.origins["recipients.workshop"] = "default.yml"
    assert not recipients.are_of(EAST, east)


def test_a_report_is_made_with_the_params_of_its_store(folder, source):
    """Named or found alone in the source: targets, weights, source, aliases, language."""
    (folder / "default.yml").write_text(
        (folder / "default.yml").read_text(encoding="utf-8").replace("source: demo", f"source: {source}")
    )
    write(folder, EAST, "targets: {oem.mot: 90}\nlang: en\nchurn_months: 3\n")
    east, west = (inputs.ask("2024-04", None, store, None, None) for store in (EAST, WEST))
    assert (east.store, east.lang, east.params.targets["oem.mot"]) == (EAST, "en", 90)
    assert (west.store, west.lang, west.params.targets["oem.mot"]) == (WEST, "zh", 99)
    cells = context("2024-04", EAST)
    assert (cells.target("oem.mot"), cells.params.churn_months, cells.lang) == (90, 3, "en")
    assert context("2024-04", WEST).target("oem.mot") == 99
    behind = explain("churn.lost", cells.tables, "2024-04").params
    assert ("churn_months", 3, "stores/城东店.yml") in list(behind.itertuples(index=False, name=None))
    differing = {
        key
        for key, value in manifest.of_params(east.params, folder).items()
        if value != manifest.of_params(west.params, folder)[key]
    }
    assert differing == {"store", "targets", "lang", "churn_months", "recipients"}


def test_a_store_with_a_source_and_headers_of_its_own(folder, source, tmp_path):
    own = tmp_path / "西店导出"
    own.mkdir()
    text = "单据,VIN,客户类型,开单时间\n" + "".join(
        f"W{n},LSVAA2180E200000{n},private,2024-04-0{n} 09:00\n" for n in range(1, 4)
    )
    (own / "结算单.csv").write_text(text, encoding="utf-8")
    write(
        folder,
        WEST,
        f"source: {own}\nheader_aliases: {{单据: order_id}}\ntable_names: {{结算单: repair_orders}}\n",
    )
    west = inputs.ask("4", None, WEST, None, None)
    assert (west.store, len(west.tables.repair_orders)) == (WEST, 3)
    assert len(inputs.ask("4", None, EAST, str(source), None).tables.repair_orders) == 5
    assert len(inputs.unmasked(None, WEST).repair_orders) == 3
    period, settings, tables = inputs.ask_unmasked("4", None, WEST, None, None)
    assert (str(period), settings.store, len(tables.repair_orders)) == ("2024-04", WEST, 3)
    call.check("4", None, None, WEST)
    shutil.rmtree(own)
    with pytest.raises(InputError, match="西店导出"):
        call.check("4", None, None, WEST)


def test_the_only_store_of_a_source_has_its_params_without_being_named(folder, source):
    write(folder, EAST, "targets: {oem.mot: 90}\n")
    path = source / "维修工单.csv"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(WEST)]
    path.write_text("\n".join(lines), encoding="utf-8")
    asked = inputs.ask("4", None, None, str(source), None)
    assert (asked.store, asked.params.targets["oem.mot"], asked.params.store) == (EAST, 90, EAST)
    assert context("2024-04", None, str(source)).target("oem.mot") == 90
    assert inputs.ask_unmasked("4", None, None, str(source), None)[1].targets["oem.mot"] == 90


def test_what_one_store_leaves_unmasked_is_kept_of_no_other(folder, source, tmp_path, monkeypatch):
    monkeypatch.setenv(cache.FOLDER, str(tmp_path / "cache"))
    write(folder, EAST, "mask: false\n")
    assert not inputs.ask("4", None, EAST, str(source), None).params.mask
    kept = [json.loads(p.read_bytes())["stores"] for p in (tmp_path / "cache/tables").glob("*/stores.json")]
    assert {store for stores in kept for store in stores} == {EAST}
    west = inputs.ask("4", None, WEST, str(source), None)
    assert west.params.mask
    assert not west.tables.repair_orders["vin"].str.startswith("LSVAA2180E2").any()
    east = inputs.ask("4", None, EAST, str(source), None)  # from the cache
    assert east.tables.repair_orders["vin"].str.startswith("LSVAA2180E2").all()


def test_editing_one_stores_params_remakes_no_other(folder, tmp_path):
    notebook = tmp_path / "01_x.ipynb"
    notebook.write_text("{}")

    def keys():
        return [cached_chapters.key_of(notebook, {"store": store}) for store in (EAST, WEST)]

    before = keys()
    write(folder, EAST, "churn_months: 8\n")
    after = keys()
    assert before[0] != after[0]
    assert before[1] == after[1]
    assert len(cache.settings()) == len(cache.settings(EAST)) == len(cache.settings(WEST)) + 1
