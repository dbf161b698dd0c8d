"""Where commands are run: the one place that holds the state and puts the next one in its stead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .dispatcher import Dispatcher
from .protocol import MAX_ID_DIGITS, MAX_PAYLOAD_BYTES, Body
from .state import Studio, StudioState

MAX_BODY_BYTES = MAX_PAYLOAD_BYTES - MAX_ID_DIGITS - 1


class Stage:
    """The current state, and the commands that replace it."""

    def __init__(self, studio: Studio, dispatcher: Dispatcher, state: StudioState) -> None:
        self.studio = studio
        self.dispatcher = dispatcher
        self.state = state

    def run(self, commands: Sequence[str]) -> Iterator[Body]:
        """The answers, one by one as they are made. Nothing else changes the world between the first and the last."""
        with self.studio.views.expecting(self.dispatcher.outputs_ahead(commands), self.state.cameras):
            for command in commands:
                answer = self.dispatcher.run(self.studio, self.state, command)
                if answer.state is not None:
                    self.state = answer.state
                body = answer.body.encode() if isinstance(answer.body, str) else answer.body
                if not 0 < len(body) <= MAX_BODY_BYTES:
                    body = f"error The reply would be {len(body)} bytes, expected 1..{MAX_BODY_BYTES}".encode()
                yield body
