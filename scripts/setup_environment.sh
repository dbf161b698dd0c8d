#!/usr/bin/env bash
# Makes the virtual environment: torch, then the hashed lock, then this package. Run by `make setup`; idempotent.
set -euo pipefail
PYTHON=${PYTHON:-python3} TORCH=${TORCH:-torch==2.13.0} VENV=${VENV:-.venv} HEADLESS=${HEADLESS:-0} APT=${APT:-1}

say() { printf 'setup: %s\n' "$*"; }

"$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' || {
  say "expected Python 3.11 or 3.12, found $("$PYTHON" --version 2>&1); name another with: make setup PYTHON=python3.12" >&2
  exit 2
}

# libGL is what opencv-python links to; EGL and a driver are what the gl renderer draws with.
packages=()
has_library() { ldconfig -p 2>/dev/null | grep -q "$1" || [ -n "$(find /usr/lib /usr/local/lib -maxdepth 3 -name "$1*" -print -quit 2>/dev/null)" ]; }
if [ "$HEADLESS" != 1 ]; then
  has_library libGL.so.1 || packages+=(libgl1)
  has_library libgthread-2.0.so.0 || packages+=(libglib2.0-0)
  has_library libSM.so.6 || packages+=(libsm6)
  has_library libXext.so.6 || packages+=(libxext6)
  has_library libEGL.so.1 || packages+=(libegl1)
  find /usr/lib /usr/local -name 'swrast_dri.so' -o -name 'libgallium*.so' -o -name 'libEGL_nvidia.so*' 2>/dev/null | grep -q . || packages+=(libgl1-mesa-dri)
fi
if [ ${#packages[@]} -gt 0 ]; then
  line="apt-get install -y --no-install-recommends ${packages[*]}"
  if [ "$APT" != 0 ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing system libraries: ${packages[*]}"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive $line -qq; } >/dev/null || say "failed; run it by hand: $line" >&2
  else
    say "missing system libraries; run: sudo $line   (or: make setup HEADLESS=1, which needs none of them)" >&2
  fi
fi

[ -x "$VENV/bin/python" ] || { say "creating $VENV"; "$PYTHON" -m venv "$VENV"; }
pip() { "$VENV/bin/python" -m pip --disable-pip-version-check -qq "$@"; }

"$VENV/bin/python" -c 'import torch' 2>/dev/null || { say "installing $TORCH"; pip install "$TORCH"; }
say "installing requirements.lock (hashes checked)"
pip install --require-hashes -r requirements.lock
if [ "$HEADLESS" = 1 ]; then
  # Both builds hold the same cv2 folder, so one replaces the other; unrealcv asks for the name opencv-python only.
  version=$("$VENV/bin/python" -c 'from importlib.metadata import version; print(version("opencv-python"))')
  pip uninstall -y opencv-python
  pip install --no-deps "opencv-python-headless==$version"
fi
pip install --no-deps --no-build-isolation --editable . 2>/dev/null || pip install --no-deps --editable .
"$VENV/bin/python" -c 'import torch; print("setup: torch", torch.__version__, "on", "cuda" if torch.cuda.is_available() else "cpu")'
