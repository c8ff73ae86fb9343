package sites

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/turngym/turngym/scenarios"
)

// shopWorld is what a shop sells, its discount codes, and its customers with
// what they ordered so far.
type shopWorld struct {
	products  []product
	codes     []code
	customers []shopState
}

// product is a thing that is sold, in one colour and perhaps several sizes.
type product struct {
	ID                            int
	Name, Brand, Colour, Category string
	Material, words               string
	Cents                         int
	Sizes                         []string // none: there is one size
	Stock                         []int    // by size; one number where there are no sizes
	Reviews                       []review
	stars                         int // of all reviews
}

type review struct {
	Date, By, Text string
	Stars          int
}

// code is a discount.
type code struct {
	Name, Category, Until string // Category "" is all of them
	Percent, Minimum      int    // Minimum in cents
}

// category is a group of products, and what they are called.
type category struct {
	Name, Nouns, Sizes, Materials string
	Low, High                     int // prices, in whole units
}

var shopCategories = []category{
	{"Jackets", "Parka Anorak Raincoat Fleece Vest", "S M L XL", "cotton wool nylon", 40, 250},
	{"Shoes", "Boots Sandals Sneakers Loafers Slippers", "38 39 40 41 42 43", "leather canvas rubber", 35, 180},
	{"Shirts", "Shirt Blouse Polo Tunic Sweater", "S M L XL", "cotton linen silk", 15, 90},
	{"Trousers", "Jeans Chinos Shorts Leggings Dungarees", "S M L XL", "cotton denim linen", 25, 120},
	{"Bags", "Backpack Satchel Tote Suitcase Wallet", "", "leather canvas nylon", 20, 200},
	{"Kitchen", "Kettle Toaster Blender Saucepan Teapot", "", "steel glass copper", 15, 140},
	{"Lamps", "Lamp Lantern Chandelier Nightlight Spotlight", "", "brass glass bamboo", 18, 220},
	{"Furniture", "Chair Stool Shelf Table Bench", "", "oak pine steel", 45, 480},
	{"Audio", "Headphones Speaker Radio Turntable Microphone", "", "plastic aluminium walnut", 30, 350},
	{"Textiles", "Rug Blanket Pillow Curtain Tablecloth", "Small Medium Large", "wool cotton linen", 12, 160},
}

// The numbers of what there is of each.
const (
	shopPerCategory = 200
	shopCustomers   = 50
	shopFirstID     = 1000
)

// shopToday is the day on which every episode plays.
var shopToday = time.Date(2031, 5, 12, 0, 0, 0, 0, time.UTC)

func daysAgo(n int) string { return shopToday.AddDate(0, 0, -n).Format(time.DateOnly) }

var (
	shopBrands  = strings.Fields("Alderby Brindlow Corvane Dunmarsh Eastwick Fernholt Garrowby Hollenfeld Ivarstad Jorwick Kestlow Lindhaven Marlock Norvale Ostrand Pelhurst Quillow Ravenholt Selbrook Tamworthy")
	shopColours = strings.Fields("red blue green black white grey brown yellow")
)

func newShop(rng *rand.Rand) World {
	w := &shopWorld{}
	taken := map[string]bool{}
	for _, c := range shopCategories {
		for range shopPerCategory {
			p := c.draw(rng)
			for taken[p.Name] {
				p.Name = p.Brand + " " + capital(pickOne(rng, scenarios.Words("words"))) + " " + p.Name[strings.LastIndex(p.Name, " ")+1:]
			}
			taken[p.Name] = true
			p.ID = shopFirstID + len(w.products)
			p.words = strings.ToLower(strings.Join([]string{p.Name, p.Colour, p.Category, p.Material}, " "))
			w.products = append(w.products, p)
		}
	}
	w.codes = drawCodes(rng)
	for range shopCustomers {
		w.customers = append(w.customers, w.customer(rng))
	}
	return w
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

func (c *category) draw(rng *rand.Rand) product {
	p := product{Brand: pickOne(rng, shopBrands), Colour: pickOne(rng, shopColours), Category: c.Name,
		Material: pickOne(rng, strings.Fields(c.Materials)), Sizes: strings.Fields(c.Sizes)}
	p.Name = p.Brand + " " + capital(pickOne(rng, scenarios.Words("words"))) + " " + pickOne(rng, strings.Fields(c.Nouns))
	p.Cents = 100*(c.Low+rng.IntN(c.High-c.Low)) + 10*rng.IntN(10)
	for range max(1, len(p.Sizes)) {
		n := rng.IntN(12)
		if rng.IntN(6) == 0 {
			n = 0
		}
		p.Stock = append(p.Stock, n)
	}
	bent := rng.IntN(3) // some products are better than others
	for range rng.IntN(9) {
		r := review{Date: daysAgo(10 + rng.IntN(700)), By: personName(rng), Stars: min(5, 1+bent+rng.IntN(4))}
		if slices.ContainsFunc(p.Reviews, func(o review) bool { return o.By == r.By || o.Date == r.Date }) {
			continue
		}
		r.Text = reviewText(rng, r.Stars)
		p.Reviews = append(p.Reviews, r)
		p.stars += r.Stars
	}
	slices.SortFunc(p.Reviews, func(a, b review) int { return strings.Compare(b.Date, a.Date) })
	return p
}

// reviewText is what somebody who gives so many stars may say.
func reviewText(rng *rand.Rand, stars int) string {
	openings := [][]string{
		{"Broke within a week", "Arrived scratched", "Not what the picture shows", "I sent it back"},
		{"It does the job, barely", "Fine for the price", "Looks nice but feels thin", "Average in every way"},
		{"Very happy with it", "Better than I hoped", "I would buy it again", "Solid and well made"},
	}[min(2, stars/2)]
	middles := strings.Split("a gift for my sister|for the holiday house|after a month of daily use|as a replacement for an old one|for our new flat|on a friend's advice", "|")
	ends := strings.Split("The colour is darker than shown|Delivery took four days|The packaging was simple|It smelled a little at first|Customer service answered quickly|It is easy to clean", "|")
	return pickOne(rng, openings) + "; bought " + pickOne(rng, middles) + ". " + pickOne(rng, ends) + "."
}

// drawCodes makes ten discounts: for all, over already, from a sum on, or for
// one category.
func drawCodes(rng *rand.Rand) []code {
	words := slices.Clone(scenarios.Words("words"))
	rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	var out []code
	for i := range 10 {
		c := code{Percent: 5 * (1 + rng.IntN(6)), Until: daysAgo(-5 - rng.IntN(60))}
		c.Name = fmt.Sprintf("%s%d", strings.ToUpper(words[i]), c.Percent)
		switch i % 5 {
		case 1:
			c.Until = daysAgo(3 + rng.IntN(40))
		case 2:
			c.Minimum = 100_00 * (2 + rng.IntN(4))
		case 3:
			c.Category = shopCategories[rng.IntN(len(shopCategories))].Name
		}
		out = append(out, c)
	}
	return out
}

var streetNames = strings.Split("Mill Road|Station Street|Park Lane|Harbour Row|Church Hill|Garden Street|Bridge Road|Market Square|Linden Avenue|Castle Street", "|")

func drawAddress(rng *rand.Rand, id int, label, name string) address {
	return address{ID: id, Label: label, Name: name, Street: fmt.Sprintf("%d %s", 1+rng.IntN(98), pickOne(rng, streetNames)),
		Postcode: fmt.Sprint(10000 + rng.IntN(89999)), City: pickOne(rng, scenarios.Words("cities"))}
}

// customer is somebody who has been here before. The ages of the orders see to
// it that every customer has some of each status.
func (w *shopWorld) customer(rng *rand.Rand) shopState {
	name := personName(rng)
	c := shopState{Person: person{Name: name, Email: strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@mail.example",
		Phone: fmt.Sprintf("0%d", 100_000_000+rng.IntN(800_000_000)), Newsletter: rng.IntN(2) == 0}, Default: 1}
	for i, label := range []string{"Home", "Work", "Parents"} {
		c.Addresses = append(c.Addresses, drawAddress(rng, i+1, label, name))
	}
	id := 20000 + rng.IntN(40000)
	for _, age := range []int{0, 1, 2, 4, 6, 12, 18, 25, 60, 90, 140, 300} {
		c.Orders = append(c.Orders, w.order(rng, &c, id, age))
		id -= 7 + rng.IntN(300)
	}
	for len(c.Wishes) < 5 {
		if p := w.products[rng.IntN(len(w.products))].ID; !slices.Contains(c.Wishes, p) {
			c.Wishes = append(c.Wishes, p)
		}
	}
	return c
}

func (w *shopWorld) order(rng *rand.Rand, c *shopState, id, age int) order {
	at := c.Addresses[rng.IntN(len(c.Addresses))]
	o := order{ID: id, Date: daysAgo(age), Status: statusDelivered, Address: at, Payment: pickOne(rng, shopPayments), Shipping: shopShipping[rng.IntN(2)].Name}
	switch {
	case age < 3:
		o.Status = statusProcessing
	case age < 8:
		o.Status = statusShipped
	default:
		o.Delivered = daysAgo(age - 3)
	}
	for range 1 + rng.IntN(3) {
		p := &w.products[rng.IntN(len(w.products))]
		size := ""
		if len(p.Sizes) > 0 {
			size = pickOne(rng, p.Sizes)
		}
		if slices.ContainsFunc(o.Lines, func(l line) bool { return l.Product == p.ID }) {
			continue
		}
		o.Lines = append(o.Lines, line{Product: p.ID, Name: p.Name, Size: size, Quantity: 1 + rng.IntN(3), Cents: p.Cents})
	}
	o.sum(nil)
	return o
}

// product is the one of that number; nil where there is none.
func (w *shopWorld) product(id int) *product {
	if i := id - shopFirstID; i >= 0 && i < len(w.products) {
		return &w.products[i]
	}
	return nil
}
