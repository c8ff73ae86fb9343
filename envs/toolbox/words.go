package toolbox

// What tasks are drawn from. Every word here may be met in training: what is
// kept for the test are names of functions and parameters (names.go).

var people = []string{"Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gina", "Hugo", "Ines", "Jack", "Kira", "Leo", "Mona", "Nils", "Olga",
	"Paul", "Rosa", "Sam", "Tara", "Ugo", "Vera", "Walt", "Yuri", "Zoe", "Anton", "Bella", "Carl", "Dora", "Emil", "Flora", "Greta", "Hans",
	"Iris", "Jonas", "Karin", "Lars", "Marta", "Noah", "Oskar", "Petra", "Ravi", "Sonia", "Tomas", "Ursula", "Viktor", "Wanda", "Xenia", "Yara"}

var topics = []string{"budget", "hiring", "design", "lunch", "sales", "training", "review", "planning", "travel", "security", "research",
	"marketing", "payroll", "launch", "support", "strategy", "quality", "staffing", "logistics", "pricing", "insurance", "garden", "music",
	"dinner", "tennis", "housing", "taxes", "contracts", "interview", "workshop"}

var weekdays = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

var cities = []string{"Rome", "Oslo", "Lima", "Cairo", "Paris", "Tokyo", "Delhi", "Quito", "Sofia", "Dakar", "Hanoi", "Lisbon", "Madrid",
	"Vienna", "Prague", "Warsaw", "Athens", "Dublin", "Geneva", "Munich", "Boston", "Denver", "Austin", "Havana", "Nairobi", "Tunis",
	"Zagreb", "Riga", "Turin", "Porto", "Bergen", "Malmo", "Krakow", "Seville", "Naples", "Lyon"}

var items = []string{"kettle", "lamp", "chair", "table", "mirror", "blanket", "pillow", "clock", "radio", "camera", "guitar", "drum", "tent",
	"backpack", "jacket", "sofa", "scarf", "belt", "helmet", "bicycle", "sled", "racket", "puzzle", "globe", "vase", "basket", "toaster",
	"blender", "teapot", "ladder", "hammer", "drill", "printer", "keyboard", "monitor", "speaker"}

var colours = []string{"red", "blue", "green", "black", "white", "yellow", "grey", "brown"}

var streets = []string{"oak street", "mill lane", "park road", "hill street", "river walk", "church lane", "station road", "garden row",
	"market street", "bridge road", "forest way", "harbor street", "school lane", "castle road", "spring street", "meadow way", "lake road",
	"orchard lane", "tower street", "valley road"}

var phrases = []string{"see you soon", "thanks a lot", "call me tonight", "i am late", "all is well", "the train is full", "happy birthday",
	"bring some bread", "i will be there", "the door is open", "no news yet", "good luck today", "we won the game", "dinner is ready",
	"wait for me", "it works now", "leave the keys here", "have a nice trip", "the plan has changed", "let us meet at noon", "i found the book",
	"the car is fixed", "mind the dog", "water the plants"}
