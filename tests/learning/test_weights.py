from __future__ import annotations

import errno
import io

import pytest
import torch
from torch import nn

from occlusionkit.learning.resnet import resnet
from occlusionkit.learning.weights import load_state, load_weights, save_torch, save_weights, state_of


def network(seed, *, outputs=2):
    torch.manual_seed(seed)
    return nn.ModuleDict({"body": nn.Conv2d(3, 4, 3), "norm": nn.BatchNorm2d(4), "fc": nn.Linear(4, outputs)})


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_weights_come_back(tmp_path):
    source, target = network(0), network(1)
    save_weights(source, tmp_path / "w.pt")
    assert load_weights(target, tmp_path / "w.pt") == ()
    assert same(state_of(source), state_of(target))
    assert same(load_state(tmp_path / "w.pt"), state_of(source))


def test_equal_weights_are_equal_bytes_under_any_name(tmp_path):
    save_weights(network(0), tmp_path / "one.pt")
    save_weights(state_of(network(0)), tmp_path / "another_name.pt")
    assert (tmp_path / "one.pt").read_bytes() == (tmp_path / "another_name.pt").read_bytes()


def test_a_view_of_a_larger_tensor_does_not_take_it_along(tmp_path):
    model = nn.Module()
    model.small = nn.Parameter(torch.zeros(1_000_000)[:4])
    save_weights(model, tmp_path / "w.pt")
    assert (tmp_path / "w.pt").stat().st_size < 10_000


def test_another_architecture_is_refused_by_name_and_nothing_is_copied(tmp_path):
    save_weights(network(0, outputs=5), tmp_path / "w.pt")
    model = network(1)
    model["extra"] = nn.Linear(1, 1)
    before = state_of(model)
    with pytest.raises(ValueError, match="not the weights of this network") as raised:
        load_weights(model, tmp_path / "w.pt")
    told = str(raised.value)
    assert "w.pt" in told
    assert "missing: extra.bias, extra.weight" in told
    assert "other shape: fc.bias (5,) for (2,), fc.weight (5, 4) for (2, 4)" in told
    assert same(before, state_of(model))


def test_many_differing_names_are_counted(tmp_path):
    save_weights(resnet(18, width=0.125), tmp_path / "w.pt")
    with pytest.raises(ValueError, match=r"unexpected: bn1\.bias, .* and 116 more"):
        load_weights(network(0), tmp_path / "w.pt")


@pytest.mark.parametrize("there", ["in the file only", "in the network only", "in both"])
def test_what_is_ignored_is_left_out_and_told(tmp_path, there):
    source, target = network(0, outputs=5), network(1)
    if there == "in the file only":
        del target["fc"]
    if there == "in the network only":
        del source["fc"]
    save_weights(source, tmp_path / "w.pt")
    before = state_of(target)
    assert load_weights(target, tmp_path / "w.pt", ignore=("fc.",)) == ("fc.bias", "fc.weight")
    assert torch.equal(target["body"].weight, source["body"].weight)
    if "fc" in target:
        assert torch.equal(target["fc"].weight, before["fc.weight"])


def test_what_is_ignored_but_fits_is_copied(tmp_path):
    source, target = network(0), network(1)
    save_weights(source, tmp_path / "w.pt")
    assert load_weights(target, tmp_path / "w.pt", ignore=("fc.",)) == ()
    assert torch.equal(target["fc"].weight, source["fc"].weight)


class Evil:
    def __reduce__(self):
        return (print, ("code ran",))


def damaged(kind):
    file = io.BytesIO()
    torch.save(state_of(network(0)), file)
    whole = file.getvalue()
    match kind:
        case "empty":
            return b""
        case "text":
            return b"these are no weights\n"
        case "cut":
            return whole[: len(whole) // 2]
        case "without its end":
            return whole[:-30]
        case "code":
            evil = io.BytesIO()
            torch.save({"a": Evil()}, evil)
            return evil.getvalue()


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("empty", "an empty file"),
        ("text", r"another kind of file \(21 bytes\)"),
        ("cut", r"a file cut short or damaged \(\d+ bytes\)"),
        ("without its end", "a file cut short"),
        ("code", "more than tensors"),
    ],
)
def test_a_damaged_or_foreign_file_is_one_clear_error(tmp_path, kind, found, capsys):
    (tmp_path / "w.pt").write_bytes(damaged(kind))
    with pytest.raises(
        ValueError, match=rf"w\.pt: expected a file of torch with tensors only, found {found}"
    ) as raised:
        load_weights(network(0), tmp_path / "w.pt")
    assert "\n" not in str(raised.value)
    assert "code ran" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [{"model": {"a": 1}}, [1, 2], {"a": torch.ones(1), "epoch": 3}])
def test_a_file_of_torch_without_a_state_dict_is_told(tmp_path, content):
    save_torch(content, tmp_path / "w.pt")
    with pytest.raises(ValueError, match="expected a state dict"):
        load_state(tmp_path / "w.pt")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.pt: expected weights"):
        load_weights(network(0), tmp_path / "none.pt")


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "w.pt"
    save_weights(network(0), path)
    old = path.read_bytes()
    fill_disk_after(monkeypatch, written=500)
    with pytest.raises(OSError, match=r"could not write .*w\.pt: No space left on device") as raised:
        save_weights(network(1), path)
    assert raised.value.errno == errno.ENOSPC
    assert path.read_bytes() == old
    assert [file.name for file in tmp_path.iterdir()] == ["w.pt"]


def fill_disk_after(monkeypatch, *, written):
    """Files of torch fail like on a full disk once so many bytes are in them."""
    save = torch.save

    def save_on_full_disk(content, file):
        class Full(io.RawIOBase):
            done = 0

            def writable(self):
                return True

            def write(self, data):
                self.done += len(data)
                if self.done > written:
                    raise OSError(errno.ENOSPC, "No space left on device")
                return file.write(data)

        save(content, Full())

    monkeypatch.setattr(torch, "save", save_on_full_disk)
