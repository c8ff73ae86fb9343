package sites

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/turngym/turngym/scenarios"
)

// mailWorld is a mailbox of half a year: letters, newest first, and the people
// who write them.
type mailWorld struct {
	letters []letter
	people  []mailPerson
}

// mailPerson is somebody who writes; those in the address book have a phone
// number and a company there.
type mailPerson struct{ Name, Address, Phone, Company string }

// letter is a mail as it came. Its Facts stand in its body.
type letter struct {
	ID            int
	From, Address string
	To, Cc        []string // addresses
	Subject       string
	Body          []string // paragraphs
	Date          string   // 2031-05-12 09:41
	Kind          string
	Facts         []fact
	text          string // what a search looks at, in lower case
	first         mailState
}

// mailState is what can change of a letter.
type mailState struct {
	Folder          string
	Unread, Starred bool
	Labels          []string // sorted, never changed in place
}

// The owner of the mailbox, and the sizes.
const (
	mailOwner   = "Robin Ashby"
	mailAddress = "robin.ashby@gym.test"
	mailLetters = 2000
	mailPeople  = 80
	mailKnown   = 50 // of the people, in the address book
)

// mailNow is when episodes take place.
var mailNow = time.Date(2031, 5, 12, 9, 0, 0, 0, time.UTC)

// mailFolders are where a letter can be; "gone" is deleted for ever.
var mailFolders = []string{"inbox", "archive", "sent", "spam", "trash"}

var mailLabels = []string{"Bills", "Clients", "Family", "Travel", "Work"}

func newMail(rng *rand.Rand) World {
	w := &mailWorld{people: mailPersons(rng, mailPeople)}
	refs, at := rng.Perm(90_000), mailNow
	for i := range mailLetters {
		at = at.Add(-time.Duration(10+rng.IntN(200)) * time.Minute)
		w.letters = append(w.letters, w.letter(rng, i, 10_000+refs[i], at))
	}
	return w
}

// mailPersons are people with names of their own.
func mailPersons(rng *rand.Rand, n int) []mailPerson {
	var all []mailPerson
	for len(all) < n {
		p := mailPerson{Name: personName(rng), Phone: fmt.Sprintf("0%d-%d", 200+rng.IntN(700), 10_000+rng.IntN(90_000)), Company: companyName(rng)}
		p.Address = strings.ReplaceAll(strings.ToLower(p.Name), " ", ".") + "@gym.test"
		if !slices.ContainsFunc(all, func(q mailPerson) bool { return q.Name == p.Name }) {
			all = append(all, p)
		}
	}
	return all
}

// letter draws a letter with a number of its own.
func (w *mailWorld) letter(rng *rand.Rand, id, ref int, at time.Time) letter {
	p := w.people[rng.IntN(len(w.people))]
	l := letter{ID: id, From: p.Name, Address: p.Address, To: []string{mailAddress}, Date: at.Format("2006-01-02 15:04")}
	roll := rng.Float64()
	switch {
	case roll < 0.04:
		junk(rng, &l, ref)
		l.first.Folder = "spam"
	default:
		kind := mailKinds[rng.IntN(len(mailKinds))]
		l.Kind = kind.name
		l.Subject, l.Body, l.Facts = kind.write(rng, ref, at)
		l.first = filed(rng, id)
	}
	if l.first.Folder == "sent" {
		l.From, l.Address, l.To = mailOwner, mailAddress, []string{p.Address}
		l.first.Unread = false
	}
	l.index()
	return l
}

// filed draws where a letter was put: the newest are in the inbox still.
func filed(rng *rand.Rand, id int) mailState {
	s := mailState{Folder: "archive"}
	switch roll := rng.Float64(); {
	case roll < 0.14:
		s.Folder = "sent"
	case roll < 0.17:
		s.Folder = "trash"
	case id < 200 || roll < 0.2:
		s.Folder = "inbox"
		s.Unread = rng.IntN(4) == 0
	}
	s.Starred = rng.IntN(25) == 0
	if rng.IntN(5) == 0 {
		s.Labels = []string{pickOne(rng, mailLabels)}
	}
	return s
}

// index makes the text that a search looks at.
func (l *letter) index() {
	l.text = strings.ToLower(strings.Join(append([]string{l.From, l.Address, l.Subject}, l.Body...), "\n"))
}

// mailKinds are what people write about.
var mailKinds = []struct {
	name  string
	write func(rng *rand.Rand, ref int, at time.Time) (subject string, body []string, facts []fact)
}{
	{"invoice", func(rng *rand.Rand, ref int, at time.Time) (string, []string, []fact) {
		amount, due := mailMoney(rng, 20, 900), mailDay(rng, at, 10, 30)
		return fmt.Sprintf("Invoice %d", ref), []string{"Dear Robin,", "please find our invoice for the " + mailThing(rng) + " below.",
			"Amount due: " + amount, "Payable by: " + due}, mailFacts("number", strconv.Itoa(ref), "amount", amount, "due", due)
	}},
	{"delivery", func(rng *rand.Rand, ref int, at time.Time) (string, []string, []fact) {
		code, day := fmt.Sprintf("K%dX", 1000+rng.IntN(9000)), mailDay(rng, at, 2, 9)
		return fmt.Sprintf("Your order %d is on its way", ref), []string{"The " + mailThing(rng) + " that you ordered has left our store.",
			"Parcel code: " + code, "Expected on: " + day}, mailFacts("number", strconv.Itoa(ref), "code", code, "day", day)
	}},
	{"meeting", func(rng *rand.Rand, ref int, at time.Time) (string, []string, []fact) {
		day, hour, room := mailDay(rng, at, 3, 20), mailClock(60*(8+rng.IntN(9))+30*rng.IntN(2)), "Room "+pickOne(rng, scenarios.Words("cities"))
		return fmt.Sprintf("Meeting about project %d", ref), []string{"Hello Robin,", "we should talk about the " + mailThing(rng) + " before summer.",
			"Day: " + day, "Time: " + hour, "Place: " + room}, mailFacts("number", strconv.Itoa(ref), "day", day, "time", hour, "place", room)
	}},
	{"booking", func(rng *rand.Rand, ref int, at time.Time) (string, []string, []fact) {
		city, day, nights := pickOne(rng, scenarios.Words("cities")), mailDay(rng, at, 10, 60), strconv.Itoa(1+rng.IntN(9))
		return fmt.Sprintf("Booking %d in %s", ref, city), []string{"Thank you for booking with us.", "Hotel: " + pickOne(rng, scenarios.Words("surnames")) + " House",
			"Arrival: " + day, "Nights: " + nights}, mailFacts("number", strconv.Itoa(ref), "city", city, "day", day, "nights", nights)
	}},
	{"question", func(rng *rand.Rand, ref int, _ time.Time) (string, []string, []fact) {
		topic := mailThing(rng)
		return fmt.Sprintf("Question %d about the %s", ref, topic), []string{"Hi Robin,", "do we still have the " + topic + " that we talked about?",
			"It would help me to know this week."}, mailFacts("number", strconv.Itoa(ref), "topic", topic)
	}},
	{"report", func(rng *rand.Rand, ref int, _ time.Time) (string, []string, []fact) {
		sold, open := strconv.Itoa(100+rng.IntN(9000)), strconv.Itoa(2+rng.IntN(90))
		return fmt.Sprintf("Report %d on the %s sales", ref, mailThing(rng)), []string{"Here are the numbers of the month.", "Units sold: " + sold,
			"Open orders: " + open}, mailFacts("number", strconv.Itoa(ref), "sold", sold, "open", open)
	}},
}

// junk makes a letter that nobody asked for.
func junk(rng *rand.Rand, l *letter, ref int) {
	l.Kind, l.From = "junk", pickOne(rng, scenarios.Words("surnames"))+" "+pickOne(rng, strings.Fields("Lottery Prizes Loans Casino"))
	l.Address = strings.ReplaceAll(strings.ToLower(l.From), " ", ".") + "@win.test"
	l.Subject = fmt.Sprintf("You have won prize %d", ref)
	l.Body = []string{"Dear winner,", "your " + mailThing(rng) + " is waiting. Send your details today."}
}

func mailThing(rng *rand.Rand) string { return pickOne(rng, scenarios.Words("products")) }

func mailMoney(rng *rand.Rand, low, high int) string {
	return fmt.Sprintf("%d.%02d", low+rng.IntN(high-low), rng.IntN(100))
}

func mailDay(rng *rand.Rand, at time.Time, low, high int) string {
	return at.AddDate(0, 0, low+rng.IntN(high-low)).Format(time.DateOnly)
}

// mailClock is a minute of the day as 14:30.
func mailClock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// mailFacts are names and values in turn.
func mailFacts(pairs ...string) []fact {
	var out []fact
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, fact{pairs[i], pairs[i+1]})
	}
	return out
}
