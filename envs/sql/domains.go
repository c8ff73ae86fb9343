package sql

// This file is what the databases are about: lists, and nothing else.

// kind is what a column holds.
type kind uint8

const (
	label  kind = iota + 1 // what a row is called; no two rows alike
	word                   // one of a few words
	number                 // a whole number
	date                   // a day
	key                    // the number of a row, here or in another table
)

// column is one of a table. Within a domain no two have the same name but keys.
// What it is called is a noun of one thing, so that "whose … is" can follow.
type column struct {
	name     string
	said     string // another way to say it
	kind     kind
	words    []string
	min, max int
	of       int // whose key it is
}

// table is one of a domain. Its key is one + "_id".
type table struct {
	name, one string
	columns   []column
	refs      []int // tables of the domain that a row belongs to
}

func (t *table) key() string { return t.one + "_id" }

// The tables of a domain by what they are to each other: things belong to
// owners; events belong to a thing and to a person.
const (
	things = iota
	owners
	events
	people
)

// domain is one kind of database.
type domain struct {
	name   string
	tables [4]table
}

// titled is a label of two words.
func titled(name, said string, first, second []string) column {
	return column{name: name, said: said, kind: label, words: cross(first, second)}
}

func worded(name, said string, words ...string) column {
	return column{name: name, said: said, kind: word, words: words}
}

func counted(name, said string, min, max int) column {
	return column{name: name, said: said, kind: number, min: min, max: max}
}

func dated(name, said string) column { return column{name: name, said: said, kind: date} }

// cross is every pair of words.
func cross(first, second []string) []string {
	var list []string
	for _, a := range first {
		for _, b := range second {
			list = append(list, a+" "+b)
		}
	}
	return list
}

// lists are words that several domains share.
type lists struct{ first, last, bright, thing, towns, countries []string }

func common() lists {
	return lists{
		first: []string{"Ada", "Bo", "Cleo", "Dan", "Eva", "Finn", "Gita", "Hugo", "Ines", "Jon", "Kaya", "Leo", "Mia", "Nils", "Olga", "Pia", "Quin", "Rosa", "Sami", "Tess"},
		last:  []string{"Berg", "Cole", "Dorn", "Ek", "Frost", "Gray", "Holm", "Iver", "Jung", "Kerr", "Lund", "Moss", "Nash", "Orr", "Penn", "Reed"},
		bright: []string{"Amber", "Broken", "Calm", "Distant", "Early", "Frozen", "Golden", "Hidden", "Iron", "Jade", "Little", "Misty", "Northern", "Old", "Quiet", "Red",
			"Silver", "Tall", "Wild", "Young"},
		thing:     []string{"Bridge", "Canyon", "Door", "Echo", "Field", "Garden", "Harbor", "Island", "Lake", "Mirror", "Night", "Orchard", "Path", "River", "Stone", "Tower"},
		towns:     []string{"Oslo", "Lima", "Cairo", "Delhi", "Paris", "Quito", "Turin", "Basel", "Porto", "Kyoto", "Accra", "Tunis"},
		countries: []string{"Norway", "Peru", "Egypt", "India", "France", "Chile", "Italy", "Japan", "Ghana", "Kenya", "Brazil", "Canada"},
	}
}

// domains are the kinds of databases, in the order in which tasks draw them.
func domains() []domain {
	c := common()
	person := func(name, said string) column { return titled(name, said, c.first, c.last) }
	place := func(name, said string) column { return titled(name, said, c.bright, c.thing) }
	single := func(name, said string, words []string) column {
		return column{name: name, said: said, kind: label, words: words}
	}
	town := func(name, said string) column { return worded(name, said, c.towns...) }
	country := func(name, said string) column { return worded(name, said, c.countries...) }
	return []domain{
		{"library", [4]table{
			things: {"books", "book", []column{place("title", "name"), worded("genre", "kind", "poetry", "crime", "travel", "history", "science", "comedy"),
				counted("length", "number of pages", 80, 900), counted("price", "cost", 4, 60), dated("publication_date", "day of publication")}, []int{owners}},
			owners: {"writers", "writer", []column{single("pen_name", "name", c.first), country("country", "home country"), counted("birth_year", "year of birth", 1900, 1999)}, nil},
			events: {"loans", "loan", []column{counted("duration", "number of days", 1, 60), worded("desk", "counter", "north", "south", "east", "west"), dated("loan_date", "day of the loan")}, []int{things, people}},
			people: {"readers", "reader", []column{person("reader_name", "full name"), town("city", "home town"), counted("age", "age in years", 8, 90)}, nil},
		}},
		{"shop", [4]table{
			things: {"products", "product", []column{place("product_name", "name"), worded("category", "kind of goods", "toys", "tools", "food", "books", "music", "sport"),
				counted("price", "cost", 2, 200), counted("stock", "number in stock", 0, 400), dated("entry_date", "day of entry")}, []int{owners}},
			owners: {"makers", "maker", []column{single("brand", "brand name", c.last), country("country", "home country"), counted("founding_year", "year of foundation", 1850, 2020)}, nil},
			events: {"orders", "order_line", []column{counted("quantity", "number of pieces", 1, 30), worded("payment", "way of payment", "card", "cash", "bill", "coupon"), dated("order_date", "day of the order")}, []int{things, people}},
			people: {"customers", "customer", []column{person("customer_name", "full name"), town("city", "home town"), counted("bonus", "number of bonus points", 0, 900)}, nil},
		}},
		{"school", [4]table{
			things: {"students", "student", []column{person("student_name", "full name"), worded("club", "school club", "chess", "drama", "choir", "robots", "swimming", "garden"),
				counted("height", "height in centimeters", 120, 195), counted("grade", "school year", 1, 12), dated("birthday", "day of birth")}, []int{owners}},
			owners: {"classes", "class", []column{single("class_name", "name", c.bright), worded("building", "house", "north", "south", "east", "west", "main"), counted("seat_count", "number of seats", 15, 40)}, nil},
			events: {"exams", "exam", []column{counted("score", "number of points", 0, 100), worded("subject", "field", "maths", "biology", "french", "music", "history"), dated("exam_date", "day of the exam")}, []int{things, people}},
			people: {"teachers", "teacher", []column{person("teacher_name", "full name"), town("city", "home town"), counted("salary", "pay", 2000, 7000)}, nil},
		}},
		{"hospital", [4]table{
			things: {"patients", "patient", []column{person("patient_name", "full name"), worded("blood_group", "blood type", "a", "b", "ab", "zero"),
				counted("age", "age in years", 1, 99), counted("weight", "weight in kilograms", 10, 130), dated("admission_date", "day of admission")}, []int{owners}},
			owners: {"wards", "ward", []column{single("ward_name", "name", c.bright), worded("floor", "storey", "ground", "first", "second", "third", "top"), counted("bed_count", "number of beds", 4, 60)}, nil},
			events: {"visits", "visit", []column{counted("fee", "cost", 20, 900), worded("reason", "cause", "fever", "cough", "injury", "checkup", "allergy"), dated("visit_date", "day of the visit")}, []int{things, people}},
			people: {"doctors", "doctor", []column{person("doctor_name", "full name"), town("city", "home town"), counted("practice", "number of years of practice", 1, 40)}, nil},
		}},
		{"airline", [4]table{
			things: {"planes", "plane", []column{place("plane_name", "name"), worded("model", "type", "falcon", "heron", "swift", "condor", "robin", "stork"),
				counted("seat_count", "number of seats", 20, 400), counted("speed", "top speed", 300, 950), dated("purchase_date", "day of purchase")}, []int{owners}},
			owners: {"airlines", "airline", []column{single("airline_name", "name", c.bright), country("country", "home country"), counted("staff", "number of employees", 50, 9000)}, nil},
			events: {"flights", "flight", []column{counted("distance", "number of kilometers", 100, 9000), town("target", "destination"), dated("departure_date", "day of departure")}, []int{things, people}},
			people: {"pilots", "pilot", []column{person("pilot_name", "full name"), worded("license", "grade", "junior", "senior", "captain", "trainer"), counted("flying_time", "number of flight hours", 100, 9000)}, nil},
		}},
		{"football", [4]table{
			things: {"players", "player", []column{person("player_name", "full name"), worded("position", "place on the field", "keeper", "defender", "winger", "striker", "midfielder"),
				counted("age", "age in years", 17, 39), counted("goal_count", "number of goals", 0, 40), dated("joining_date", "day of joining")}, []int{owners}},
			owners: {"teams", "team", []column{single("team_name", "name", c.thing), town("city", "home town"), counted("fan_count", "number of fans", 100, 9000)}, nil},
			events: {"transfers", "transfer", []column{counted("fee", "cost", 1, 900), worded("season", "time of year", "spring", "summer", "autumn", "winter"), dated("signing_date", "day of signing")}, []int{things, people}},
			people: {"agents", "agent", []column{person("agent_name", "full name"), country("country", "home country"), counted("client_count", "number of clients", 1, 50)}, nil},
		}},
		{"cinema", [4]table{
			things: {"films", "film", []column{place("title", "name"), worded("genre", "kind", "comedy", "drama", "horror", "western", "cartoon", "thriller"),
				counted("length", "number of minutes", 60, 200), counted("budget", "cost", 1, 300), dated("release_date", "day of release")}, []int{owners}},
			owners: {"directors", "director", []column{single("director_name", "name", c.first), country("country", "home country"), counted("award_count", "number of prizes", 0, 20)}, nil},
			events: {"shows", "show", []column{counted("ticket_count", "number of tickets", 1, 400), worded("screen", "hall", "blue", "green", "red", "white"), dated("show_date", "day of the show")}, []int{things, people}},
			people: {"guides", "guide", []column{person("guide_name", "full name"), town("city", "home town"), counted("age", "age in years", 18, 70)}, nil},
		}},
		{"farm", [4]table{
			things: {"animals", "animal", []column{place("animal_name", "name"), worded("species", "kind", "goat", "sheep", "horse", "goose", "donkey", "rabbit"),
				counted("weight", "weight in kilograms", 2, 600), counted("age", "age in years", 1, 20), dated("arrival_date", "day of arrival")}, []int{owners}},
			owners: {"barns", "barn", []column{single("barn_name", "name", c.thing), worded("side", "part of the farm", "north", "south", "east", "west"), counted("building_year", "year of building", 1900, 2020)}, nil},
			events: {"feedings", "feeding", []column{counted("amount", "number of kilograms", 1, 90), worded("feed", "food", "hay", "oats", "corn", "grass", "carrots"), dated("feeding_date", "day of feeding")}, []int{things, people}},
			people: {"keepers", "keeper", []column{person("keeper_name", "full name"), town("village", "home town"), counted("wage", "pay", 900, 4000)}, nil},
		}},
	}
}
