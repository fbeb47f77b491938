#!/bin/sh
# Compiles this project's own crate, and no dependency (RUSTC_WORKSPACE_WRAPPER), so that it counts what runs.
exec "$@" -C instrument-coverage -C strip=none
