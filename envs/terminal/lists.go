package terminal

// What names and contents are drawn from. The lists are short, so that a small
// vocabulary knows them all.
var (
	people = []string{"ada", "bob", "cyd", "dan", "eva", "fay", "gus", "hal", "ida", "jon", "kim", "leo", "mia", "ned", "ola", "pam", "ray", "sue", "tom", "una", "vic", "wes", "zoe"}
	things = []string{"apple", "lemon", "melon", "olive", "onion", "peach", "pear", "plum", "bread", "sugar", "salt", "honey", "milk", "tea", "rice", "soap", "lamp", "chair", "table", "clock", "radio", "piano", "rope", "nail"}
	cities = []string{"paris", "rome", "oslo", "lima", "cairo", "delhi", "quito", "tokyo", "berlin", "vienna", "dublin", "lisbon"}
	tints  = []string{"red", "blue", "green", "gold", "white", "black", "pink", "gray"}
	grades = []string{"error", "warn", "info", "debug"}
	told   = []string{"started", "stopped", "connected", "loaded", "saved", "closed", "timeout", "retry", "full", "ready"}
	routes = []string{"/home", "/login", "/cart", "/search", "/help", "/news", "/item", "/user"}

	folders    = []string{"docs", "data", "work", "notes", "pages", "plans", "parts", "store"}
	logFiles   = []string{"app.log", "web.log", "mail.log", "job.log", "sync.log", "db.log"}
	textFiles  = []string{"list.txt", "notes.txt", "names.txt", "items.txt", "stock.txt", "words.txt"}
	tableFiles = []string{"data.csv", "users.csv", "sales.csv", "orders.csv"}
	outFiles   = []string{"out.txt", "result.txt", "report.txt"}
	countFiles = []string{"count.txt", "total.txt"}
	iniFiles   = []string{"app.ini", "server.ini", "config.ini", "site.ini"}
	otherFiles = []string{"readme.md", "todo.md", "plan.md", "draft.md", "ideas.md"}
)

// The substitutions that goals ask for: sed's expression is one word, so each is
// among the words.
var swaps = [][2]string{{"red", "blue"}, {"blue", "green"}, {"tea", "milk"}, {"lemon", "lime"}, {"cat", "dog"}, {"old", "new"}, {"draft", "final"}, {"alpha", "beta"}}

// The keys of configurations, with values that they may have.
var keys = []struct {
	name   string
	values []string
}{
	{"port", []string{"8080", "9000", "3000", "5432", "6379", "7000"}},
	{"host", []string{"alpha", "gamma", "delta", "sigma", "omega"}},
	{"mode", []string{"fast", "safe", "slow", "test", "live"}},
	{"user", []string{"ada", "bob", "eva", "leo", "mia", "tom"}},
	{"level", []string{"low", "high", "middle", "none"}},
	{"cache", []string{"on", "off", "disk", "memory"}},
}
