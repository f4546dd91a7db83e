#!/bin/sh
# Prepares .venv (and Chromium for the tests). Called by make; safe to call again: does nothing when nothing changed.
#   sh setup.sh run    runtime only
#   sh setup.sh dev    runtime, checks and a browser
set -eu
kind=${1:-run}
cd "$(dirname "$0")"

missing() { echo "setup: $1 is missing. Install it with: $2" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

python="" without_venv=""
for candidate in python3.13 python3.12 python3.11 python3; do
    has "$candidate" && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    if "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then python=$candidate; break; fi
    without_venv=$candidate
done
if [ -z "$python" ]; then
    [ -z "$without_venv" ] || missing "the venv module of $without_venv" "sudo apt-get install ${without_venv}-venv"
    missing "Python 3.11 or newer" "sudo apt-get install python3 python3-venv (Debian 12, Ubuntu 24.04 or newer)"
fi
has git || missing git "sudo apt-get install git"
has make || missing make "sudo apt-get install make"

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then  # none yet, half made, or of a Python that is gone
    echo "setup: making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi

requirements=requirements.txt
[ "$kind" = dev ] && requirements=requirements-dev.txt
stamp=.venv/.installed-$kind
wanted=$(cat requirements.txt "$requirements" | cksum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    echo "setup: installing $requirements"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$requirements"
    echo "$wanted" > "$stamp"
fi

[ "$kind" = dev ] || exit 0
if { has chromium || has chromium-browser || has google-chrome; } && has chromedriver; then exit 0; fi
echo "setup: the browser tests need Chromium and its driver; installing them with apt-get"
has apt-get || missing "Chromium and chromedriver" "your system's package manager"
as_root=""
if [ "$(id -u)" != 0 ]; then
    has sudo || missing "Chromium and chromedriver" "apt-get install chromium chromium-driver (as root)"
    as_root=sudo
fi
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium chromium-driver >/dev/null ||
    missing "Chromium and chromedriver" "sudo apt-get install chromium chromium-driver"
