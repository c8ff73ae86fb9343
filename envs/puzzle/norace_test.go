//go:build !race

package puzzle_test

const race = false
