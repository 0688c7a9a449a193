#!/usr/bin/env bash
# Checks the example workflows with actionlint, where Go is there to build it; else says that nobody has.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=v1.7.7
folder="$PWD/node_modules/.cache/plumbline/actionlint-$version"
if ! [ -x "$folder/actionlint" ]; then
  if ! command -v go >/dev/null; then
    echo 'workflows: not linted: actionlint is built with Go, which is not here'
    exit 0
  fi
  GOBIN="$folder" GOFLAGS=-mod=mod go install "github.com/rhysd/actionlint/cmd/actionlint@$version"
fi
"$folder/actionlint" examples/workflows/*.yml
echo "workflows: linted by actionlint $version"
