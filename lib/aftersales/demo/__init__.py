"""The built-in demo store: the records of stores that do not exist, for trying the report and for tests.

``generate()`` makes the store of the deck, whose last month has the figures that the deck prints; with a seed
it makes another store. Everything is built to counts (`plan`), nothing is read from a file.
"""

from aftersales.demo.files import write
from aftersales.demo.store import generate

__all__ = ["generate", "write"]
