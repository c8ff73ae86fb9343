package search

// kind is what a thing of the world is.
type kind uint8

const (
	none kind = iota // of a relation whose object is a number
	person
	city
	country
	river
	company
	film
	book
	university
	museum
	festival
	kinds
)

// relation is one thing that pages say, and all the ways to say and to ask it.
// In every text {} is the subject, and in facts = is the object.
type relation struct {
	name     string
	from, to kind
	low, n   int      // of a number: from low, n of them
	share    float64  // of the pages that say it; what a page does not say is nowhere
	facts    []string // on the page
	asks     []string
	of       string   // the object as a phrase: "the founder of {}"
	inner    []string // other such phrases, good only around a name: "the city where {} was born"
	inverse  string   // the subject as a phrase around the object: "the company founded by {}"; "" is none
	less     string   // a question for the least of several; "" where they do not compare
	more     string
}

// often is the share of pages that say most things.
const often = 0.85

// relations are what functions of a thing there are. The world is drawn in their order.
func relations() []relation {
	return []relation{
		{name: "birthplace", from: person, to: city, share: often,
			facts: []string{"{} was born in =.", "The birthplace of {} is =."},
			asks:  []string{"Where was {} born?", "In which city was {} born?"},
			of:    "the birthplace of {}", inner: []string{"the city where {} was born"}},
		{name: "birth", from: person, low: 1920, n: 75, share: often,
			facts: []string{"{} was born in the year =.", "The birth year of {} is =."},
			asks:  []string{"In which year was {} born?", "When was {} born?"},
			less:  "Who was born first, {}?", more: "Who was born last, {}?"},
		{name: "spouse", from: person, to: person, share: often,
			facts: []string{"{} is married to =.", "The spouse of {} is =."},
			asks:  []string{"Who is {} married to?", "Who is the spouse of {}?"},
			of:    "the spouse of {}", inner: []string{"the person married to {}"}},
		{name: "school", from: person, to: university, share: often,
			facts: []string{"{} studied at =.", "The university of {} was =."},
			asks:  []string{"Where did {} study?", "At which university did {} study?"},
			of:    "the university of {}", inner: []string{"the university where {} studied"}},
		{name: "employer", from: person, to: company, share: 0.6,
			facts: []string{"{} works for =.", "The employer of {} is =."},
			asks:  []string{"Which company does {} work for?", "Who is the employer of {}?"},
			of:    "the employer of {}", inner: []string{"the company that {} works for"}},

		{name: "country", from: city, to: country, share: often,
			facts: []string{"{} is in =.", "{} belongs to the country =."},
			asks:  []string{"In which country is {}?", "To which country does {} belong?"},
			of:    "the country of {}", inner: []string{"the country that {} belongs to"}},
		{name: "river", from: city, to: river, share: often,
			facts: []string{"{} lies on =.", "The river of {} is =."},
			asks:  []string{"On which river does {} lie?", "Which river is {} on?"},
			of:    "the river of {}", inner: []string{"the river that {} lies on"}, inverse: "the city on {}"},
		{name: "mayor", from: city, to: person, share: often,
			facts: []string{"The mayor of {} is =.", "{} has the mayor =."},
			asks:  []string{"Who is the mayor of {}?"},
			of:    "the mayor of {}", inverse: "the city whose mayor is {}"},
		{name: "city-founded", from: city, low: 900, n: 900, share: often,
			facts: []string{"{} was founded in =.", "People first settled in {} in =."},
			asks:  []string{"In which year was {} founded?"},
			less:  "Which city was founded first, {}?", more: "Which city was founded last, {}?"},
		{name: "population", from: city, low: 1000, n: 900_000, share: often,
			facts: []string{"{} has = people.", "In {} live = people."},
			asks:  []string{"How many people live in {}?", "How many people does {} have?"},
			less:  "Which city has fewer people, {}?", more: "Which city has more people, {}?"},

		{name: "capital", from: country, to: city, share: 1,
			facts: []string{"The capital of {} is =.", "{} has the capital =."},
			asks:  []string{"What is the capital of {}?"},
			of:    "the capital of {}", inverse: "the country whose capital is {}"},
		{name: "president", from: country, to: person, share: often,
			facts: []string{"The president of {} is =.", "{} has the president =."},
			asks:  []string{"Who is the president of {}?"},
			of:    "the president of {}", inverse: "the country whose president is {}"},
		{name: "independence", from: country, low: 1750, n: 240, share: often,
			facts: []string{"{} became independent in =."},
			asks:  []string{"In which year did {} become independent?"},
			less:  "Which country became independent first, {}?", more: "Which country became independent last, {}?"},

		{name: "source", from: river, to: country, share: often,
			facts: []string{"{} rises in =.", "The source of {} is in =."},
			asks:  []string{"In which country does {} rise?"},
			of:    "the source country of {}", inner: []string{"the country where {} rises"}},
		{name: "mouth", from: river, to: city, share: often,
			facts: []string{"{} reaches the sea at =.", "The mouth of {} is at =."},
			asks:  []string{"Where does {} reach the sea?", "In which city does {} reach the sea?"},
			of:    "the city at the mouth of {}", inner: []string{"the city where {} reaches the sea"}},
		{name: "length", from: river, low: 40, n: 2900, share: often,
			facts: []string{"{} is = kilometres long.", "The length of {} is = kilometres."},
			asks:  []string{"How many kilometres long is {}?", "How long is {}?"},
			less:  "Which river is shorter, {}?", more: "Which river is longer, {}?"},

		{name: "founder", from: company, to: person, share: often,
			facts: []string{"{} was founded by =.", "The founder of {} is =."},
			asks:  []string{"Who founded {}?", "Who is the founder of {}?"},
			of:    "the founder of {}", inverse: "the company founded by {}"},
		{name: "seat", from: company, to: city, share: often,
			facts: []string{"{} has its seat in =.", "The seat of {} is in =."},
			asks:  []string{"Where does {} have its seat?", "In which city does {} have its seat?"},
			of:    "the seat of {}", inner: []string{"the city where {} has its seat"}, inverse: "the company with its seat in {}"},
		{name: "company-founded", from: company, low: 1850, n: 170, share: often,
			facts: []string{"{} was founded in =.", "{} began in =."},
			asks:  []string{"In which year was {} founded?", "When did {} begin?"},
			less:  "Which company was founded first, {}?", more: "Which company was founded last, {}?"},
		{name: "head", from: company, to: person, share: often,
			facts: []string{"The head of {} is =.", "{} is led by =."},
			asks:  []string{"Who leads {}?", "Who is the head of {}?"},
			of:    "the head of {}", inverse: "the company led by {}"},
		{name: "staff", from: company, low: 10, n: 90_000, share: often,
			facts: []string{"At {} work = people.", "{} has = workers."},
			asks:  []string{"How many people work at {}?", "How many workers does {} have?"},
			less:  "Which company has fewer workers, {}?", more: "Which company has more workers, {}?"},

		{name: "director", from: film, to: person, share: 1,
			facts: []string{"{} was directed by =.", "The director of {} is =."},
			asks:  []string{"Who directed {}?", "Who is the director of {}?"},
			of:    "the director of {}", inverse: "the film directed by {}"},
		{name: "star", from: film, to: person, share: often,
			facts: []string{"{} stars =.", "The star of {} is =."},
			asks:  []string{"Who stars in {}?", "Who is the star of {}?"},
			of:    "the star of {}", inverse: "the film that stars {}"},
		{name: "film-year", from: film, low: 1950, n: 75, share: 1,
			facts: []string{"{} came out in =.", "{} was first shown in =."},
			asks:  []string{"In which year did {} come out?", "When did {} come out?"},
			less:  "Which film came out first, {}?", more: "Which film came out last, {}?"},
		{name: "studio", from: film, to: company, share: often,
			facts: []string{"{} was made by =.", "The studio of {} is =."},
			asks:  []string{"Which company made {}?"},
			of:    "the studio of {}", inner: []string{"the company that made {}"}, inverse: "the film made by {}"},

		{name: "author", from: book, to: person, share: 1,
			facts: []string{"{} was written by =.", "The author of {} is =."},
			asks:  []string{"Who wrote {}?", "Who is the author of {}?"},
			of:    "the author of {}", inverse: "the book written by {}"},
		{name: "book-year", from: book, low: 1950, n: 75, share: 1,
			facts: []string{"{} came out in =.", "{} was first printed in =."},
			asks:  []string{"In which year did {} come out?", "When did {} come out?"},
			less:  "Which book came out first, {}?", more: "Which book came out last, {}?"},
		{name: "publisher", from: book, to: company, share: often,
			facts: []string{"{} was published by =.", "The publisher of {} is =."},
			asks:  []string{"Which company published {}?"},
			of:    "the publisher of {}", inner: []string{"the company that published {}"}, inverse: "the book published by {}"},
		{name: "setting", from: book, to: city, share: often,
			facts: []string{"{} is set in =.", "The story of {} takes place in =."},
			asks:  []string{"In which city is {} set?"},
			of:    "the setting of {}", inner: []string{"the city where {} is set"}, inverse: "the book set in {}"},

		{name: "campus", from: university, to: city, share: often,
			facts: []string{"{} is in =.", "The campus of {} is in =."},
			asks:  []string{"In which city is {}?"},
			of:    "the city of {}", inverse: "the university in {}"},
		{name: "rector", from: university, to: person, share: often,
			facts: []string{"The rector of {} is =.", "{} has the rector =."},
			asks:  []string{"Who is the rector of {}?"},
			of:    "the rector of {}", inverse: "the university whose rector is {}"},
		{name: "university-founded", from: university, low: 1400, n: 600, share: often,
			facts: []string{"{} was founded in =.", "{} first taught in =."},
			asks:  []string{"In which year was {} founded?"},
			less:  "Which university was founded first, {}?", more: "Which university was founded last, {}?"},

		{name: "place", from: museum, to: city, share: often,
			facts: []string{"{} is in =.", "{} stands in the city =."},
			asks:  []string{"In which city is {}?"},
			of:    "the city of {}", inverse: "the museum in {}"},
		{name: "architect", from: museum, to: person, share: often,
			facts: []string{"{} was designed by =.", "The architect of {} is =."},
			asks:  []string{"Who designed {}?", "Who is the architect of {}?"},
			of:    "the architect of {}", inverse: "the museum designed by {}"},
		{name: "opened", from: museum, low: 1800, n: 220, share: often,
			facts: []string{"{} opened in =.", "{} has been open since =."},
			asks:  []string{"In which year did {} open?"},
			less:  "Which museum opened first, {}?", more: "Which museum opened last, {}?"},

		{name: "venue", from: festival, to: city, share: often,
			facts: []string{"{} is held in =.", "{} takes place in =."},
			asks:  []string{"In which city is {} held?", "Where does {} take place?"},
			of:    "the city of {}", inner: []string{"the city where {} is held"}, inverse: "the festival held in {}"},
		{name: "starter", from: festival, to: person, share: often,
			facts: []string{"{} was started by =.", "The idea for {} came from =."},
			asks:  []string{"Who started {}?"},
			of:    "the person who started {}", inverse: "the festival started by {}"},
		{name: "first-held", from: festival, low: 1880, n: 140, share: often,
			facts: []string{"{} was first held in =.", "The first {} was in =."},
			asks:  []string{"In which year was {} first held?"},
			less:  "Which festival was held first, {}?", more: "Which festival was held last, {}?"},

		{name: "directed", from: person, to: film, facts: []string{"{} directed =.", "{} is the director of =."}},
		{name: "wrote", from: person, to: book, facts: []string{"{} wrote =.", "{} is the author of =."}},
	}
}

// many says whether a thing may have several objects of a relation: those are
// listed on its page, all of them, and not asked for by name.
func (r *relation) many() bool { return r.asks == nil }
