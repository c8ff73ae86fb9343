package terminal

// words are what a command is composed of at a level, beside what can be read:
// names of utilities, flags, operators, and expressions that stand nowhere. A
// level has those of the levels below too. The check gym.oracle_writable says
// which are missing.
func words(level int) []string {
	var list []string
	for _, part := range [][]string{
		level1(), level2(), level3(),
	}[:level] {
		list = append(list, part...)
	}
	return list
}

func level1() []string {
	return []string{
		"awk", "cat", "cf", "chmod", "comm", "cp", "cut", "echo", "find", "grep", "gunzip", "gzip", "head", "ln", "ls", "mkdir", "mv", "rm", "sed", "sha256sum",
		"sort", "split", "tac", "tail", "tar", "tr", "wc", "xf",
		"+14", "+30", "+4k", "+5k", "+60", "+6k", "+7", "+x", "-12", "-c", "-d,", "-e", "-empty", "-f", "-i", "-l", "-mtime", "-n", "-name", "-p", "-perm", "-s",
		"-size", "-type", "-u",
		".", "<", ">", ">>", "|",
		"'$3==200'", "'$3==302'", "'$3==404'", "'$3==500'", "'$4>300'", "'$4>500'", "'$4>700'", "'$d'", `'/^cache/c\'`, `'/^host/c\'`, `'/^level/c\'`, `'/^mode/c\'`,
		`'/^port/c\'`, `'/^user/c\'`, "'[:lower:]'", "'[:upper:]'", "'{s+=$1}", "*.log", "*.tmp", "*.txt", "/^#/d", "/debug/d", "/error/d", "/info/d", "/warn/d",
		"1d", "2d", "3d", "4d", "5d", "6d", "7d", "8d", "END", "^08", "^09", "^10", "^11", "f", "s/alpha/beta/", "s/blue/green/", "s/cat/dog/", "s/draft/final/",
		"s/lemon/lime/", "s/old/new/", "s/red/blue/", "s/tea/milk/", "s}'", "{print",
	}
}

func level2() []string {
	return []string{
		"cd", "czf", "do", "done", "for", "in", "touch", "uniq",
		"+2", "--directory", "-23", "-F,", "-d", "-delete", "-exec", "-r", "-rl", "-rn",
		"&&", ";", "..",
		"$1}'", "$2}'", "$f;", "'$2>30'", "'$2>50'", "'$2>70'", "'*.csv'", "'*.log'", "'*.txt'", "'{print", "'{s+=$2}", "1", "1-2", "4s/,$//", "5s/,$//", "6s/,$//",
		`\;`, "bin/*.sh", "data/*.txt", "data/*.txt;", "docs/*.txt", "docs/*.txt;", "etc/*.ini", "logs/*.log", "new.tmp", "notes/*.txt", "notes/*.txt;", "pages/*.txt",
		"pages/*.txt;", "parts/*.txt", "parts/*.txt;", "parts/x", "plans/*.txt", "plans/*.txt;", "s/^#//", "store/*.txt", "store/*.txt;", "work/*.txt", "work/*.txt;",
		"{}",
	}
}

func level3() []string {
	return []string{
		"cache", "host", "level", "mode", "nl", "paste", "port", "rmdir", "tf", "user", "xargs", "zcat",
		"+3", "+4", "+5", "-", "-1", "-k2", "-t,", "-v",
		"$3}'", "$f", "${f%.txt}.old;", "'!seen[$0]++'", `'"'`, "'*.tmp'", "'NF==4'", "*.csv", "*.ini;", "*.txt;", "/^$/d", "2", "3", "4", "7s/,$//", `\'`, "a.tmp",
		"b.tmp", "backup/$f.bak;", "bin/*.key", "d", "data/*.tmp", "docs/*.tmp", "etc/*.ini;", "notes/*.tmp", "pages/*.tmp", "part.txt", "parts/*.tmp",
		"plans/*.tmp", "s/,$//", "s/alpha/beta/g", "s/blue/green/g", "s/cat/dog/g", "s/draft/final/g", "s/lemon/lime/g", "s/old/new/g", "s/red/blue/g", "s/tea/milk/g",
		"saved/$f.bak;", "spare/$f.bak;", "store/*.tmp", "work/*.tmp",
	}
}
