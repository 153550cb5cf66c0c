"""The wheel holds all of qgen, and what is installed from it builds an exam anywhere."""

import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import qgen
from qgen.solvers.routes.registry import all_solvers
from tests.qgen.course import EXAMPLES, digests
from tests.quick_yaml import from_yaml, to_yaml

ROOT = Path(__file__).parents[2]
ROOMS = {
    init.parent.name: "qgen" if init.parent.name == "qgen" else f"qgen/{init.parent.name}"
    for init in sorted(ROOT.glob("[a-z]*/__init__.py"))
    if init.parent.name != "tests"
}
LEFT_OUT = {"__pycache__", ".pyc"}

pytestmark = pytest.mark.install


def run(*command: object, cwd: Path) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of the sources, so that no earlier build lends it a file."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in (*ROOMS, "pyproject.toml", "README.md", "LICENSE"):
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, source)
    run(sys.executable, "-m", "build", "--wheel", "--outdir", target, source, cwd=target)
    (built,) = target.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_every_room(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert {"qgen", "document", "bank", "generator", "solvers", "renderers"} <= set(ROOMS)
    missing = []
    for room, package in ROOMS.items():
        for path in sorted((ROOT / room).rglob("*")):
            if not path.is_file() or LEFT_OUT & {*path.parts, path.suffix}:
                continue
            name = f"{package}/{path.relative_to(ROOT / room).as_posix()}"
            if held.pop(name, None) != path.read_bytes():
                missing.append(name)
    assert missing == []
    left = {name.split("/", 1)[1] for name in held}
    assert all(".dist-info/" in name for name in held), held.keys()
    assert {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"} <= left


def test_what_the_wheel_says_of_itself(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = {
            name.split("/")[1]: archive.read(name).decode("utf-8")
            for name in archive.namelist()
            if ".dist-info/" in name and name.count("/") == 1
        }
    assert f"\nVersion: {qgen.__version__}\n" in texts["METADATA"]
    required = re.findall(r"^Requires-Dist: ([\w-]+)(.*)$", texts["METADATA"], re.MULTILINE)
    assert "torch" in dict(required)
    assert [name for name, version in required if version.startswith("==")] == []
    assert "qgen = qgen.cli:main" in texts["entry_points.txt"]
    assert "Root-Is-Purelib: true" in texts["WHEEL"]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel, and the dependencies of this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    (packages,) = (folder / "lib").glob("python3.*/site-packages")
    run(
        *(sys.executable, "-m", "pip", "--python", folder / "bin" / "python"),
        *("install", "--no-deps", "--no-index", "--quiet", wheel),
        cwd=folder,
    )
    # Only the folder is added and no .pth file in it is read, so no editable qgen comes with it.
    lent = [path for path in sys.path if Path(path).name == "site-packages"]
    (packages / "lent.pth").write_text("\n".join(lent))
    return folder / "bin"


def test_the_installed_command_builds_an_exam_from_an_empty_folder(
    installed: Path, tmp_path: Path, midterm: Path
) -> None:
    where = "import qgen, qgen.bank; print(qgen.__file__, qgen.bank.__file__)"
    for path in run(installed / "python", "-c", where, cwd=tmp_path).split():
        assert path.startswith(str(installed.parent))
    spec = from_yaml((EXAMPLES / "midterm.yaml").read_text("utf-8"))
    (tmp_path / "midterm.yaml").write_text(to_yaml(spec))
    command = (installed / "qgen", "build", "midterm.yaml", "--format", "moodle,html")
    assert "files in build/midterm/" in run(*command, cwd=tmp_path)
    built = digests(tmp_path / "build" / "midterm")
    expected = digests(midterm)
    for name, digest in built.items():
        assert name == "manifest.json" or expected[name] == digest, name
    assert "questions\n" in run(installed / "qgen", "list", cwd=tmp_path)


def test_every_solver_is_installed(installed: Path, tmp_path: Path) -> None:
    code = "import qgen.solvers.routes.registry as r; print(len(r.all_solvers()))"
    assert int(run(installed / "python", "-c", code, cwd=tmp_path)) == len(all_solvers())
