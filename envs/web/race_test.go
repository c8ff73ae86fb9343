//go:build race

package web_test

const race = true
