#!/usr/bin/env bash
# The lock must not pin torch or CUDA (they come first, in the build that fits the machine), and conda must use this lock.
set -euo pipefail
if grep -niE '^(torch|nvidia-|triton)' requirements.lock; then
  echo "requirements.lock: expected no torch, nvidia-* or triton; run: make lock (overrides.txt keeps them out)" >&2
  exit 1
fi
digest=$(sha256sum requirements.lock | cut -c1-16)
grep -q "lock: $digest" envs/core.post-deploy.sh || {
  echo "envs/core.post-deploy.sh: expected 'lock: $digest', the digest of requirements.lock; put it there" >&2
  exit 1
}
