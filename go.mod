module github.com/turngym/turngym

go 1.26
