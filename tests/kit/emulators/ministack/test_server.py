"""What a MiniStack that is told to stop before it has read its state does to it."""

from ministack.core import persistence

from kit.emulators.ministack.server import PersistedState


def test_a_stop_before_the_state_was_read_writes_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(persistence, "PERSIST_STATE", True)
    monkeypatch.setattr(persistence, "STATE_DIR", str(tmp_path))
    state = PersistedState(lambda: None)
    assert not state.save()
    assert list(tmp_path.iterdir()) == []
    state.load()
    assert state.save()
    assert list(tmp_path.iterdir()) != []
