from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from occlusionkit.studio.server.commands import ROUTES
from occlusionkit.studio.server.dispatcher import Answer, Dispatcher, Route
from occlusionkit.studio.server.state import CommandError


def reply(text):
    return lambda studio, state, *arguments: Answer(f"{text} {arguments}" if arguments else text)


def table(*templates: str) -> Dispatcher:
    return Dispatcher([Route(template, "", reply(f"{number}")) for number, template in enumerate(templates)])


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1.0), ("-2.5", -2.5), ("+.5", 0.5), ("3.", 3.0), ("1e-05", 1e-05), ("-2.5E+3", -2500.0), ("007", 7.0)],
)
def test_floats_may_have_a_sign_a_point_and_an_exponent(text, value):
    assert table("vset /x [float]").find(f"vset /x {text}")[1] == (value,)


@pytest.mark.parametrize("text", ["nan", "inf", "", "1,5", "0x10", "1e", "--1", "\u0663", "1 2"])
def test_what_is_no_float_finds_no_handler(text):
    with pytest.raises(CommandError, match="No handler found for URI 'vset /x"):
        table("vset /x [float]").find(f"vset /x {text}")


def test_numbers_out_of_all_bounds_are_invalid_arguments():
    with pytest.raises(CommandError, match=r"Argument Invalid.*1e999"):
        table("vset /x [float]").find("vset /x 1e999")
    for camera in ("", "9" * 5000):
        with pytest.raises(CommandError, match="Argument Invalid"):
            table("vget /camera/[uint]/fov").find(f"vget /camera/{camera}/fov")


def test_the_later_of_two_templates_wins_and_blanks_at_the_end_do_not_count():
    dispatcher = table("vget /a/[str]", "vget /a/b", "vset /a/b")
    assert dispatcher.run(None, None, "vget /a/b   ").body == "1"
    assert dispatcher.run(None, None, "vget /a/c").body == "0 ('c',)"
    assert dispatcher.run(None, None, "vget /a/").body == "0 ('',)"


@pytest.mark.parametrize("command", ["vget /a/bc", "vget  /a/b", "VGET /a/b", "vget /a/b\n", "x vget /a/b", "", "vget"])
def test_the_whole_command_must_match(command):
    answer = table("vget /a/b").run(None, None, command)
    assert answer.body == f"error No handler found for URI '{command}'. Can not find a handler"


def test_a_template_is_text_not_a_pattern():
    assert table("vget /a.b(c)").run(None, None, "vget /a.b(c)").body == "0"
    assert table("vget /a.b").run(None, None, "vget /axb").body.startswith("error")


def test_a_handler_that_breaks_is_an_error_text_and_is_logged(caplog):
    def broken(studio, state):
        raise ZeroDivisionError("by hand")

    answer = Dispatcher([Route("vget /x", "", broken)]).run(None, None, "vget /x")
    assert answer.body == "error Internal error: ZeroDivisionError: by hand"
    assert answer.state is None
    assert "Traceback" in caplog.text


def test_every_template_is_there_once_and_described():
    templates = [route.template for route in ROUTES]
    assert len(templates) == len(set(templates))
    assert all(route.description for route in ROUTES)


def test_outputs_ahead_are_gathered_by_camera():
    dispatcher = Dispatcher(ROUTES)
    commands = [
        "vget /camera/1/lit bmp",
        "vget /camera/0/depth npy",
        "vget /objects",
        "what",
        "vget /camera/1/depth npy",
    ]
    assert dispatcher.outputs_ahead(commands) == {1: {"rgb", "depth"}, 0: {"depth"}}


COMMANDS = st.one_of(
    st.text(max_size=60),
    st.builds(
        lambda route, words: " ".join(
            [route.template.split(" [")[0].replace("[str]", "box").replace("[uint]", "0"), *words]
        ),
        st.sampled_from(ROUTES),
        st.lists(st.text(alphabet='0123456789.-e/ab{}[]":,\x00\n\u00fc', max_size=12), max_size=6),
    ),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(COMMANDS, max_size=4))
def test_no_text_breaks_the_stage(stage, caplog, commands):
    answers = [bytes(body) for body in stage.run(commands)]
    assert len(answers) == len(commands)
    assert all(answers)
    assert not any(body.startswith(b"error Internal") for body in answers)
    assert bytes(next(stage.run(["vget /unrealcv/version"]))) == b"1.1.0"
