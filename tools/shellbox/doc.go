// Package shellbox is a shell in memory: a file system, a POSIX-like shell and
// the usual utilities, all within this process. It reaches nothing of the host:
// no file, no process, no variable, no clock, no network.
//
// mvdan.cc/sh parses and expands; the commands are run here, one after the
// other, also those of a pipeline. So a command's effect depends on the file
// system and the command alone: there are no races, no process numbers and no
// random numbers but a seeded one, and what runs too long is stopped after a
// number of steps, not of seconds.
//
// Start with [Box]. [FS] is the file system, [Image] one that is shared: an
// episode that starts from it costs nothing until it writes.
//
// What it is not: a complete bash. No job control, no traps, no hard links, one
// user. What is missing says so.
package shellbox
