#!/bin/sh
# SPDX-License-Identifier: MIT
# Run by `meson dist`: puts what the core is built from, and the license, in the place of the links to them.
set -eu
core=$MESON_SOURCE_ROOT/subprojects/lsexport
target=$MESON_DIST_ROOT/subprojects/lsexport
rm -f "$target" "$MESON_DIST_ROOT/LICENSE"
mkdir -p "$target"
cd "$core"
cp -R LICENSE meson.build meson_options.txt include lib pkgconfig "$target"
cp LICENSE "$MESON_DIST_ROOT"
