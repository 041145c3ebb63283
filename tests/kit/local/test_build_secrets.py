from pathlib import Path

import pytest

from kit.local import build_secrets

LISTING = """\
:env:.index-url='https://user:secret@packages.example.com/simple'
:env:.find-links='/opt/wheels'
freeze.timeout='10'
global.cert='/nowhere/ca.pem'
global.extra-index-url='file:///opt/simple https://more.example.com/simple'
global.index-url='https://other.example.com/simple'
global.timeout='60'
install.timeout='90'
"""


def test_a_variable_comes_before_the_sections_and_install_before_global() -> None:
    settings = build_secrets.settings_of(LISTING)
    assert settings["index-url"] == "https://user:secret@packages.example.com/simple"
    assert settings["timeout"] == "90"


def test_no_path_of_this_machine_reaches_the_build() -> None:
    assert build_secrets.pip_conf(build_secrets.settings_of(LISTING)).splitlines() == [
        "[global]",
        "timeout = 90",
        "index-url = https://user:secret@packages.example.com/simple",
        "extra-index-url = https://more.example.com/simple",
    ]


def test_a_pip_that_is_told_nothing_needs_no_file() -> None:
    assert build_secrets.pip_conf(build_secrets.settings_of("global.find-links='/opt/wheels'\n")) == ""


def test_the_files_are_secrets_of_the_build_and_closed_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = tmp_path / "ca.pem"
    certificates.touch()
    monkeypatch.setenv("PIP_CERT", str(certificates))
    monkeypatch.setenv("PIP_INDEX_URL", "https://user:secret@packages.example.com/simple")
    arguments = build_secrets.arguments(tmp_path)
    assert arguments[:2] == ["--secret", f"id=ca,src={certificates}"]
    assert arguments[2:] == ["--secret", f"id=pip,src={tmp_path / 'pip.conf'}"]
    assert (tmp_path / "pip.conf").stat().st_mode & 0o077 == 0
    assert "secret@packages.example.com" in (tmp_path / "pip.conf").read_text()
    assert "secret@" not in " ".join(arguments)


def test_certificates_that_are_not_there_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "nowhere.pem"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    assert not [word for word in build_secrets.arguments(tmp_path) if word.startswith("id=ca")]
