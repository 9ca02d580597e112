"""States as bytes: there and back, from MXNet 1.x's pickles, and nothing that would run code."""

import contextlib
import json
import pickle
import struct
from pathlib import Path

import numpy as onp
import pytest

from mxnet import lr_scheduler, nd
from mxnet import optimizer as opt
from mxnet.error import FormatError, MXNetError

FIXTURES = Path(__file__).parents[1] / "data/oracle/trainer"


def updated(optimizer, steps=2):
    updater = opt.get_updater(optimizer)
    w = nd.array([1.0, 2.0])
    for _ in range(steps):
        updater(0, nd.array([0.5, -1.0]), w)
        updater("named", nd.array([[1.0]]), nd.array([[2.0]]))
    return updater


def flat(state):
    if isinstance(state, (tuple, list)):
        return [x for s in state for x in flat(s)]
    return [] if state is None else [state.asnumpy()]


@pytest.mark.parametrize(
    "name", ["sgd", "adam", "rmsprop", "ftml", "nadam", "dcasgd", "lbsgd", "lars"]
)
def test_there_and_back(name):
    first = updated(
        opt.create(name, wd=0.25, **({"momentum": 0.9} if name in ("sgd", "lars") else {}))
    )
    second = opt.get_updater(opt.create(name))
    second.set_states(first.get_states(dump_optimizer=True))
    assert second.states_synced == {0: False, "named": False}
    assert list(second.states) == [0, "named"]
    for key in first.states:
        for a, b in zip(flat(first.states[key]), flat(second.states[key]), strict=True):
            onp.testing.assert_array_equal(a, b)
            assert a.dtype == b.dtype
    a, b = vars(first.optimizer), vars(second.optimizer)
    for key in a:
        if key not in ("cumgrads", "weight_previous"):
            assert b[key] == a[key], key
    assert b["_index_update_count"] is b["_all_index_update_counts"][0]


def test_states_alone_leave_the_optimizer_as_it_is():
    second = opt.get_updater(opt.Adam(learning_rate=7.0))
    second.set_states(updated(opt.Adam()).get_states())
    assert second.optimizer.lr == 7.0
    assert second.optimizer.num_update == 0


def test_another_optimizer_is_made_from_the_file():
    second = opt.get_updater(opt.SGD())
    second.set_states(updated(opt.Adam(beta1=0.5)).get_states(dump_optimizer=True))
    assert type(second.optimizer) is opt.Adam
    assert second.optimizer.beta1 == 0.5
    second(0, nd.array([1.0, 1.0]), nd.array([1.0, 1.0]))
    assert second.optimizer._index_update_count[0] == 3


def test_schedules_of_this_package_are_saved():
    schedule = lr_scheduler.MultiFactorScheduler([1, 3], 0.5, base_lr=0.8)
    first = updated(opt.SGD(lr_scheduler=schedule), steps=3)
    second = opt.get_updater(opt.SGD())
    second.set_states(first.get_states(dump_optimizer=True))
    assert (
        [second.optimizer.lr_scheduler(n) for n in (3, 4)]
        == [schedule(n) for n in (3, 4)]
        == [0.4, 0.2]
    )


def test_a_schedule_of_the_users_own_stays():
    class Mine(lr_scheduler.LRScheduler):
        def __call__(self, num_update):
            return 0.125

    data = updated(opt.SGD(lr_scheduler=Mine())).get_states(dump_optimizer=True)
    mine = Mine()
    second = opt.get_updater(opt.SGD(lr_scheduler=mine))
    second.set_states(data)
    assert second.optimizer.lr_scheduler is mine
    assert second.optimizer.learning_rate == 0.125


# ------------------------------------------------------------------ files of MXNet 1.x
@pytest.mark.parametrize(
    ("name", "arrays"),
    [
        ("adam", 2),
        ("sgd", 1),
        ("rmsprop", 3),
        ("adagrad", 1),
        ("ftrl", 2),
        ("nadam", 2),
        ("lamb", 2),
    ],
)
def test_states_that_the_original_wrote(name, arrays):
    updater = opt.get_updater(opt.create(name))
    updater.set_states((FIXTURES / f"trainer_{name}.states").read_bytes())
    assert list(updater.states) == [0, 1]
    for state, shape in zip(updater.states.values(), ((3,), (3, 4))):
        found = flat(state)
        assert [a.shape for a in found] == [shape] * arrays
        assert all(onp.isfinite(a).all() and a.any() for a in found)
    assert updater.optimizer.num_update == 3
    assert updater.optimizer.wd == 0.01


def test_module_states_that_the_original_wrote():
    updater = opt.get_updater(opt.SGD(momentum=0.9))
    updater.set_states((FIXTURES / "lenet_module.states").read_bytes())
    assert len(updater.states) == 8
    assert all(a.dtype == onp.float32 and a.any() for s in updater.states.values() for a in flat(s))


class Attack:
    """Pickles to a call of anything."""

    def __init__(self, call, *args):
        self.call, self.args = call, args

    def __reduce__(self):
        return self.call, self.args


def global_call(module, name, argument="x"):
    """A pickle that calls ``module.name(argument)``."""
    return f"c{module}\n{name}\n(S'{argument}'\ntR.".encode()


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps({0: Attack(print, "executed")}),
        pickle.dumps(({0: None}, Attack(eval, "print('executed')"))),
        global_call("os", "system", "echo executed"),
        global_call("builtins", "getattr"),
        global_call("mxnet.ndarray", "load"),
        global_call("mxnet.lr_scheduler", "logging"),
        global_call("numpy", "load"),
        global_call("mxnet.optimizer._states", "loads"),
        b"P0\n.",
        pickle.dumps({0: object()}),
        pickle.dumps({0: onp.zeros(3)}),
    ],
    ids=range(11),
)
def test_a_pickle_that_would_run_code_is_refused(data, capsys):
    updater = opt.get_updater(opt.Adam())
    with pytest.raises(FormatError, match=r"optimizer states: "):
        updater.set_states(data)
    assert capsys.readouterr().out == ""
    assert updater.states == {}


def test_what_a_file_does_to_its_names_ends_with_it():
    """A pickle may set attributes of the stand-ins for classes: the next file gets new ones."""
    poison = b"cmxnet.ndarray.ndarray\nNDArray\n(N}S'__setstate__'\nNstb."
    updater = opt.get_updater(opt.Adam())
    with pytest.raises(FormatError):
        updater.set_states(poison)
    updater.set_states((FIXTURES / "trainer_adam.states").read_bytes())
    assert len(updater.states) == 2


def test_a_file_cannot_replace_what_a_class_defines():
    data = updated(opt.SGD(momentum=0.9)).get_states(dump_optimizer=True)
    size = struct.unpack("<Q", data[8:16])[0]
    header = json.loads(data[16 : 16 + size])
    header["optimizer"]["attributes"].update(
        {"update": 5, "step": 5, "__class__": 5, "momentum": 0.5}
    )
    text = json.dumps(header).encode()
    updater = opt.get_updater(opt.SGD(momentum=0.9))
    updater.set_states(data[:8] + struct.pack("<Q", len(text)) + text + data[16 + size :])
    assert not {"update", "step", "__class__"} & set(vars(updater.optimizer))
    assert updater.optimizer.momentum == 0.5


@pytest.mark.parametrize("name", ["ours", "theirs"])
def test_truncated_or_changed_files(name):
    data = (
        updated(opt.Adam()).get_states(dump_optimizer=True)
        if name == "ours"
        else (FIXTURES / "trainer_adam.states").read_bytes()
    )
    updater = opt.get_updater(opt.Adam())
    for end in range(0, len(data) - 1, 7):
        with pytest.raises(FormatError):
            updater.set_states(data[:end])
    draw = onp.random.RandomState(3)
    for _ in range(300):  # a changed byte gives other states or a FormatError, nothing else
        at = draw.randint(len(data))
        changed = data[:at] + bytes([draw.randint(256)]) + data[at + 1 :]
        with contextlib.suppress(FormatError):
            opt.get_updater(opt.Adam()).set_states(changed)


def test_states_of_an_unknown_optimizer():
    data = (
        updated(opt.Adam())
        .get_states(dump_optimizer=True)
        .replace(b'"name": "Adam"', b'"name": "Adom"')
    )
    with pytest.raises(
        FormatError, match=r"optimizer Adom, which is not registered; known: adadelta"
    ):
        opt.get_updater(opt.SGD()).set_states(data)


def test_a_state_that_cannot_be_written():
    updater = opt.get_updater(opt.SGD())
    updater.states[0] = object()
    with pytest.raises(MXNetError, match=r"got object"):
        updater.get_states()
    with pytest.raises(TypeError, match=r"expected bytes, got str"):
        updater.set_states("text")


def test_buffers_of_protocol_5_are_refused():
    with pytest.raises(FormatError, match="BYTEARRAY8 is no part of optimizer states"):
        updated(opt.Adam()).set_states(pickle.dumps({0: bytearray(b"x" * 9)}, protocol=5))
