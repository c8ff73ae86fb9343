package sites

import (
	"cmp"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

var shopPages = load("shop")

// shop is an episode's shop: the world, and one customer who is signed in.
type shop struct {
	Base
	world  *shopWorld
	now    shopState
	before *shopState       // as the episode began: the first page was asked for
	stock  map[int][]int    // of products whose stock has changed
	extra  map[int][]review // that a scenario has added
	placed int              // orders so far
}

// shopState is all of a customer's that can change. What is compared with the
// beginning is listed in changed.
type shopState struct {
	Person    person
	Addresses []address
	Default   int // the address
	Cart      []line
	Code      string
	Orders    []order
	Wishes    []int
	Reviews   []ownReview
}

type person struct {
	Name, Email, Phone string
	Newsletter         bool
}

type address struct {
	ID                                  int
	Label, Name, Street, Postcode, City string
}

func (a address) String() string {
	return fmt.Sprintf("%s, %s, %s %s", a.Name, a.Street, a.Postcode, a.City)
}

// line is a product in a cart or an order.
type line struct {
	Product, Quantity, Cents int // Cents for one
	Name, Size               string
	Wrap                     bool
}

// Label names a line where the same product may be there in another size.
func (l line) Label() string {
	if l.Size == "" {
		return l.Name
	}
	return l.Name + " size " + l.Size
}

// About is the rest that is shown of a line.
func (l line) About() string {
	var out []string
	if l.Size != "" {
		out = append(out, "size "+l.Size)
	}
	if l.Wrap {
		out = append(out, "gift wrapped")
	}
	return strings.Join(append(out, fmt.Sprintf("quantity %d", l.Quantity), money(l.Cents)+" EUR each"), ", ")
}

type ownReview struct {
	Product, Stars int
	Title, Text    string
}

// parseMoney reads what money writes, and whole numbers.
func parseMoney(text string) (cents int, ok bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(f >= 0 && f < 1e6) {
		return 0, false
	}
	return int(f*100 + 0.5), true
}

var shopMux = muxOf(handlers[*shop]{
	"GET /{$}":                   (*shop).home,
	"GET /products":              (*shop).list,
	"GET /product/{id}":          (*shop).product,
	"GET /product/{id}/reviews":  (*shop).reviews,
	"GET /product/{id}/review":   (*shop).reviewForm,
	"POST /product/{id}/review":  (*shop).writeReview,
	"POST /product/{id}/cart":    (*shop).add,
	"POST /product/{id}/wish":    (*shop).wish,
	"GET /offers":                func(s *shop, w http.ResponseWriter, _ *http.Request) { s.show(w, "Offers", "offers", s.world.codes) },
	"GET /help":                  func(s *shop, w http.ResponseWriter, _ *http.Request) { s.show(w, "Help", "help", shopShipping) },
	"GET /cart":                  (*shop).cart,
	"POST /cart":                 (*shop).changeCart,
	"POST /cart/code":            (*shop).applyCode,
	"GET /checkout":              (*shop).checkout,
	"POST /checkout":             (*shop).place,
	"GET /orders":                (*shop).orders,
	"GET /orders/{id}":           (*shop).order,
	"GET /orders/{id}/cancel":    (*shop).cancelForm,
	"POST /orders/{id}/cancel":   (*shop).cancel,
	"GET /orders/{id}/return":    (*shop).returnForm,
	"POST /orders/{id}/return":   (*shop).giveBack,
	"GET /wishes":                (*shop).wishes,
	"POST /wishes":               (*shop).unwish,
	"GET /account":               (*shop).account,
	"GET /account/edit":          (*shop).editPerson,
	"POST /account/edit":         (*shop).savePerson,
	"POST /account/address":      (*shop).changeAddress,
	"GET /account/address/{id}":  (*shop).editAddress,
	"POST /account/address/{id}": (*shop).saveAddress,
})

// Open makes an episode's copy. The customer is the world's first until a
// scenario says who.
func (w *shopWorld) Open() Site {
	s := &shop{Base: newBase("shop", "Shop", shopPages, Link{"Shop", "/"}, Link{"Cart", "/cart"}, Link{"Orders", "/orders"},
		Link{"Wish list", "/wishes"}, Link{"Account", "/account"}, Link{"Offers", "/offers"}, Link{"Help", "/help"}), world: w}
	s.now = w.customers[0].clone()
	return serve(s, shopMux)
}

// ServeHTTP remembers how things were when the episode began.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.before == nil {
		s.before = new(s.now.clone())
	}
	s.Base.ServeHTTP(w, r)
}

// clone is a copy that shares nothing that a page changes.
func (c *shopState) clone() shopState {
	d := *c
	d.Addresses, d.Cart, d.Wishes, d.Reviews = slices.Clone(c.Addresses), slices.Clone(c.Cart), slices.Clone(c.Wishes), slices.Clone(c.Reviews)
	d.Orders = slices.Clone(c.Orders) // their lines are never changed
	return d
}

// changed names what is no longer as it was when the episode began.
func (s *shop) changed() []string {
	out := []string{}
	if s.before == nil {
		return out
	}
	differ := func(name string, a, b any) {
		if !reflect.DeepEqual(a, b) {
			out = append(out, name)
		}
	}
	was, is := s.before, &s.now
	differ("person", was.Person, is.Person)
	differ("addresses", append([]address{{ID: was.Default}}, was.Addresses...), append([]address{{ID: is.Default}}, is.Addresses...))
	differ("cart", append([]line{{Name: was.Code}}, was.Cart...), append([]line{{Name: is.Code}}, is.Cart...))
	differ("wishes", append([]int{0}, was.Wishes...), append([]int{0}, is.Wishes...))
	differ("reviews", len(was.Reviews), len(is.Reviews))
	fresh := len(is.Orders) - len(was.Orders)
	for i := range is.Orders {
		if i < fresh {
			out = append(out, "new order")
		} else {
			differ(fmt.Sprintf("order %d", is.Orders[i].ID), was.Orders[i-fresh], is.Orders[i])
		}
	}
	return out
}

// inStock is how many there are of a product in a size, which is its place in
// the list.
func (s *shop) inStock(p *product, size int) int {
	if own, ok := s.stock[p.ID]; ok {
		return own[size]
	}
	return p.Stock[size]
}

// available is how many there are in all sizes.
func (s *shop) available(p *product) (n int) {
	for i := range p.Stock {
		n += s.inStock(p, i)
	}
	return n
}

func (s *shop) setStock(p *product, size, n int) {
	if s.stock == nil {
		s.stock = map[int][]int{}
	}
	if s.stock[p.ID] == nil {
		s.stock[p.ID] = slices.Clone(p.Stock)
	}
	s.stock[p.ID][size] = n
}

// opinions are a product's reviews, the newest first.
func (s *shop) opinions(p *product) []review {
	if added := s.extra[p.ID]; added != nil {
		return slices.Concat(added, p.Reviews)
	}
	return p.Reviews
}

// rating is the mean of a product's stars in tenths; 0 where there are none.
func (s *shop) rating(p *product) int {
	n, stars := len(p.Reviews), p.stars
	for _, r := range s.extra[p.ID] {
		n, stars = n+1, stars+r.Stars
	}
	if n == 0 {
		return 0
	}
	return (20*stars + n) / (2 * n)
}

func tenths(n int) string { return fmt.Sprintf("%d.%d", n/10, n%10) }

// query is what a list of products is narrowed down by.
type query struct {
	Text, Category, Brand, Colour, Sort string
	Max                                 int // cents; 0 is no limit
	Rating                              int // tenths, at least
	Stock                               bool
}

// The ways to sort a list.
const (
	sortCheap = "Price, low to high"
	sortDear  = "Price, high to low"
	sortRated = "Rating, best first"
)

// search gives the products that a query leaves, in its order.
func (s *shop) search(q query) []*product {
	words := strings.Fields(strings.ToLower(q.Text))
	var out []*product
	for i := range s.world.products {
		p := &s.world.products[i]
		if q.Category != "" && p.Category != q.Category || q.Brand != "" && p.Brand != q.Brand || q.Colour != "" && p.Colour != q.Colour ||
			q.Max > 0 && p.Cents > q.Max || q.Rating > 0 && s.rating(p) < q.Rating || q.Stock && s.available(p) == 0 ||
			slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(p.words, word) }) {
			continue
		}
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b *product) int {
		switch q.Sort {
		case sortCheap:
			return cmp.Compare(a.Cents, b.Cents)
		case sortDear:
			return cmp.Compare(b.Cents, a.Cents)
		case sortRated:
			return cmp.Compare(s.rating(b), s.rating(a))
		}
		return 0
	})
	return out
}
