package sites

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The numbers of rows on a page.
const (
	shopRows    = 8
	reviewRows  = 5
	orderRows   = 6
	quantityMax = 9
)

func (s *shop) home(w http.ResponseWriter, _ *http.Request) {
	s.show(w, "Home", "home", map[string]any{"Categories": shopCategories, "Count": len(s.world.products)})
}

// pager is where a list of many pages stands. Path is that of the list without
// the page's number.
type pager struct {
	Path       string
	Page, Last int
}

// turn cuts a list into pages. A page that is not there is the nearest one.
func turn[T any](r *http.Request, list []T, rows int) ([]T, pager) {
	last := max(1, (len(list)+rows-1)/rows)
	at := min(max(1, atoi(r.FormValue("page"))), last)
	v := r.URL.Query()
	v.Del("page")
	for name := range v {
		if v.Get(name) == "" {
			v.Del(name)
		}
	}
	path := r.URL.Path + "?"
	if len(v) > 0 {
		path += v.Encode() + "&"
	}
	return list[(at-1)*rows : min(at*rows, len(list))], pager{path, at, last}
}

// At is the path of another page.
func (p pager) At(n int) string { return fmt.Sprintf("%spage=%d", p.Path, n) }

func (s *shop) list(w http.ResponseWriter, r *http.Request) {
	v := r.URL.Query()
	q, problem := parseQuery(v)
	found := s.search(q)
	rows, at := turn(r, found, shopRows)
	type row struct {
		*product
		Rating string
		Count  int
		Stock  bool
	}
	var shown []row
	for _, p := range rows {
		shown = append(shown, row{p, tenths(s.rating(p)), len(s.opinions(p)), s.available(p) > 0})
	}
	title := "All products"
	if q.Category != "" {
		title = q.Category
	}
	s.show(w, title, "list", map[string]any{"Title": title, "Query": q, "Price": v.Get("price"), "Problem": problem, "Rows": shown, "Total": len(found),
		"Pager": at, "Categories": shopCategories, "Brands": shopBrands, "Colours": shopColours, "Ratings": []string{"3.0", "3.5", "4.0", "4.5"},
		"RatingNow": v.Get("rating"), "Sorts": []string{sortCheap, sortDear, sortRated}})
}

func parseQuery(v url.Values) (q query, problem string) {
	q = query{Text: v.Get("q"), Category: v.Get("category"), Brand: v.Get("brand"), Colour: v.Get("colour"), Sort: v.Get("sort"), Stock: v.Get("stock") != ""}
	if text := strings.TrimSpace(v.Get("price")); text != "" {
		cents, ok := parseMoney(text)
		if !ok || cents == 0 {
			problem = "The highest price must be a number."
		}
		q.Max = cents
	}
	if f, err := strconv.ParseFloat(v.Get("rating"), 64); err == nil && f > 0 && f <= 5 {
		q.Rating = int(f*10 + 0.5)
	}
	return q, problem
}

// which is the product that a path names; it answers where there is none.
func (s *shop) which(w http.ResponseWriter, r *http.Request) *product {
	p := s.world.product(atoi(r.PathValue("id")))
	if p == nil {
		s.missing(w)
	}
	return p
}

func (s *shop) product(w http.ResponseWriter, r *http.Request) {
	if p := s.which(w, r); p != nil {
		s.showProduct(w, p, "")
	}
}

func (s *shop) showProduct(w http.ResponseWriter, p *product, problem string) {
	type stock struct {
		Size  string
		Count int
	}
	var stocks []stock
	for i := range p.Stock {
		size := ""
		if len(p.Sizes) > 0 {
			size = p.Sizes[i]
		}
		stocks = append(stocks, stock{size, s.inStock(p, i)})
	}
	s.show(w, p.Name, "product", map[string]any{"P": p, "Price": money(p.Cents), "Rating": tenths(s.rating(p)), "Count": len(s.opinions(p)),
		"Stocks": stocks, "Problem": problem, "Wished": slices.Contains(s.now.Wishes, p.ID)})
}

// The orders of a product's reviews.
const (
	reviewsNew   = "Newest first"
	reviewsBest  = "Best first"
	reviewsWorst = "Worst first"
)

func (s *shop) reviews(w http.ResponseWriter, r *http.Request) {
	p := s.which(w, r)
	if p == nil {
		return
	}
	all, order := slices.Clone(s.opinions(p)), r.FormValue("sort")
	slices.SortStableFunc(all, func(a, b review) int {
		switch order {
		case reviewsBest:
			return b.Stars - a.Stars
		case reviewsWorst:
			return a.Stars - b.Stars
		}
		return 0
	})
	rows, at := turn(r, all, reviewRows)
	s.show(w, "Reviews of "+p.Name, "reviews", map[string]any{"P": p, "Rows": rows, "Total": len(all), "Pager": at, "Order": order,
		"Orders": []string{reviewsNew, reviewsBest, reviewsWorst}, "Rating": tenths(s.rating(p))})
}

// owned says whether the customer has received a product.
func (s *shop) owned(p *product) bool {
	return slices.ContainsFunc(s.now.Orders, func(o order) bool {
		return o.Status == statusDelivered && slices.ContainsFunc(o.Lines, func(l line) bool { return l.Product == p.ID })
	})
}

func (s *shop) reviewForm(w http.ResponseWriter, r *http.Request) {
	if p := s.which(w, r); p != nil {
		s.showReviewForm(w, p, ownReview{}, "")
	}
}

func (s *shop) showReviewForm(w http.ResponseWriter, p *product, now ownReview, problem string) {
	done := slices.ContainsFunc(s.now.Reviews, func(o ownReview) bool { return o.Product == p.ID })
	s.show(w, "Write a review", "review", map[string]any{"P": p, "Owned": s.owned(p), "Done": done, "Now": now, "Problem": problem, "Choices": []int{1, 2, 3, 4, 5}})
}

func (s *shop) writeReview(w http.ResponseWriter, r *http.Request) {
	p := s.which(w, r)
	if p == nil {
		return
	}
	o := ownReview{Product: p.ID, Stars: atoi(r.PostFormValue("stars")), Title: strings.TrimSpace(r.PostFormValue("title")), Text: strings.TrimSpace(r.PostFormValue("text"))}
	problem := ""
	switch {
	case !s.owned(p), slices.ContainsFunc(s.now.Reviews, func(old ownReview) bool { return old.Product == p.ID }):
		problem = "Your review was not saved."
	case o.Stars < 1 || o.Stars > 5:
		problem = "Choose how many stars you give."
	case o.Title == "" || o.Text == "":
		problem = "Please fill in a title and a text."
	}
	if problem != "" {
		s.showReviewForm(w, p, o, problem)
		return
	}
	s.now.Reviews = append(s.now.Reviews, o)
	s.tell("Thank you, your review was published.")
	goTo(w, r, fmt.Sprintf("/product/%d", p.ID))
}

// add puts a product into the cart.
func (s *shop) add(w http.ResponseWriter, r *http.Request) {
	p := s.which(w, r)
	if p == nil {
		return
	}
	l := line{Product: p.ID, Name: p.Name, Size: r.PostFormValue("size"), Cents: p.Cents, Wrap: r.PostFormValue("wrap") != ""}
	quantity, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("quantity")))
	l.Quantity = quantity
	size := slices.Index(p.Sizes, l.Size)
	if len(p.Sizes) == 0 {
		size, l.Size = 0, ""
	}
	switch {
	case size < 0:
		s.showProduct(w, p, "Please choose a size.")
	case err != nil || quantity < 1 || quantity > quantityMax:
		s.showProduct(w, p, fmt.Sprintf("The quantity must be a number from 1 to %d.", quantityMax))
	case s.inStock(p, size) < quantity+s.inCart(l):
		s.showProduct(w, p, fmt.Sprintf("There are only %d of these in stock.", s.inStock(p, size)))
	default:
		s.put(l)
		s.tell("%s was added to your cart.", l.Label())
		goTo(w, r, "/cart")
	}
}

// inCart is how many of a product in a size are in the cart, wrapped or not.
func (s *shop) inCart(l line) (n int) {
	for _, o := range s.now.Cart {
		if o.Product == l.Product && o.Size == l.Size {
			n += o.Quantity
		}
	}
	return n
}

// put adds a line to the cart, or to the line that is alike.
func (s *shop) put(l line) {
	for i, o := range s.now.Cart {
		if o.Product == l.Product && o.Size == l.Size && o.Wrap == l.Wrap {
			s.now.Cart[i].Quantity += l.Quantity
			return
		}
	}
	s.now.Cart = append(s.now.Cart, l)
}

func (s *shop) wish(w http.ResponseWriter, r *http.Request) {
	p := s.which(w, r)
	if p == nil {
		return
	}
	if !slices.Contains(s.now.Wishes, p.ID) {
		s.now.Wishes = append(s.now.Wishes, p.ID)
		s.tell("%s is on your wish list.", p.Name)
	}
	goTo(w, r, fmt.Sprintf("/product/%d", p.ID))
}

func (s *shop) wishes(w http.ResponseWriter, r *http.Request) {
	type row struct {
		*product
		Price string
		Stock bool
	}
	rows, at := turn(r, s.now.Wishes, shopRows)
	var shown []row
	for _, id := range rows {
		p := s.world.product(id)
		shown = append(shown, row{p, money(p.Cents), s.available(p) > 0})
	}
	s.show(w, "Wish list", "wishes", map[string]any{"Rows": shown, "Pager": at})
}

func (s *shop) unwish(w http.ResponseWriter, r *http.Request) {
	if p := s.world.product(atoi(r.PostFormValue("product"))); p != nil && slices.Contains(s.now.Wishes, p.ID) {
		s.now.Wishes = slices.DeleteFunc(slices.Clone(s.now.Wishes), func(id int) bool { return id == p.ID })
		s.tell("%s was removed from your wish list.", p.Name)
	}
	goTo(w, r, "/wishes")
}
