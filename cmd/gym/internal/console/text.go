package console

import (
	"strings"
	"unicode"

	"charm.land/lipgloss/v2"
)

// clean takes out what would move the cursor.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, s)
}

// wrap breaks a text into lines of at most width columns.
func wrap(s string, width int) (list []string) {
	for line := range strings.SplitSeq(s, "\n") {
		list = append(list, strings.Split(lipgloss.Wrap(clean(line), max(1, width), ""), "\n")...)
	}
	return list
}

func indent(list []string) []string {
	for i := range list {
		list[i] = " " + list[i]
	}
	return list
}

// cut shortens a line to a width.
func cut(s string, width int) string {
	if lipgloss.Width(s) <= width {
		return s
	}
	return lipgloss.NewStyle().Inline(true).MaxWidth(max(1, width-1)).Render(s) + "…"
}

// pad makes a line of exactly a width.
func pad(s string, width int) string {
	s = cut(s, width)
	return s + strings.Repeat(" ", max(0, width-lipgloss.Width(s)))
}

// fill makes so many lines of exactly a width.
func fill(list []string, height, width int) []string {
	out := make([]string, height)
	for i := range out {
		if i < len(list) {
			out[i] = pad(list[i], width)
		} else {
			out[i] = strings.Repeat(" ", width)
		}
	}
	return out
}
