"""``mx.log``: loggers with short lines."""

import io
import logging
import re

import pytest

from mxnet import log


@pytest.fixture
def name():
    yield "mxnet_test_logger"
    logger = logging.getLogger("mxnet_test_logger")
    for handler in list(logger.handlers):
        handler.close()
        logger.removeHandler(handler)
    logger.__dict__.pop("_set_up_by_mxnet", None)


LEVELS = (log.DEBUG, log.INFO, log.WARNING, log.ERROR, log.CRITICAL)


def test_short_lines(name):
    logger = log.get_logger(name, level=log.DEBUG)
    stream = io.StringIO()
    logger.handlers[0].setStream(stream)
    for level in LEVELS:
        logger.log(level, "message %d", level)
    lines = stream.getvalue().splitlines()
    assert [line[0] for line in lines] == list("DIWEC")
    form = r"I\d{4} \d\d:\d\d:\d\d \d+ .*test_log\.py:test_short_lines:\d+\] message 20"
    assert re.fullmatch(form, lines[1])


def test_a_file_holds_the_messages_alone(name, tmp_path):
    # as MXNet 1.9.1 writes it: scripts that read training logs match lines from their beginning
    path = tmp_path / "x.log"
    logger = log.get_logger(name, filename=str(path), level=log.INFO)
    for level in LEVELS:
        logger.log(level, "message %d", level)
    assert path.read_text() == "".join([f"message {level}\n" for level in LEVELS[1:]])


def test_set_up_once(name, monkeypatch):
    logger = log.get_logger(name, level=log.INFO)
    assert log.get_logger(name) is logger
    assert (logger.level, len(logger.handlers)) == (log.INFO, 1)
    assert log.get_logger() is logging.getLogger()
    with pytest.warns(DeprecationWarning, match="use get_logger"):
        assert log.getLogger(name) is logger


def test_errors_and_colours(name):
    logger = log.get_logger(name)
    stream = io.StringIO()
    logger.handlers[0].setStream(stream)
    logger.handlers[0].setFormatter(log._Formatter(colored=True))
    try:
        raise KeyError("k")
    except KeyError:
        logger.exception("failed")
    text = stream.getvalue()
    assert text.startswith("\x1b[31mE")
    assert "\x1b[0m failed\nTraceback" in text
    assert text.endswith("KeyError: 'k'\n")
    assert (log.NOTSET, log.CRITICAL) == (0, 50)
