package code

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// spec is a task of writing: what is wanted, what inputs look like, and the
// reference in both languages, whose words stand apart.
type spec struct {
	goal  string
	input func(rng *rand.Rand) string
	lua   string
	js    string
	lines []string // in the task's language
}

func (s spec) in(lang string) []string {
	text := s.js
	if lang == "lua" {
		text = s.lua
	}
	return strings.Split(text, "\n")
}

// How numbers and lines are read, in both languages.
const (
	luaN, jsN = `n = io.read("n")`, `n = Number(readline())`
	luaM, jsM = `m = io.read("n")`, `m = Number(readline())`
	luaS, jsS = `s = io.read()`, `s = readline()`
)

// specs are the makers of a level: arithmetic; branches; loops; texts and lists.
func specs(level int) []func(*rand.Rand) spec {
	switch level {
	case 1:
		return []func(*rand.Rand) spec{scaled, shifted, combined}
	case 2:
		return []func(*rand.Rand) spec{threshold, larger, divisible, distance}
	case 3:
		return []func(*rand.Rand) spec{summed, countdown, powers, repeated}
	}
	return []func(*rand.Rand) spec{highest, spelt, occurrences, wordCount, divisors}
}

func digit(rng *rand.Rand, low, high int) string { return strconv.Itoa(low + rng.IntN(high-low+1)) }

// numbersIn is an input of n numbers, a line each.
func numbersIn(n, most int) func(*rand.Rand) string {
	return func(rng *rand.Rand) string {
		list := make([]string, n)
		for i := range list {
			list[i] = strconv.Itoa(rng.IntN(most + 1))
		}
		return strings.Join(list, "\n")
	}
}

// both is a program that reads numbers and prints an expression of them, which
// reads the same in both languages.
func both(two bool, goal, expression string) spec {
	s := spec{goal: goal, input: numbersIn(1, 20), lua: luaN, js: jsN}
	if two {
		s.input, s.lua, s.js = numbersIn(2, 20), s.lua+"\n"+luaM, s.js+"\n"+jsM
	}
	s.lua += "\nprint( " + expression + " )"
	s.js += "\nprint( " + expression + " )"
	return s
}

func scaled(rng *rand.Rand) spec {
	k, c := digit(rng, 2, 9), digit(rng, 1, 9)
	return both(false, fmt.Sprintf("read a number n and print n times %s plus %s", k, c), "n * "+k+" + "+c)
}

func shifted(rng *rand.Rand) spec {
	k := digit(rng, 1, 9)
	if rng.IntN(2) == 0 {
		return both(false, fmt.Sprintf("read a number n and print n minus %s", k), "n - "+k)
	}
	return both(false, fmt.Sprintf("read a number n and print n plus %s", k), "n + "+k)
}

func combined(rng *rand.Rand) spec {
	i, k := rng.IntN(3), digit(rng, 1, 9)
	return both(true, fmt.Sprintf("read the numbers n and m and print n %s m plus %s", []string{"plus", "minus", "times"}[i], k),
		"n "+[]string{"+", "-", "*"}[i]+" m + "+k)
}

func threshold(rng *rand.Rand) spec {
	pair := pick(rng, [][2]string{{"big", "small"}, {"yes", "no"}, {"hot", "cold"}, {"high", "low"}, {"old", "young"}})
	k := digit(rng, 4, 9)
	return spec{
		goal:  fmt.Sprintf(`read a number n and print %q if it is more than %s and else %q`, pair[0], k, pair[1]),
		input: numbersIn(1, 14),
		lua:   fmt.Sprintf("%s\nif n > %s then print( %q ) else print( %q ) end", luaN, k, pair[0], pair[1]),
		js:    fmt.Sprintf("%s\nif ( n > %s ) print( %q ) ; else print( %q )", jsN, k, pair[0], pair[1]),
	}
}

func larger(rng *rand.Rand) spec {
	i, k := rng.IntN(2), digit(rng, 0, 9)
	sign := []string{">", "<"}[i]
	return spec{
		goal:  fmt.Sprintf("read the numbers n and m and print the %s of them plus %s", []string{"larger", "smaller"}[i], k),
		input: numbersIn(2, 20),
		lua:   fmt.Sprintf("%s\n%s\nif n %s m then print( n + %s ) else print( m + %s ) end", luaN, luaM, sign, k, k),
		js:    fmt.Sprintf("%s\n%s\nif ( n %s m ) print( n + %s ) ; else print( m + %s )", jsN, jsM, sign, k, k),
	}
}

func divisible(rng *rand.Rand) spec {
	k, c := digit(rng, 2, 5), digit(rng, 2, 9)
	return spec{
		goal:  fmt.Sprintf("read a number n and print n times %s if it can be divided by %s and else n", c, k),
		input: numbersIn(1, 20),
		lua:   fmt.Sprintf("%s\nif n %% %s == 0 then print( n * %s ) else print( n ) end", luaN, k, c),
		js:    fmt.Sprintf("%s\nif ( n %% %s == 0 ) print( n * %s ) ; else print( n )", jsN, k, c),
	}
}

func distance(rng *rand.Rand) spec {
	k := digit(rng, 5, 15)
	return spec{
		goal:  fmt.Sprintf("read a number n and print how far it is from %s", k),
		input: numbersIn(1, 20),
		lua:   fmt.Sprintf("%s\nif n > %s then print( n - %s ) else print( %s - n ) end", luaN, k, k, k),
		js:    fmt.Sprintf("%s\nif ( n > %s ) print( n - %s ) ; else print( %s - n )", jsN, k, k, k),
	}
}

func summed(rng *rand.Rand) spec {
	k := digit(rng, 2, 4)
	return spec{
		goal:  fmt.Sprintf("read a number n and print the sum of the numbers from 1 to n, each times %s", k),
		input: numbersIn(1, 15),
		lua:   fmt.Sprintf("%s\ns = 0\nfor i = 1 , n do s = s + i * %s end\nprint( s )", luaN, k),
		js:    fmt.Sprintf("%s\ns = 0\nfor ( i = 1 ; i <= n ; i ++ ) s = s + i * %s\nprint( s )", jsN, k),
	}
}

func countdown(rng *rand.Rand) spec {
	k := digit(rng, 1, 4)
	return spec{
		goal:  fmt.Sprintf("read a number n and print it as long as it is more than 0, a line each, taking %s from it each time", k),
		input: numbersIn(1, 15),
		lua:   fmt.Sprintf("%s\nwhile n > 0 do print( n ) n = n - %s end", luaN, k),
		js:    fmt.Sprintf("%s\nwhile ( n > 0 ) { print( n ) ; n = n - %s }", jsN, k),
	}
}

func powers(rng *rand.Rand) spec {
	k, c := digit(rng, 2, 3), digit(rng, 1, 5)
	return spec{
		goal:  fmt.Sprintf("read a number n and print %s multiplied n times by %s", c, k),
		input: numbersIn(1, 9),
		lua:   fmt.Sprintf("%s\ns = %s\nfor i = 1 , n do s = s * %s end\nprint( s )", luaN, c, k),
		js:    fmt.Sprintf("%s\ns = %s\nfor ( i = 1 ; i <= n ; i ++ ) s = s * %s\nprint( s )", jsN, c, k),
	}
}

func repeated(rng *rand.Rand) spec {
	word := strconv.Quote(pick(rng, nouns))
	return spec{
		goal:  fmt.Sprintf("read a number n and print it and behind it n times %s, all without spaces", word),
		input: numbersIn(1, 9),
		lua:   fmt.Sprintf("%s\ns = n\nfor i = 1 , n do s = s .. %s end\nprint( s )", luaN, word),
		js:    fmt.Sprintf("%s\ns = n\nfor ( i = 1 ; i <= n ; i ++ ) s = s + %s\nprint( s )", jsN, word),
	}
}

func highest(rng *rand.Rand) spec {
	i, k := rng.IntN(2), digit(rng, 0, 9)
	sign, start := []string{">", "<"}[i], []string{"0 - 1", "99"}[i]
	return spec{
		goal: fmt.Sprintf("read a number n and then n numbers, a line each, and print the %s of them plus %s", []string{"highest", "lowest"}[i], k),
		input: func(rng *rand.Rand) string {
			n := 2 + rng.IntN(4)
			return strconv.Itoa(n) + "\n" + numbersIn(n, 50)(rng)
		},
		lua: fmt.Sprintf("%s\ns = %s\nfor i = 1 , n do\n%s\nif m %s s then s = m end\nend\nprint( s + %s )", luaN, start, luaM, sign, k),
		js:  fmt.Sprintf("%s\ns = %s\nfor ( i = 1 ; i <= n ; i ++ ) {\n%s\nif ( m %s s ) s = m\n}\nprint( s + %s )", jsN, start, jsM, sign, k),
	}
}

// wordsIn is an input of a few words on a line.
func wordsIn(rng *rand.Rand) string {
	list := make([]string, 1+rng.IntN(4))
	for i := range list {
		list[i] = pick(rng, nouns)
	}
	return strings.Join(list, " ")
}

func spelt(rng *rand.Rand) spec {
	mark := strconv.Quote(pick(rng, []string{"+", "-", "*", "#", "=", "."}))
	return spec{
		goal:  fmt.Sprintf("read a line and print it backwards, with %s after it", mark),
		input: wordsIn,
		lua:   luaS + "\nprint( s:reverse() .. " + mark + " )",
		js:    jsS + "\n" + `print( s.split("").reverse().join("") + ` + mark + " )",
	}
}

func occurrences(rng *rand.Rand) spec {
	c := strconv.Quote(pick(rng, strings.Split("aeio", "")))
	return spec{
		goal:  fmt.Sprintf("read a line and print how often the letter %s is in it", c),
		input: wordsIn,
		lua:   fmt.Sprintf("%s\nn = 0\nfor i = 1 , #s do if s:sub(i,i) == %s then n = n + 1 end end\nprint( n )", luaS, c),
		js:    fmt.Sprintf("%s\nn = 0\nfor ( i = 0 ; i < s.length ; i ++ ) if ( s[i] == %s ) n = n + 1\nprint( n )", jsS, c),
	}
}

func wordCount(rng *rand.Rand) spec {
	k := digit(rng, 1, 9)
	return spec{
		goal:  fmt.Sprintf("read a line and print its number of words times %s plus its number of letters and spaces", k),
		input: wordsIn,
		lua:   fmt.Sprintf("%s\nn = 0\nfor m in s:gmatch(\"%%a+\") do n = n + %s end\nprint( n + #s )", luaS, k),
		js:    fmt.Sprintf("%s\nn = s.split(/\\s/).length * %s\nprint( n + s.length )", jsS, k),
	}
}

func divisors(rng *rand.Rand) spec {
	k := digit(rng, 1, 3)
	return spec{
		goal:  fmt.Sprintf("read a number n and print each number from %s to n by which n can be divided, a line each", k),
		input: func(rng *rand.Rand) string { return strconv.Itoa(4 + rng.IntN(30)) },
		lua:   fmt.Sprintf("%s\nfor i = %s , n do if n %% i == 0 then print( i ) end end", luaN, k),
		js:    fmt.Sprintf("%s\nfor ( i = %s ; i <= n ; i ++ ) if ( n %% i == 0 ) print( i )", jsN, k),
	}
}
