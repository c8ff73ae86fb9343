package toolbox

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

// function finds a function by its plain name; there is one.
func (d *domain) function(name string) *function {
	for i := range d.functions {
		if d.functions[i].name == name {
			return &d.functions[i]
		}
	}
	panic("toolbox: " + d.name + " has no function " + name)
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
	findWord   = words("find|search|lookup|query", "Find|Look up|Search for")
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
