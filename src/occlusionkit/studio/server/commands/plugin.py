"""`/unrealcv`: what the server is and can do, and the console commands that it does not pass on."""

from __future__ import annotations

from ..dispatcher import Answer, Route
from ..state import CommandError, Studio, StudioState

# At least 1.1.0, where clients look for `vget /unrealcv/commands`; below 2.0.0, which they take for "UnrealCV Plus".
VERSION = "1.1.0"

# What clients send as a matter of course and whose effect (window, speed, quality) has no counterpart here.
HARMLESS_CONSOLE_COMMANDS = ("setres", "slomo", "t.maxfps", "sg.", "r.", "stat", "disableallscreenmessages")


def get_status(studio: Studio, state: StudioState) -> Answer:
    height, width = studio.film.size_hw
    return Answer(
        "\n".join(
            (
                "Is Listening",
                "Client Connected",
                str(studio.port),
                "Configuration",
                f"Config file: {studio.folder / 'unrealcv.ini'}",
                f"Port: {studio.port}",
                f"Width: {width}",
                f"Height: {height}",
                f"FOV: {studio.film.hfov_deg:.1f}",
                "EnableInput: True",
                f"EnableRightEye: {state.eyes_distance_cm is not None}",
            )
        )
    )


def get_version(studio: Studio, state: StudioState) -> Answer:
    return Answer(VERSION)


def get_help(studio: Studio, state: StudioState) -> Answer:
    return Answer("\n".join(f"{template}\n{description}" for template, description in studio.templates))


def get_commands(studio: Studio, state: StudioState) -> Answer:
    return Answer("\n".join(template for template, _ in studio.templates))


def echo(studio: Studio, state: StudioState, text: str) -> Answer:
    return Answer(text or "ok")


def refuse_console(studio: Studio, state: StudioState, *words: str) -> Answer:
    """`ok`, doing nothing, for what is harmless to leave out; an error for the rest."""
    if words[0].lower().startswith(HARMLESS_CONSOLE_COMMANDS):
        return Answer()
    raise CommandError(f"Console commands are not run by this server: '{' '.join(words)[:200]}'")


def refuse_blueprint(studio: Studio, state: StudioState, *words: str) -> Answer:
    raise CommandError(f"There are no Blueprints in this server to call: '{' '.join(words)[:200]}'")


def _variadic(verb: str, least: int, most: int, description: str, handler: object) -> tuple[Route, ...]:
    """UnrealCV registers such commands once for each number of arguments."""
    assert callable(handler)
    return tuple(Route(" ".join([verb, *["[str]"] * count]), description, handler) for count in range(least, most + 1))


ROUTES: tuple[Route, ...] = (
    Route("vget /unrealcv/status", "Server status and configuration", get_status),
    Route("vget /unrealcv/version", "Version of the UnrealCV command set", get_version),
    Route("vget /unrealcv/help", "Every command with its description", get_help),
    Route("vget /unrealcv/commands", "Every command, one template a line", get_commands),
    Route("vget /unrealcv/echo [str]", "Reply with the argument", echo),
    *_variadic(
        "vrun", 1, 6, "Console command: not run; window, speed and quality settings are acknowledged", refuse_console
    ),
    *_variadic("vcmd", 1, 6, "Console command: as vrun", refuse_console),
    *_variadic("vexec", 2, 7, "Blueprint function: answered with an error", refuse_blueprint),
    *_variadic("vbp", 2, 11, "Blueprint function with output: answered with an error", refuse_blueprint),
)
