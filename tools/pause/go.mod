module vitrine/tools/pause

go 1.26
