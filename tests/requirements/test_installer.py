"""The installer hands pip's settings to uv, and says what to do when it cannot go on."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2] / "requirements"


@pytest.fixture(autouse=True)
def installer_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))


def test_lock_files_name_exact_versions_and_nothing_else() -> None:
    for name in ("root", "dev", "rasa"):
        for line in (HERE / f"{name}.txt").read_text().splitlines():
            assert re.fullmatch(r"[a-z0-9-]+==[A-Za-z0-9.!]+", line), f"{name}.txt: {line}"


def test_every_wish_has_its_reason_and_is_locked() -> None:
    for name in ("root", "dev", "rasa"):
        locked = {line.partition("==")[0] for line in (HERE / f"{name}.txt").read_text().splitlines()}
        for line in (HERE / f"{name}.in").read_text().splitlines():
            if line and not line.startswith("#"):
                wish, _, reason = line.partition("#")
                assert reason.strip(), f"{name}.in: {wish} has no reason"
                assert re.split(r"[\[<>=]", wish.strip())[0].lower() in locked, f"{wish} is not in {name}.txt"


def test_no_package_of_cuda_is_locked() -> None:
    assert not re.search(r"^(nvidia|cuda|triton)", (HERE / "root.txt").read_text(), re.MULTILINE)
    assert "\ntorch==2.13.0\n" in (HERE / "root.txt").read_text()


def test_pip_settings_reach_uv_in_its_own_words() -> None:
    import sources

    made = sources.uv_environment(
        {"find-links": "/a\n/b", "extra-index-url": "https://one https://two", "index-url": "https://main"},
        {"PATH": "/bin"},
    )
    assert made["UV_FIND_LINKS"] == "/a,/b"
    assert made["UV_EXTRA_INDEX_URL"] == "https://one https://two"
    assert made["UV_DEFAULT_INDEX"] == "https://main"
    assert made["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert made["PATH"] == "/bin"


def test_what_the_person_set_for_uv_wins() -> None:
    import sources

    made = sources.uv_environment({"index-url": "https://pip"}, {"UV_DEFAULT_INDEX": "https://uv"})
    assert made["UV_DEFAULT_INDEX"] == "https://uv"


def test_pip_variables_count_even_without_pip() -> None:
    import sources

    options = sources.pip_configuration("/bin/false", {"PIP_FIND_LINKS": "/wheels"})
    assert options == {"find-links": "/wheels"}


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("error: failed to write: No space left on device (os error 28)", "disk is full"),
        ("error: error sending request for url (…) dns error", "no package index answers"),
        ("× No solution found when resolving dependencies", "pip's index settings"),
        ("error: Permission denied (os error 13)", "cannot be written"),
        ("something\nquite new", "quite new"),
    ],
)
def test_failure_says_what_to_do(said: str, advice: str) -> None:
    import install

    assert advice in install.reason_in(said)


def test_full_disk_is_seen_before_anything_is_fetched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import install

    monkeypatch.setattr(install, "ROOT", tmp_path)
    with pytest.raises(SystemExit):
        install.check_space([install.Environment("desk", ".venv", ["root.txt"], ["3.11"], 1e9)])
    assert re.fullmatch(r"Ting cannot be set up: set-up needs .* GB .*\n", capsys.readouterr().err)


def test_stamp_of_other_lock_files_does_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import install

    monkeypatch.setattr(install, "ROOT", tmp_path)
    made = install.Environment("rasa", ".venv-rasa", ["rasa.txt"], ["3.10"], 1)
    made.python.parent.mkdir(parents=True)
    made.python.touch()
    assert not made.is_current()
    made.note_installed()
    assert made.is_current()
    (made.folder / ".installed").write_text("old\n")
    assert not made.is_current()


def test_shim_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    import interpreters

    shim = tmp_path / "python3.10"
    shim.write_text("#!/bin/sh\necho 'version not set' >&2\nexit 127\n")
    shim.chmod(0o755)
    assert interpreters.version_of(str(shim)) is None
    assert interpreters.version_of(str(tmp_path / "nothing")) is None


def test_environment_is_not_taken_for_a_python_to_build_on() -> None:
    import interpreters

    inside = subprocess.run(
        [sys.executable, "-c", "import sys; print(sys.prefix != sys.base_prefix)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (interpreters.version_of(sys.executable) is None) == (inside.stdout.strip() == "True")
