package scenarios

import (
	_ "embed"
	"html"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

//go:embed words.txt
var wordFile string

// lists are the word lists of words.txt: a line "name: words".
var lists = func() [][2]string {
	var out [][2]string
	for line := range strings.Lines(wordFile) {
		if name, words, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			out = append(out, [2]string{name, words})
		}
	}
	return out
}()

const style = `body{font:15px/1.5 system-ui,sans-serif;margin:24px;max-width:640px;color:#223}h1{font-size:20px}` +
	`button,input,select,textarea{font:inherit;padding:4px 10px;margin:2px 4px 2px 0}label{display:block;margin:4px 0}` +
	`table{border-collapse:collapse}td,th{border:1px solid #ccd;padding:3px 10px;text-align:left}a{margin-right:10px}`

// library is what require "gym" gives: word lists, and helpers for pages, texts,
// grids, graphs and search. Lists are made when they are first asked for.
func library(l *lua.LState) *lua.LTable {
	t := l.SetFuncs(l.NewTable(), map[string]lua.LGFunction{
		"esc": func(l *lua.LState) int { l.Push(lua.LString(html.EscapeString(l.CheckString(1)))); return 1 },
		"page": func(l *lua.LState) int {
			title := html.EscapeString(l.CheckString(1))
			l.Push(lua.LString("<!doctype html><html><head><title>" + title + "</title><style>" + style +
				"</style></head><body>" + l.CheckString(2) + "</body></html>"))
			return 1
		},
		"title": func(l *lua.LState) int {
			s := l.CheckString(1)
			if s != "" {
				s = strings.ToUpper(s[:1]) + s[1:]
			}
			l.Push(lua.LString(s))
			return 1
		},
		"find": find, "list": list, "split": split, "align": align, "json": toJSON, "unjson": fromJSON, "copy": copyOf,
		"permutations": permutations, "grid": grid, "read": readGrid, "rows": rows, "cells": cells, "move": move, "around": around, "distances": distances, "path": shortest,
		"solve": solve, "graph": graph, "route": route,
	})
	meta := l.NewTable()
	meta.RawSetString("__index", l.NewFunction(func(l *lua.LState) int {
		name := l.CheckString(2)
		for _, list := range lists {
			if list[0] == name {
				words := l.NewTable()
				for w := range strings.FieldsSeq(list[1]) {
					words.Append(lua.LString(w))
				}
				t.RawSetString(name, words)
				l.Push(words)
				return 1
			}
		}
		l.RaiseError("gym.%s is not in the library; see docs/scenarios.md", name)
		return 0
	}))
	meta.RawSetString("__metatable", lua.LString("locked"))
	l.SetMetatable(t, meta)
	return t
}

// find is gym.find(page, {role=, name=, value=, state=, nth=}): the element
// that has all of these, or nil.
func find(l *lua.LState) int {
	elements, ok := l.CheckTable(1).RawGetString("elements").(*lua.LTable)
	if !ok {
		l.ArgError(1, "a page expected")
	}
	want, nth := l.CheckTable(2), 1
	if n, ok := want.RawGetString("nth").(lua.LNumber); ok {
		nth = int(n)
	}
	for i := 1; i <= elements.Len(); i++ {
		e, ok := elements.RawGetInt(i).(*lua.LTable)
		if !ok {
			continue
		}
		all := true
		for _, key := range []string{"role", "name", "value", "state"} {
			if v := want.RawGetString(key); v != lua.LNil && v.String() != e.RawGetString(key).String() {
				all = false
			}
		}
		if all {
			if nth--; nth == 0 {
				l.Push(e)
				return 1
			}
		}
	}
	l.Push(lua.LNil)
	return 1
}

// Words is one of the word lists that scenarios have as gym.NAME: words, names,
// surnames, cities, products and so on; nil where there is none of that name.
func Words(name string) []string {
	for _, list := range lists {
		if list[0] == name {
			return strings.Fields(list[1])
		}
	}
	return nil
}
