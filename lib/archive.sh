#!/bin/sh
# archive.sh IN.a OUT.a SCRATCH LD OBJCOPY AR: one object of all, in which hidden names are local.
set -eu
in=$1 out=$2 scratch=$3 ld=$4 objcopy=$5 ar=$6
mkdir -p "$scratch"
"$ld" -r --whole-archive "$in" -o "$scratch/lsexport.o"
"$objcopy" --localize-hidden "$scratch/lsexport.o"
rm -f "$out"
"$ar" rcsD "$out" "$scratch/lsexport.o"
