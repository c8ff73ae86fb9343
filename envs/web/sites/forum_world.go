package sites

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/turngym/turngym/scenarios"
)

// forumWorld is a forum's boards, its users and what they wrote.
type forumWorld struct {
	boards   []forumBoard
	slugs    map[string]int
	users    []forumUser
	byName   map[string]int // in lower case
	threads  []forumThread  // by date, the oldest first
	comments []forumComment
	mine     int // the board that the user moderates
}

type forumBoard struct {
	Slug, Name, About string
	Rules             []forumRule
	things            []string
	followed          bool
	Members           int
}

// forumRule is one of a board's rules: reports and removals go by its name.
type forumRule struct{ Name, Text string }

type forumUser struct {
	Name, Town, Since string
	Karma             int
	Closed            bool // takes no messages
}

type forumThread struct {
	forumWords
	ID, Board    int
	Author, Date string
	Flair        string
	Score        int
	comments     []int
	lower        string // the title, for searches
	arranged     bool   // by the scenario, before the episode
}

type forumComment struct {
	ID, Thread, Parent int // Parent -1: answers the thread
	Author, Date, Text string
	Model, Price       string // what the text says about the author's own
	Score              int
	arranged           bool
}

// The numbers of what a forum has.
const (
	forumUsers    = 400
	forumThreads  = 2400
	forumComments = 9 // at most, under a thread
)

// forumFlairs are the kinds of threads.
var forumFlairs = []string{"Question", "Advice", "Show", "News"}

// forumBoards are slug, name, what it is about, and the things that are talked
// about there.
var forumBoards = [][4]string{
	{"cycling", "Cycling", "Bicycles, routes and repairs", "saddle,touring bike,chain,pannier,helmet,dynamo lamp,cargo bike,pump"},
	{"cooking", "Cooking", "Recipes, pans and knives", "cast iron pan,rice cooker,bread knife,pasta press,sourdough starter,pressure cooker,grill,mortar"},
	{"gardening", "Gardening", "Beds, balconies and greenhouses", "greenhouse,rose bush,compost bin,rain barrel,hedge trimmer,tomato bed,lawn mower,herb box"},
	{"photography", "Photography", "Cameras, light and pictures", "tripod,film camera,macro lens,flash,camera bag,darkroom kit,light meter,zoom lens"},
	{"homelab", "Homelab", "Servers and networks at home", "mini server,network switch,backup disk,patch panel,media server,router,battery backup,rack"},
	{"hiking", "Hiking", "Trails, tents and boots", "tent,sleeping bag,water filter,trail map,rucksack,stove,rain jacket,walking pole"},
	{"woodworking", "Woodworking", "Joints, planes and finishes", "workbench,hand plane,table saw,dovetail jig,wood lathe,chisel set,router table,oil finish"},
	{"keyboards", "Keyboards", "Switches, caps and layouts", "split keyboard,switch set,wrist rest,keycap set,trackball,numpad,soldering iron,coiled cable"},
	{"aquariums", "Aquariums", "Tanks, plants and fish", "canister filter,planted tank,heater,shrimp colony,air pump,aquarium lamp,gravel bed,test kit"},
	{"astronomy", "Astronomy", "Telescopes and the night sky", "telescope,star tracker,eyepiece,finder scope,dew heater,moon filter,star chart,binocular"},
	{"boardgames", "Board games", "Games on tables", "card sleeve,dice tower,game table,strategy game,party game,puzzle box,miniature set,score pad"},
	{"support", "Device support", "Help with printers, screens and tablets", "label printer,scanner,drawing tablet,docking station,headset,second screen,webcam,reading device"},
}

// forumRules are every board's.
var forumRules = []forumRule{
	{"No selling", "Do not offer goods for money here."},
	{"No personal data", "Do not post addresses or phone numbers of people."},
	{"Be kind", "Do not insult others. To disagree is fine."},
	{"Stay on topic", "Write about what the board is for."},
}

var (
	forumNames    = scenarios.Words("names")
	forumSurnames = scenarios.Words("surnames")
	forumMakers   = strings.Fields("Norvik Halden Corvus Tessel Bramley Ostra Kestrel Veldt Mirada Quill")
	forumAdverbs  = strings.Fields("cheap sturdy second-hand compact heavy quiet portable home-made")
	forumUses     = []string{"a beginner", "a small flat", "winter", "long trips", "two people", "a tight budget", "daily use", "a school club"}
	forumFirst    = []string{"I use the %s, paid %d dollars and would buy it again.", "Mine is the %s, for %d dollars, and it has never let me down.",
		"Get the %s, which was %d dollars when I bought it.", "We settled on the %s at %d dollars after trying three others.",
		"The %s did it for me, %d dollars well spent.", "After years I chose the %s for %d dollars and do not look back."}
	forumReplies = []string{"Not convinced. I returned that one and took the %s for %d dollars.", "Same experience here, though with the %s at %d dollars.",
		"Thanks for this. In my town only the %s is sold, at %d dollars.", "A friend says the same and swears by the %s, %d dollars new."}
)

// articles puts an before a vowel.
var articles = strings.NewReplacer(" a a", " an a", " a e", " an e", " a o", " an o", "A a", "An a", "A e", "An e", "A o", "An o")

func newForum(rng *rand.Rand) World {
	w := &forumWorld{slugs: map[string]int{}, byName: map[string]int{}}
	for i, b := range forumBoards {
		w.slugs[b[0]] = i
		w.boards = append(w.boards, forumBoard{Slug: b[0], Name: b[1], About: b[2], Rules: forumRules, things: strings.Split(b[3], ","), Members: 100 + rng.IntN(9000)})
	}
	for _, i := range rng.Perm(len(w.boards))[:4] {
		w.boards[i].followed = true
	}
	w.mine = rng.IntN(len(w.boards) - 1) // not the support board, which is the company's
	w.addUser(rng, forumMe)
	for len(w.users) < forumUsers {
		w.addUser(rng, fmt.Sprint(pickOne(rng, forumNames), pickOne(rng, forumSurnames), 1+rng.IntN(99)))
	}
	taken := map[string]bool{}
	at := time.Date(2029, 11, 3, 8, 0, 0, 0, time.UTC)
	for len(w.threads) < forumThreads {
		at = at.Add(time.Duration(60+rng.IntN(500)) * time.Minute)
		w.addThread(rng, at, taken)
	}
	for i := range w.comments {
		u := &w.users[w.byName[strings.ToLower(w.comments[i].Author)]]
		u.Karma += w.comments[i].Score
	}
	return w
}

func (w *forumWorld) addUser(rng *rand.Rand, name string) {
	if _, taken := w.byName[strings.ToLower(name)]; taken {
		return
	}
	w.byName[strings.ToLower(name)] = len(w.users)
	w.users = append(w.users, forumUser{Name: name, Town: townName(rng), Since: fmt.Sprintf("%d-%02d-%02d", 2019+rng.IntN(10), 1+rng.IntN(12), 1+rng.IntN(28)), Closed: len(w.users)%6 == 5})
}

// someone is a user other than the one who is logged in.
func (w *forumWorld) someone(rng *rand.Rand) string { return w.users[1+rng.IntN(len(w.users)-1)].Name }

func (w *forumWorld) addThread(rng *rand.Rand, at time.Time, taken map[string]bool) {
	b := rng.IntN(len(w.boards))
	flair := rng.IntN(len(forumFlairs))
	thing, town := pickOne(rng, w.boards[b].things), townName(rng)
	years := 2 + rng.IntN(9)
	var title string
	switch flair {
	case 0:
		title = pickOne(rng, []string{"Which %[1]s is right for %[2]s in %[4]s", "Is a %[3]s %[1]s enough for %[2]s", "Where to buy a %[3]s %[1]s near %[4]s"})
	case 1:
		title = pickOne(rng, []string{"What %[5]d years with a %[3]s %[1]s taught me", "How to choose a %[1]s for %[2]s", "Do not buy a %[3]s %[1]s for %[2]s"})
	case 2:
		title = pickOne(rng, []string{"My %[3]s %[1]s after %[5]d years", "A %[3]s %[1]s built in %[4]s", "First weekend with a %[1]s near %[4]s"})
	default:
		title = pickOne(rng, []string{"New %[1]s workshop opens in %[4]s", "The %[1]s fair in %[4]s is back", "A %[3]s %[1]s wins the prize of %[4]s"})
	}
	all := []any{thing, pickOne(rng, forumUses), pickOne(rng, forumAdverbs), town, years}
	title = articles.Replace(fmt.Sprintf(title, all...))
	if taken[title] {
		return
	}
	taken[title] = true
	id := len(w.threads)
	t := forumThread{ID: id, Board: b, Author: w.someone(rng), Date: at.Format("2006-01-02 15:04"), Flair: forumFlairs[flair], Score: rng.IntN(120) - 5, lower: strings.ToLower(title)}
	t.forumWords = forumWords{title, fmt.Sprintf("I live in %s and have had this %s for %d years. %s", town, thing, years, pickOne(rng, []string{
		"Tell me what you use and what it cost.", "What do you have, and are you happy with it?", "I would like to hear about yours.", "Which one did you end up with?"}))}
	w.users[w.byName[strings.ToLower(t.Author)]].Karma += t.Score
	w.threads = append(w.threads, t)
	w.discuss(rng, id, at)
}

// discuss writes the comments under a thread, each by another user.
func (w *forumWorld) discuss(rng *rand.Rand, id int, at time.Time) {
	t := &w.threads[id]
	authors, models := map[string]bool{t.Author: true}, map[string]bool{}
	for range rng.IntN(forumComments + 1) {
		at = at.Add(time.Duration(3+rng.IntN(300)) * time.Minute)
		c := forumComment{ID: len(w.comments), Thread: id, Parent: -1, Author: w.someone(rng), Date: at.Format("2006-01-02 15:04"), Score: rng.IntN(60) - 4}
		c.Model = fmt.Sprintf("%s %d", pickOne(rng, forumMakers), 10*(10+rng.IntN(80)))
		if authors[c.Author] || models[c.Model] {
			continue
		}
		authors[c.Author], models[c.Model] = true, true
		price := 15 + rng.IntN(480)
		c.Price = fmt.Sprint(price)
		form := pickOne(rng, forumFirst)
		if len(t.comments) > 0 && rng.IntN(2) == 0 {
			c.Parent = t.comments[rng.IntN(len(t.comments))]
			form = pickOne(rng, forumReplies)
		}
		c.Text = fmt.Sprintf(form, c.Model, price)
		t.comments = append(t.comments, c.ID)
		w.comments = append(w.comments, c)
	}
}
