package terminal

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// logs are tasks about what servers write down.
func logs() []kind {
	return []kind{
		{"log-status", "requests by their status", logStatus},
		{"log-address", "requests by where they come from", logAddress},
		{"log-slow", "requests that took long", logSlow},
		{"log-hours", "what happened in which hour", logHours},
	}
}

// request is a line of a server's log: address, path, status, milliseconds.
type request struct{ address, path, status, took string }

func (r request) String() string {
	return strings.Join([]string{r.address, r.path, r.status, r.took}, " ")
}

func (d *draw) requests(n int) []request {
	out := make([]request, n)
	for i := range out {
		out[i] = request{"10.0.0." + strconv.Itoa(d.n(1, 5)), d.one(routes...), d.one("200", "200", "404", "500", "302"), strconv.Itoa(d.n(1, 90) * 10)}
	}
	return out
}

func texts(list []request) []string {
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = r.String()
	}
	return out
}

// those are the requests that keep says yes to, each as show has it.
func those(list []request, keep func(request) bool, show func(request) string) []string {
	var out []string
	for _, r := range list {
		if keep(r) {
			out = append(out, show(r))
		}
	}
	return out
}

func logStatus(d *draw) {
	out := d.one(outFiles...)
	list := d.requests(d.n(5, 6+4*d.level))
	status := list[0].status
	d.file("access.log", texts(list)...)
	d.free(out)
	d.beside(1)
	is := func(r request) bool { return r.status == status }
	switch d.level {
	case 1:
		d.say("Write the lines of access.log with the status "+status+" to "+out+". The status stands in column 3.", "Copy the requests of access.log that have "+status+" in column 3 to "+out+".")
		d.do("awk '$3==" + status + "' access.log > " + out)
		d.wanted(listed(out, those(list, is, request.String)...))
	case 2:
		d.say("Write the different paths of access.log with the status "+status+", sorted, to "+out+". A line is address, path, status and time.", "Which paths in column 2 of access.log have "+status+" in column 3? Write each once, sorted, to "+out+".")
		d.do("awk '$3==" + status + "' access.log | awk '{print $2}' | sort -u > " + out)
		d.wanted(listed(out, distinct(those(list, is, func(r request) string { return r.path }))...))
	default:
		d.say("Count how often each status in column 3 of access.log occurs and write lines of a number and a status to "+out+".", "For every status in column 3 of access.log, write how often it occurs, and the status, to "+out+".")
		d.do("head -n 2 access.log", "awk '{print $3}' access.log | sort | uniq -c > "+out)
		d.wanted(holds(out, tally(those(list, func(request) bool { return true }, func(r request) string { return r.status }))...))
	}
}

// tally are lines of how often and what, as uniq -c has them.
func tally(list []string) []string {
	var out []string
	for _, x := range distinct(list) {
		n := 0
		for _, y := range list {
			if x == y {
				n++
			}
		}
		out = append(out, fmt.Sprintf("%d %s", n, x))
	}
	return out
}

func logAddress(d *draw) {
	out := d.one(outFiles...)
	list := d.requests(d.n(5, 6+4*d.level))
	address := list[0].address
	d.free(out)
	d.beside(1)
	all := func(request) bool { return true }
	from := func(r request) string { return r.address }
	switch d.level {
	case 1:
		d.say("Write the lines of access.log that begin with "+address+" to "+out+".", "Copy the requests of "+address+" from access.log to "+out+".")
		d.do("grep " + address + " access.log > " + out)
		d.wanted(listed(out, those(list, func(r request) bool { return r.address == address }, request.String)...))
	case 2:
		d.say("Write the different addresses of access.log, sorted, to "+out+". The address is column 1.", "Which addresses are in column 1 of access.log? Write each once, sorted, to "+out+".")
		d.do("awk '{print $1}' access.log | sort -u > " + out)
		d.wanted(listed(out, distinct(those(list, all, from))...))
	default:
		for range 4 { // one is clearly the most frequent
			r := d.requests(1)[0]
			r.address = address
			list = append(list, r)
		}
		most, count := "", 0
		for _, t := range tally(those(list, all, from)) {
			n, a, _ := strings.Cut(t, " ")
			if k, _ := strconv.Atoi(n); k >= count {
				most, count = a, k
			}
		}
		for range 2 {
			list = append(list, request{most, "/home", "200", "10"})
		}
		d.say("Which address in column 1 of access.log occurs most often? Write how often, and the address, to "+out+".", "Write the number of requests and the address of the most frequent address in column 1 of access.log to "+out+".")
		d.do("awk '{print $1}' access.log | sort | uniq -c", "awk '{print $1}' access.log | sort | uniq -c | sort -rn | head -n 1 > "+out)
		d.wanted(listed(out, fmt.Sprintf("%d %s", count+2, most)))
	}
	d.file("access.log", texts(list)...)
}

func logSlow(d *draw) {
	out, limit := d.one(outFiles...), d.one("300", "500", "700")
	most, _ := strconv.Atoi(limit)
	list := d.requests(d.n(5, 6+4*d.level))
	list = append(list, request{"10.0.0.1", "/news", "200", strconv.Itoa(most + 120)})
	d.file("access.log", texts(list)...)
	d.free(out)
	d.beside(1)
	slow := func(r request) bool { n, _ := strconv.Atoi(r.took); return n > most }
	cond := "awk '$4>" + limit + "' access.log"
	switch d.level {
	case 1:
		d.say("Write the lines of access.log with a time over "+limit+" in column 4 to "+out+".", "Copy the requests of access.log that have more than "+limit+" in column 4 to "+out+".")
		d.do(cond + " > " + out)
		d.wanted(listed(out, those(list, slow, request.String)...))
	case 2:
		out = d.one(countFiles...)
		d.free(out)
		d.say("Count the lines of access.log with a time over "+limit+" in column 4 and write the number to "+out+".", "How many requests of access.log have more than "+limit+" in column 4? Write it to "+out+".")
		d.do(cond + " | wc -l > " + out)
		d.wanted(tells(out, len(those(list, slow, request.String))))
	default:
		d.say("Write the different paths in column 2 of access.log that took more than "+limit+" in column 4, sorted, to "+out+".", "Which paths, in column 2 of access.log, have a time over "+limit+" in column 4? Write each once, sorted, to "+out+".")
		d.do("head -n 2 access.log", cond+" | awk '{print $2}' | sort -u > "+out)
		d.wanted(listed(out, distinct(those(list, slow, func(r request) string { return r.path }))...))
	}
}

func logHours(d *draw) {
	out, file := d.one(outFiles...), d.one(logFiles...)
	d.free(out)
	d.beside(1)
	var lines, hours, bad []string
	var minutes []int
	for range d.n(5, 6+4*d.level) {
		minutes = append(minutes, d.n(8*60, 12*60-1))
	}
	slices.Sort(minutes)
	for i, m := range minutes {
		grade := d.one(grades...)
		if i == 0 {
			grade = "error"
		}
		hour := fmt.Sprintf("%02d", m/60)
		lines = append(lines, fmt.Sprintf("%s:%02d %s %s", hour, m%60, grade, d.one(told...)))
		if hours = append(hours, hour); grade == "error" {
			bad = append(bad, hour)
		}
	}
	d.file(file, lines...)
	switch d.level {
	case 1:
		hour := hours[0]
		d.say("Each line of "+file+" begins with a time. Write the lines of the hour "+hour+" to "+out+".", "Copy the lines of "+file+" that begin with "+hour+" to "+out+".")
		d.do("grep ^" + hour + " " + file + " > " + out)
		d.wanted(listed(out, slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return !strings.HasPrefix(l, hour) })...))
	case 2:
		d.say("Each line of "+file+" begins with the hour, two digits. Count the lines of each hour and write lines of a number and an hour to "+out+".", "How many lines of "+file+" are of which hour, the first two digits? Write the number and the hour to "+out+".")
		d.do("cut -c 1-2 " + file + " | uniq -c > " + out)
		d.wanted(holds(out, tally(hours)...))
	default:
		d.say("Each line of "+file+" begins with the hour, two digits. Count the lines with error of each hour and write lines of a number and an hour to "+out+".", "How many lines with error has "+file+" in which hour, the first two digits? Write the number and the hour to "+out+".")
		d.do("head -n 2 "+file, "grep error "+file+" | cut -c 1-2 | uniq -c > "+out)
		d.wanted(holds(out, tally(bad)...))
	}
}
