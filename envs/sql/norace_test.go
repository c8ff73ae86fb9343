//go:build !race

package sql_test

const race = false
