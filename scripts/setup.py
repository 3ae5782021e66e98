"""Makes .venv and everything the clone needs; the second time it finds all of it in place and needs no network.

Runs on any Python the machine has, so only the standard library, and no syntax older Pythons cannot read.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NEEDED = (3, 11)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def say(line):
    """One line for people."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def newer_python():
    """Another Python on PATH that is new enough, if this one is not."""
    for minor in range(20, NEEDED[1] - 1, -1):
        found = shutil.which("python3." + str(minor))
        if found:
            return found
    return None


def check_version():
    """Go on with a newer Python, or say what is missing."""
    if sys.version_info >= NEEDED:
        return
    found = newer_python()
    if found:
        os.execv(found, [found, os.path.abspath(__file__), *sys.argv[1:]])
    version = ".".join(str(part) for part in sys.version_info[:3])
    sys.exit("Python 3.11 or newer is needed, this is %s. Install it, or name one: make setup PYTHON=…" % version)


def digest(*names):
    """What an installation depends on: the locked requirements, the project file, this script and the Python."""
    content = b"\0".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "scripts/setup.py", *names))
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


def run(command, what):
    """Run a command, quietly; on failure show what it wrote and end."""
    done = subprocess.run(command, cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        say(done.stdout.decode("utf-8", "replace")[-6000:])
        sys.exit("%s failed (exit code %d)" % (what, done.returncode))


def make_venv():
    """A virtual environment that works; a broken or foreign one is made anew."""
    if PYTHON.exists():
        probe = [str(PYTHON), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
        if subprocess.run(probe, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False).returncode == 0:
            return
        shutil.rmtree(str(VENV))
    say("making .venv")
    done = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        shutil.rmtree(str(VENV), ignore_errors=True)
        say(done.stdout.decode("utf-8", "replace"))
        sys.exit("this Python cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv")


def install(name, stamp):
    """Install the locked requirements with their hashes, and the clone itself, unless the stamp says it is done."""
    wanted = digest("requirements/%s.txt" % name)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("installing what the %s needs (some minutes the first time)" % ("product" if name == "runtime" else "tests"))
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"]
    run([*pip, "--require-hashes", "-r", "requirements/%s.txt" % name], "the installation")
    run([*pip, "--no-deps", "--no-build-isolation", "--no-index", "-e", "."], "the installation of the clone")
    stamp.write_text(wanted)


def find_browser():
    """The path of a Chromium that starts: CHROMIUM, then PATH."""
    candidates = [os.environ.get("CHROMIUM", "")] + [shutil.which(name) or "" for name in BROWSERS]
    for path in candidates:
        if path and Path(path).exists():
            probe = [path, "--version"]
            if subprocess.run(probe, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False).returncode == 0:
                return path
    return None


def browser():
    """Find or install Chromium and note where it is; without one the browser's tests are skipped, in CI that fails."""
    note = VENV / ".browser"
    path = find_browser()
    if path is None and os.geteuid() == 0 and shutil.which("apt-get") and not note.exists():
        say("installing Chromium")
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]):
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            if done.returncode:
                break
        path = find_browser()
    if path is None:
        if os.environ.get("CI") == "true":
            sys.exit("no Chromium was found, and CI=true needs one: install it or set CHROMIUM")
        say("no Chromium was found: tests that need a browser are skipped (install chromium, or set CHROMIUM)")
    note.write_text(path or "")


def main():
    """Set up what was asked for."""
    check_version()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="what the tests need, too")
    parser.add_argument("--browser", action="store_true", help="a browser for the tests")
    options = parser.parse_args()
    with open(os.path.abspath(__file__)) as this:
        fcntl.flock(this, fcntl.LOCK_EX)  # two at once would write over each other; the second finds all done
        set_up(options)


def set_up(options):
    """Bring everything that was asked for into place."""
    make_venv()
    dev = VENV / ".stamp-dev"
    runtime = VENV / ".stamp-runtime"
    if options.dev:
        install("dev", dev)
        runtime.write_text(digest("requirements/runtime.txt"))
    else:
        install("runtime", runtime)
    run([str(PYTHON), "scripts/vendor_assets.py"], "fetching fonts and libraries")
    packages = ["app", "campaigns", "renderer", "worker"]  # compiled here, since many machines forbid it at run time
    run([str(PYTHON), "-m", "compileall", "-q", *packages], "compiling")
    if options.browser:
        browser()


if __name__ == "__main__":
    main()
