"""Command templates and the table that takes a command's text to its handler.

A template is UnrealCV's own notation: `vset /camera/[uint]/location [float] [float] [float]`. The verb is compared
exactly; the rest must match as a whole, trailing blanks apart. Of two templates that match, the later one wins.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from ..world import Output
from .state import CommandError, Studio, StudioState

log = logging.getLogger(__name__)

Argument = int | float | str
# Wider than UnrealCV's [float]: that one has no exponent and so refuses what Python prints for 0.00001.
PLACEHOLDERS = {
    "[uint]": r"([0-9]*)",
    "[float]": r"([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)",
    "[str]": r"([^ ]*)",
}
MAX_UINT_DIGITS = 9


@dataclass(frozen=True)
class Answer:
    """body: text, or binary that is sent as it is;  state: what holds from now on, None where nothing changed."""

    body: str | bytes | bytearray | memoryview = "ok"
    state: StudioState | None = None


Handler = Callable[..., Answer]


@dataclass(frozen=True)
class Route:
    """One row of the command table. handler(studio, state, *arguments) -> Answer, raising CommandError.

    outputs: what the handler has drawn of the camera that is its first argument.
    """

    template: str
    description: str
    handler: Handler
    outputs: frozenset[Output] = frozenset()

    @property
    def verb(self) -> str:
        return self.template.partition(" ")[0]

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        return tuple(re.findall(r"\[(?:uint|float|str)\]", self.template))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        literal_or_placeholder = re.split(r"(\[(?:uint|float|str)\])", self.template)
        return re.compile("".join(PLACEHOLDERS.get(part, re.escape(part)) for part in literal_or_placeholder) + " *")

    def arguments(self, command: str) -> tuple[Argument, ...] | None:
        """The command's typed arguments, None where it does not match; CommandError for a number out of all bounds."""
        match = self.pattern.fullmatch(command)
        if match is None:
            return None
        return tuple(_argument(kind, text) for kind, text in zip(self.kinds, match.groups(), strict=True))


def _argument(kind: str, text: str) -> Argument:
    if kind == "[uint]":
        if not 0 < len(text) <= MAX_UINT_DIGITS:
            raise CommandError(f"Argument Invalid: expected a whole number, found '{text[:20]}'")
        return int(text)
    if kind == "[float]":
        if not math.isfinite(float(text)):
            raise CommandError(f"Argument Invalid: expected a finite number, found '{text[:20]}'")
        return float(text)
    return text


class Dispatcher:
    """The command table. Holds no state: `run` takes one state and gives the next."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._by_verb: dict[str, list[Route]] = {}
        for route in reversed(self.routes):
            self._by_verb.setdefault(route.verb, []).append(route)

    def find(self, command: str) -> tuple[Route, tuple[Argument, ...]]:
        """The route of a command and its arguments; CommandError with UnrealCV's text where there is none."""
        for route in self._by_verb.get(command.partition(" ")[0], ()):
            arguments = route.arguments(command)
            if arguments is not None:
                return route, arguments
        # Both generations of clients are served: one looks for the first sentence, the older for the second.
        raise CommandError(f"No handler found for URI '{command[:200]}'. Can not find a handler")

    def outputs_ahead(self, commands: Iterable[str]) -> dict[int, frozenset[Output]]:
        """What these commands will have drawn, by camera: so that each camera is drawn once for all of them."""
        ahead: dict[int, frozenset[Output]] = {}
        for command in commands:
            try:
                route, arguments = self.find(command)
            except CommandError:
                continue
            if route.outputs and isinstance(arguments[0], int):
                ahead[arguments[0]] = ahead.get(arguments[0], frozenset()) | route.outputs
        return ahead

    def run(self, studio: Studio, state: StudioState, command: str) -> Answer:
        """Run one command. Whatever goes wrong becomes an `error ...` text, and the state stays as it was."""
        try:
            route, arguments = self.find(command)
            return route.handler(studio, state, *arguments)
        except CommandError as error:
            return Answer(f"error {error}")
        except Exception as error:  # the server outlives a failing renderer or library; the log has the traceback
            log.exception("command failed: %s", command[:200])
            return Answer(f"error Internal error: {type(error).__name__}: {error}")
