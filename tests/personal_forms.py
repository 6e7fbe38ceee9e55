"""Forms of personal data as people type them, and ordinary sentences, of ``personal_forms.yml``."""

import random
import re
from pathlib import Path

import yaml

_READ = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
# By what is shown of them, and each with what is shown of it.
SAME: dict[str, list[str]] = _READ["same"]
EACH: dict[str, str] = _READ["each"]


def ordinary(count: int, seed: int = 16) -> list[str]:
    """So many different sentences in the words of the trade, with nothing of a customer in them."""
    chance = random.Random(seed)

    def word(found: re.Match) -> str:
        if found[1] == "n":
            return str(chance.randint(1, 9))
        if found[1] == "day":
            return f"2024-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        if found[1] == "hour":
            return f"{chance.randint(7, 20):02d}:{chance.randint(0, 59):02d}"
        return chance.choice(_READ["words"][found[1]])

    made: dict[str, None] = {}
    while len(made) < count:
        made[re.sub(r"\{(\w+)\}", word, chance.choice(_READ["sentences"]))] = None
    return list(made)
