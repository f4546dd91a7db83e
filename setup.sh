#!/bin/sh
# Prepares .venv (and Chromium for the tests). Called by make; safe to call again: does nothing when nothing changed.
#   sh setup.sh run    runtime only
#   sh setup.sh dev    runtime, checks and a browser
set -eu
kind=${1:-run}
cd "$(dirname "$0")"

missing() { echo "setup: $1 is missing. Install it with: $2" >&2; exit 1; }

python=""
for candidate in python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
       "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate; break
    fi
done
[ -n "$python" ] || missing "Python 3.11 or newer" "sudo apt-get install python3 python3-venv (Debian 12, Ubuntu 24.04 or newer)"
command -v git >/dev/null 2>&1 || missing git "sudo apt-get install git"
if [ ! -x .venv/bin/python ]; then
    "$python" -c 'import venv, ensurepip' 2>/dev/null || missing "the venv module" "sudo apt-get install python3-venv"
    echo "setup: making .venv with $("$python" --version)"
    "$python" -m venv .venv
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

if [ "$kind" = dev ] && { [ -z "$(command -v chromium || command -v chromium-browser || command -v google-chrome)" ] ||
                          [ -z "$(command -v chromedriver)" ]; }; then
    echo "setup: the browser tests need Chromium and its driver; installing them with apt-get"
    command -v apt-get >/dev/null 2>&1 || missing "Chromium and chromedriver" "your system's package manager"
    if [ "$(id -u)" = 0 ]; then as_root=""; else
        command -v sudo >/dev/null 2>&1 || missing "Chromium and chromedriver" "apt-get install chromium chromium-driver (as root)"
        as_root=sudo
    fi
    $as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq chromium chromium-driver >/dev/null
fi
