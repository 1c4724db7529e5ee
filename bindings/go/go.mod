module lsexport.local/lsexport

go 1.19
