#!/bin/sh
# SPDX-License-Identifier: MIT
# archive.sh IN.a OUT.a SCRATCH LD OBJCOPY AR: one object of all, in which hidden names are local.
set -eu
in=$1 out=$2 scratch=$3 ld=$4 objcopy=$5 ar=$6
object=$scratch/lsexport.o
mkdir -p "$scratch"
"$ld" -r --whole-archive "$in" -o "$object"
if grep -q __gnu_lto_slim "$object"; then
  echo 'archive.sh: no machine code to archive: -flto needs -ffat-lto-objects beside it' >&2
  exit 1
fi
# What link-time optimisation would read has the hidden names too: only the machine code stays.
"$objcopy" --localize-hidden --remove-section='.gnu.lto_*' --remove-section='.gnu.debuglto_*' \
  --remove-section=.llvm.lto --strip-symbol=__gnu_lto_v1 "$object"
rm -f "$out"
"$ar" rcsD "$out" "$object"
