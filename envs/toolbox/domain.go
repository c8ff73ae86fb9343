package toolbox

import "slices"

// domain is one simulated service: what it knows, what it can do, what people
// ask of it, and the rules that whoever serves them must obey. It is not changed
// once it is made.
type domain struct {
	name      string
	doc       string // "a calendar"
	tables    []*table
	functions []function
	requests  []request
	rules     []rule
}

// request is something people ask for: one call of a function.
type request struct {
	fn string // by its plain name
	// says are ways to say it: {0} is the first argument, and what is in [brackets]
	// can be left out and asked for.
	says []string
	// only: no other functions of the service could do it, so that without this one
	// it is a matter for somebody else.
	only bool
}

// rule is one line of a service's policy.
type rule struct {
	says   string // with %d for the limit
	limits []int  // one of which is drawn
	fns    []string
	reason string // for which a call is to be refused; "" wants the user's yes before the call
	broken func(d data, args []arg, limit int) bool
}

// applies says whether the rule speaks of that call.
func (r *rule) applies(d data, c call, limit int) bool {
	return slices.Contains(r.fns, c.fn.name) && r.broken(d, c.args, limit)
}

// always is a rule that needs no look at the records.
func always(data, []arg, int) bool { return true }

// cell is a rule about a cell of the record that is the first argument.
func cell(column int, bad string) func(data, []arg, int) bool {
	return func(d data, args []arg, _ int) bool { return args[0].at >= 0 && d[args[0].at].cells[column] == bad }
}

// function finds a function by its plain name; there is one.
func (d *domain) function(name string) *function {
	for i := range d.functions {
		if d.functions[i].name == name {
			return &d.functions[i]
		}
	}
	panic("toolbox: " + d.name + " has no function " + name)
}

// reasons are those for which something may have to be refused.
func (d *domain) reasons() []string {
	var list []string
	for i := range d.rules {
		if r := d.rules[i].reason; r != "" && !slices.Contains(list, r) {
			list = append(list, r)
		}
	}
	return list
}

// domains are all services.
func domains() []*domain {
	list := []*domain{calendar(), bank(), travel(), store(), messages()}
	for _, d := range list {
		for i := range d.functions {
			f := &d.functions[i]
			f.name = f.act.names[plainName] + "_" + f.object.names[plainName]
		}
	}
	return list
}

// What functions do, in words.
var (
	findWord   = words("find|search|lookup|query", "Find|Look up|Search")
	listWord   = words("list|show|view|enumerate", "List|Show|See")
	cancelWord = words("cancel|delete|remove|drop", "Cancel|Call off|Remove")
	addWord    = words("add|create|make|insert", "Add|Make|Set up")
)

// Parameters with the same names everywhere.
const (
	personNames = "person|name|contact|who"
	dayNames    = "day|date|weekday|on_day"
	cityNames   = "city|place|destination|town"
)
