// Package gym is the contract of Turngym: what an environment is, what an
// agent may do in it, and what a recorded episode holds.
//
// It imports nothing of this module and knows no browser, model or file
// format. Start with [Env], [Verb] and [Episode].
//
// Three things can go wrong, and they never mix. The agent's [Mistake]
// becomes an observation with a "format" signal. The environment's [Fault]
// throws the episode away and is counted. The caller's error (an unknown
// scenario, a bad configuration key) is a plain error, returned before any
// work is done.
//
// The shared half ([Family]) is safe for goroutines, the single half ([Env])
// is not.
package gym
