package sqlbox

import "strings"

// SQLite puts the text of each WITH table in place of its name before it counts
// anything. Thirty tables, each twice the one before, would be a thousand
// million: no bound of SQLite's own stops that. So the names are counted here.

// expandMax is how many copies of one table a query may come to.
const expandMax = 500

// expands says whether the tables that a query defines by WITH stay within
// expandMax copies. It may count too many, never too few: each is copied at
// most once for each of its names that stand in the copies of others.
func expands(sql string) bool {
	list := tokens(sql)
	uses := map[string]int{}
	for _, t := range list {
		uses[t]++
	}
	copies := 1
	defined := map[string]bool{}
	for i := 2; i < len(list) && copies <= expandMax; i++ {
		if name, ok := definedAt(list, i); ok && !defined[name] {
			defined[name] = true
			copies *= max(1, uses[name]-1)
		}
	}
	return copies <= expandMax
}

// definedAt is the table whose definition opens with the bracket at i: name AS (,
// name (columns) AS (, with MATERIALIZED or not.
func definedAt(list []string, i int) (string, bool) {
	if list[i] != "(" {
		return "", false
	}
	i--
	for i > 0 && (list[i] == "materialized" || list[i] == "not") {
		i--
	}
	if i < 1 || list[i] != "as" {
		return "", false
	}
	if i--; list[i] == ")" {
		for i > 0 && list[i] != "(" {
			i--
		}
		i--
	}
	if i < 0 {
		return "", false
	}
	return list[i], true
}

// tokens are the names, words and signs of a statement, in small letters and
// without their quotes. SQLite takes a text for a name where it wants one, so
// texts are names, too.
func tokens(sql string) []string {
	var list []string
	for i := 0; i < len(sql); {
		c, start := sql[i], i
		switch {
		case strings.HasPrefix(sql[i:], "--"):
			i = upTo(sql, i, "\n")
		case strings.HasPrefix(sql[i:], "/*"):
			i = upTo(sql, i+2, "*/")
		case c == '\'' || c == '"' || c == '`' || c == '[':
			end := string(c)
			if c == '[' {
				end = "]"
			}
			i = upTo(sql, i+1, end)
			list = append(list, strings.ToLower(strings.TrimSuffix(sql[start+1:i], end)))
		case letter(c):
			for i < len(sql) && letter(sql[i]) {
				i++
			}
			list = append(list, strings.ToLower(sql[start:i]))
		default:
			if i++; c > ' ' {
				list = append(list, string(c))
			}
		}
	}
	return list
}

// upTo is the place after the next end at or after from, or that of the text's end.
func upTo(s string, from int, end string) int {
	if at := strings.Index(s[min(from, len(s)):], end); at >= 0 {
		return from + at + len(end)
	}
	return len(s)
}

// letter says whether a byte can be of a name.
func letter(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
