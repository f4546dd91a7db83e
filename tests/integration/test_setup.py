"""On a machine where something is missing, set-up names it with the command that installs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT

TOOLS = ("sh", "cat", "cksum", "dirname", "id", "env")
PYTHON = (
    '#!/bin/sh\ncase "$2" in *ensurepip*) exit {venv};; *version_info*) exit {version};; esac\necho "Python 3.11.0"\n'
)


@pytest.fixture
def bare(tmp_path):
    """A copy of the project's set-up, and a folder of programs that is all the machine has."""
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        os.symlink(shutil.which(tool), tmp_path / "bin" / tool)
    for name in ("setup.sh", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def put(folder: Path, name: str, text: str = "#!/bin/sh\n") -> None:
    path = folder / "bin" / name
    path.write_text(text)
    path.chmod(0o755)


def installed(folder: Path, kind: str) -> None:
    """As if the packages were already there."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    os.symlink(sys.executable, folder / ".venv" / "bin" / "python")
    names = ("requirements.txt", "requirements.txt" if kind == "run" else "requirements-dev.txt")
    text = b"".join((folder / name).read_bytes() for name in names)
    stamp = subprocess.run(["cksum"], input=text, capture_output=True, check=True).stdout
    (folder / ".venv" / f".installed-{kind}").write_bytes(stamp)


def run(folder: Path, kind: str = "run") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(folder / "bin"), "HOME": str(folder)}
    command = [str(folder / "bin" / "sh"), str(folder / "setup.sh"), kind]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_no_python(bare):
    done = run(bare)
    assert done.returncode == 1
    assert "Python 3.11 or newer is missing. Install it with: sudo apt-get install python3 python3-venv" in done.stderr


def test_an_old_python_is_no_python(bare):
    put(bare, "python3", PYTHON.format(venv=0, version=1))
    assert "Python 3.11 or newer is missing" in run(bare).stderr


def test_python_without_its_venv_module(bare):
    put(bare, "python3", PYTHON.format(venv=1, version=0))
    done = run(bare)
    assert done.returncode == 1
    assert "the venv module of python3 is missing. Install it with: sudo apt-get install python3-venv" in done.stderr


@pytest.mark.parametrize(("there", "missing"), [("make", "git"), ("git", "make")])
def test_git_and_make(bare, there, missing):
    put(bare, "python3", PYTHON.format(venv=0, version=0))
    put(bare, there)
    done = run(bare)
    assert done.returncode == 1
    assert f"{missing} is missing. Install it with: sudo apt-get install {missing}" in done.stderr


@pytest.fixture
def complete(bare):
    """A machine with everything but a browser."""
    put(bare, "python3", PYTHON.format(venv=0, version=0))
    put(bare, "git")
    put(bare, "make")
    return bare


@pytest.mark.parametrize("kind", ["run", "dev"])
def test_nothing_is_done_again(complete, kind):
    installed(complete, kind)
    put(complete, "chromium")
    put(complete, "chromedriver")
    done = run(complete, kind)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_browser_where_there_is_no_apt(complete):
    installed(complete, "dev")
    done = run(complete, "dev")
    assert done.returncode == 1
    assert "Chromium and chromedriver is missing. Install it with: your system's package manager" in done.stderr


def test_a_browser_where_apt_cannot_install_it(complete):
    installed(complete, "dev")
    put(complete, "apt-get", '#!/bin/sh\n[ "$1" = update ]\n')
    put(complete, "sudo", '#!/bin/sh\n"$@"\n')
    done = run(complete, "dev")
    assert done.returncode == 1
    assert "installing them with apt-get" in done.stdout
    assert "Install it with: sudo apt-get install chromium chromium-driver" in done.stderr


def test_a_half_made_environment_is_made_again(complete):
    log = complete / "log"
    (complete / ".venv" / "bin").mkdir(parents=True)
    put(complete, "python3", PYTHON.format(venv=0, version=0).replace("echo", f'echo "$@" >> {log}; echo', 1))
    run(complete)
    assert "-m venv --clear .venv" in log.read_text()
