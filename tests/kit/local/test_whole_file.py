import stat

import pytest

from kit.local import whole_file


def test_the_file_has_the_new_content_and_is_the_users_alone(tmp_path):
    file = tmp_path / "port"
    whole_file.write(file, "5000")
    whole_file.write(file, b"5001")
    assert file.read_text() == "5001"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_write_that_does_not_end_leaves_what_was_there_and_nothing_beside_it(tmp_path):
    file = tmp_path / "port"
    whole_file.write(file, "5000")
    with pytest.raises(UnicodeEncodeError):
        whole_file.write(file, "\udc80")
    assert file.read_text() == "5000"
    assert list(tmp_path.iterdir()) == [file]
