"""The params of one store: the file `params/stores/<store>.yml`, and which one is a store's."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from aftersales.contract.errors import InputError
from aftersales.contract.message import Message, listed
from aftersales.contract.names import folder_name, store_key

FOLDER = "stores"
_ENDING = ".yml"


def name(store: str) -> str:
    """What the file of a store is called, from the folder of the params.

    >>> name("东城/二店")
    'stores/东城%2F二店.yml'
    """
    return f"{FOLDER}/{folder_name(store)}{_ENDING}"


def is_file(origin: str) -> bool:
    """Whether the origin of a setting is the file of a store.

    >>> is_file("stores/城东店.yml"), is_file("default.yml")
    (True, False)
    """
    return origin.startswith(f"{FOLDER}/")


def files(params: Path) -> list[Path]:
    """The files of all stores, in order."""
    try:
        existing = sorted((params / FOLDER).iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [path for path in existing if path.name.endswith(_ENDING) and not path.name.startswith(".")]


def store_of(file: Path) -> str:
    """The store that a file is called after."""
    return unquote(file.name.removesuffix(_ENDING))


def file_of(store: str, params: Path) -> Path | None:
    """The file of a store, however blanks and widths of its name are typed; None where it has none.

    Raises
    ------
    InputError
        Two files are this store's, or one that is called almost so would be passed over in silence.
    """
    wanted = store_key(store)
    existing = files(params)
    found = [path for path in existing if store_key(store_of(path)) == wanted]
    if len(found) > 1:
        names = listed([f"{FOLDER}/{path.name}" for path in found])
        raise InputError(
            Message(
                f"门店 {store} 的参数文件有{len(found)}个：{names.zh}。请合成一个，叫 {name(store)}。",
                f"store {store}: {len(found)} params files are its own: {names.en}. "
                f"Make one of them, {name(store)}.",
            )
        )
    if found:
        return found[0]
    if (close := _almost(wanted, params)) is not None:
        raise InputError(
            Message(
                f"{FOLDER}/{close.name}：文件名与门店 {store} 只差大小写或扩展名，读不到。"
                f"是这家店的就改名为 {name(store)}，不是就请移走。",
                f"{FOLDER}/{close.name}: its name differs from the store {store} by case or ending alone, so "
                f"it would not be read. Call it {name(store)} if it is that store's; else move it away.",
            )
        )
    return None


def _almost(wanted: str, params: Path) -> Path | None:
    """A file that is meant for a store, as its name but for case and ending says."""
    folder = params / FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        stem, dot, ending = path.name.rpartition(".")
        if dot and ending.lower() in ("yml", "yaml") and not path.name.startswith("."):
            key = store_key(unquote(stem))
            other_case = key.casefold() == wanted.casefold() and key != wanted
            if other_case or (key == wanted and f".{ending}" != _ENDING):
                return path
    return None
