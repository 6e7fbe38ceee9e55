"""What of a text is in the other language: English words in a Chinese one, Chinese in an English one."""

import re

from aftersales.contract.errors import InputError
from aftersales.contract.schema import CODES, LISTED, TABLES

# Names that are the same in both languages: of things of the trade, of programs, of forms of files.
_NAMES = (
    "VIN CSS MOT TOP PDF YAML HTML MHTML XML CSV UTF GB ASCII SMTP TLS PEM URL SQL MB KB "
    "Excel WPS Python JupyterLab Typst Parquet PostgreSQL Chromium Dask Ctrl Mac "
    "csv xlsx xls parquet json yaml zh en pip uv papermill glue explain DataFrame Figure ReportTable "
    "None True False NaN aftersales make demo NAME"
)
NAMES = frozenset(_NAMES.split())
# What is quoted, or a name by its form: a file, a path, a key, an option, a variable, a number of a case.
_QUOTED = re.compile(
    r"“[^”]*”|《[^》]*》|`[^`]*`|'[^'\n]*'|\"[^\"\n]*\"|\[[^\]\n]*\]|<[^>\n]*>"
    r"|[\w.@+-]*[/\\][^\s，。：；、（）()]*"  # a path
    r"|\benv:\w*|(?<![\w-])--?[a-z][a-z-]*|\b\w+=[^\s，。；、）)]+"  # an option
    r"|\b[A-Za-z][\w-]*[._@]\w[\w.@-]*|\b[A-Z]+_[A-Z_]+|\b\w*\d\w*\b",
    re.ASCII,
)
# A command of ours as it is to be typed.
_COMMAND = re.compile(r"(?:\S*python\S* -m |uv run )?\baftersales [a-z-]+|\bmake [a-z-]+")
_FILE = re.compile(r"[^\s，。：；、“”'/]+\.(?:csv|xlsx?|xlsm|parquet|ipynb|ya?ml|json|html|pdf|txt|db)\b")
_WORD = re.compile(r"[A-Za-z]{2,}")
_CHINESE = re.compile(r"[\u3400-\u9fff，。：；、（）！？]+")
_BOTH = sorted(
    {name for t in TABLES.values() for named in (t, *t.columns) for name in (named.name, named.zh)}
    | {zh for codes in CODES.values() for zh, _ in codes.values()}
    | {"是", "否", "特别满意", LISTED, "仅限店内使用", "客户服务月报", "示范店"},
    key=len,
    reverse=True,
)


def foreign(text, lang, values=()):
    """The words of the other language in a text, but for names, for what is quoted, and for given values."""
    text = _plain(text, values)
    if lang == "zh":
        return [word for word in _WORD.findall(text) if word not in NAMES]
    for name in _BOTH:
        text = text.replace(name, " ")
    return _CHINESE.findall(text)


def _plain(text, values):
    """A text without what is quoted or a name by its form."""
    for value in sorted(filter(None, map(str, values)), key=len, reverse=True):
        text = text.replace(value, "·")
    text = re.sub(r"\n    .*", "", text)  # code of a notebook
    return _QUOTED.sub("·", _FILE.sub("·", _COMMAND.sub("·", text)))


# More than a name: two English words, a Chinese clause.
_PHRASE = {
    "zh": re.compile(r"[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}"),
    "en": re.compile(r"[，。；！？]|[\u3400-\u9fff]{6,}"),
}


def phrases(text, lang, values=()):
    """What of a text is more than a name of the other language."""
    return _PHRASE[lang].findall(_plain(text, values)) if foreign(text, lang, values) else []


def foreign_in_error(error):
    """Phrases of an error in the language that is not its own, with the text that they stand in."""
    out = []
    for lang in ("zh", "en"):
        text = error.text(lang)
        values = []
        if isinstance(error, InputError):
            for fault in error.faults:
                values += [fault.file, fault.sheet, fault.column]
                values += [
                    part for part in (fault.got, fault.expected, fault.record) if isinstance(part, str)
                ]
        if phrases(text, lang, values):
            out.append((lang, text))
    return out
