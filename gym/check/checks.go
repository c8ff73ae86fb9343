package check

import (
	"context"

	"github.com/turngym/turngym/gym"
)

// checked is one check: of every level, or of the whole scenario.
type checked struct {
	id, remedy string
	unit       string // of what is measured, level by level
	level      func(context.Context, *bench, place) (measured string, err error)
	whole      func(context.Context, *bench, gym.Scenario) error
}

// checks are all there are, in the order in which they run. Some have no
// function of their own: what they are about is looked at in every episode
// that the others play.
func checks() []checked {
	return []checked{
		{id: "static.manifest", remedy: "repair the scenario's table: the message names the key or the line"},
		{id: "runtime.startup", remedy: "setup, goal and observe must give an episode at every level and seed", level: startup},
		{id: "runtime.resource_bounds", remedy: "find the loop or the text that grows; raise limits only if the work is honest", level: unbroken},
		{id: "gym.no_fault", remedy: "repair the function and line that the message names; a fault costs an agent its episode", level: unbroken},
		{id: "runtime.observation_schema", remedy: "goal must be a text that stays the same; ids and verbs must be unique", level: unbroken},
		{id: "runtime.reward_well_formed", remedy: "check, progress and rubric must give numbers from 0 to 1, and the outcome comes on the last step only", level: unbroken},
		{id: "semantic.oracle_max", remedy: "make the oracle reach check = 1 within turns, or allow more turns", level: solved, unit: "most turns, by level:"},
		{id: "gym.oracle_writable", remedy: "the oracle may do only what the verbs offer; a text argument must stand in the goal or on the page, and no two words may differ in the case of letters alone", level: writable},
		{id: "runtime.tool_declaration_accuracy", remedy: "accept every action that the verbs declare, and answer every other with a note and no change", level: mistakes},
		{id: "runtime.task_declaration_accuracy", remedy: "end the episode within the declared turns; refuse levels that are not there", level: unbroken},
		{id: "runtime.seed_control", remedy: "draw what differs between tasks from the rng that setup is given", level: seeds, unit: "different tasks of 12 seeds, by level:"},
		{id: "runtime.episode_determinism", remedy: "draw from the rng of setup alone; keep nothing outside the state s", level: repeats},
		{id: "runtime.episode_isolation", remedy: "keep nothing outside the state s: file-level variables must not change", level: isolated},
		{id: "semantic.replayability", remedy: "the written actions of an episode must lead to the same episode again", level: replays},
		{id: "semantic.verifier_determinism", remedy: "step and check must depend on the state s alone, and check must change nothing", level: verdict},
		{id: "runtime.state_contract", remedy: "keep all that changes in s, as plain data, and nothing in variables of the file, so that a snapshot holds it", level: forks},
		{id: "runtime.rubric_introspectable", remedy: "rubric must give the same names in every episode", level: rubric, unit: "criteria"},
		{id: "semantic.floor_gap", remedy: "state the floor honestly, or make guessing pay less: fewer turns, more choices", level: floor, unit: "a random agent, by level:"},
		{id: "semantic.canary_floor", remedy: "doing nothing or the same again must not reach the goal: let check ask for what was asked", level: canaries},
		{id: "semantic.no_solution_leakage", remedy: "take the answer out of what is shown", level: leaks},
		{id: "gym.splits_apart", remedy: "draw more from the rng, so that train and test tasks differ", level: splits},
		{id: "gym.hints_inert", remedy: "a hint may change what is shown as the hint, and nothing else", level: hints},
		{id: "gym.progress_rises", remedy: "progress must rise towards 1 where the oracle goes", level: rises, unit: "the oracle ends, by level, at"},
		{id: "gym.progress_unfarmable", remedy: "let progress be a potential of the state: how near the goal is, not how much was done", level: unfarmable},
		{id: "gym.other_process", remedy: "something outside the task decides: addresses, the clock, the order of a map", whole: elsewhere},
		{id: "gym.contract", remedy: "ended contexts, wrong tasks and closed environments must be answered as gym.Env says", whole: contract},
	}
}

// IDs are the ids of all checks, in the order in which they run.
func IDs() []string {
	var list []string
	for _, c := range checks() {
		list = append(list, c.id)
	}
	return list
}

// find is the check of that id, or nil.
func find(id string) *checked {
	for _, c := range checks() {
		if c.id == id {
			return &c
		}
	}
	return nil
}

// unbroken is of checks that are made in passing: they hold unless an episode
// of another check shows that they do not.
func unbroken(context.Context, *bench, place) (string, error) { return "", nil }

// startup: the level starts, and something can be done.
func startup(ctx context.Context, r *bench, p place) (string, error) {
	for seed := range uint64(5) {
		if err := leave(ctx, r.env, p.task(seed, gym.Train)); err != nil {
			return "", err
		}
	}
	return "", nil
}
