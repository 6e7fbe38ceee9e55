"""What several tests share: the deck's store, its month, the params."""

import pandas as pd
import pytest

from aftersales import demo, params
from aftersales.tables import Tables


@pytest.fixture(scope="session")
def month():
    """The deck's month."""
    return pd.Period("2024-04")


@pytest.fixture(scope="session")
def settings():
    """The params as they are delivered."""
    return params.load()


@pytest.fixture(scope="session")
def deck():
    """The built-in store, whose April is the deck."""
    return Tables(store="示范店", **demo.generate())
