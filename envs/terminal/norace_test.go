//go:build !race

package terminal_test

const race = false
