#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image.
set -euo pipefail
source_dir=${AUTOGRADER:-/autograder}/source

export DEBIAN_FRONTEND=noninteractive
install() { apt-get -q -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@"; }

# kit needs Python 3.11. Ubuntu 24.04 has a newer one; 22.04 has it beside its own.
find_python() {
    for python in python3 python3.13 python3.12 python3.11; do
        if "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$python"
            return 0
        fi
    done
    return 1
}

apt-get -q update
install ca-certificates tcpdump strace bubblewrap iproute2 util-linux
packages=''
# shellcheck source=/dev/null
. "$source_dir/settings"
# shellcheck disable=SC2086  # words are meant: what the exercise's languages need
[ -z "$packages" ] || install $packages
find_python >/dev/null || install python3 python3-venv
find_python >/dev/null || install python3.11 python3.11-venv
if ! python=$(find_python); then
    echo "kit: Python 3.11 or newer is needed; choose Ubuntu 22.04 or newer as the base image of this autograder" >&2
    exit 1
fi

"$python" -m venv "$source_dir/venv"
"$source_dir/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$source_dir/requirements.txt"
# What a run will find here is in the log of the build; the machine that builds may be another one than that which grades.
PYTHONPATH=$source_dir/wirekit "$source_dir/venv/bin/python" -P -m kit doctor || true
