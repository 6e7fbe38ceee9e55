"""What ends a command: bad input, or that something failed."""

from __future__ import annotations

from collections.abc import Sequence

from aftersales.contract import faults as wording
from aftersales.contract.faults import Fault as Fault
from aftersales.contract.message import Message, spoken


class AftersalesError(Exception):
    """The report could not be made; the message says why. Exit code 1."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message)

    def text(self, lang: str) -> str:
        """What it says in a language."""
        return self.message.text(lang)

    def __str__(self) -> str:
        return self.text(spoken())

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it: what is wrong and what to do, and no way through the program."""
        return [f"{type(self).__name__}: {self}"]


class InputError(AftersalesError):
    """The input or the call is bad. Exit code 2.

    Parameters
    ----------
    faults : sequence of Fault, or Message
        Everything that is wrong, told in one go: a line a column and distinct value.
    """

    def __init__(self, faults: Sequence[Fault] | Message) -> None:
        self.faults: list[Fault] = [] if isinstance(faults, Message) else list(faults)
        Exception.__init__(self, faults)  # as it is made again where it was sent from another process
        if isinstance(faults, Message):
            self.message = faults

    def text(self, lang: str) -> str:
        """What it says in a language."""
        return wording.text(self.faults, lang) if self.faults else self.message.text(lang)


class NoSuchName(InputError, AttributeError):
    """An object or module has nothing of that name; to `hasattr` and the like an AttributeError as any."""
