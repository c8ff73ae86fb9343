package sites

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// visitor asks a site for pages, as a browser without scripts would.
type visitor struct {
	t    *testing.T
	site Site
}

func open(t *testing.T, name string, world uint64) visitor {
	t.Helper()
	s, err := new(Worlds).Open(name, world)
	if err != nil {
		t.Fatal(err)
	}
	return visitor{t, s}
}

func (v visitor) ask(r *http.Request) string {
	v.t.Helper()
	w := httptest.NewRecorder()
	v.site.ServeHTTP(w, r)
	if to := w.Header().Get("Location"); w.Code == http.StatusSeeOther {
		return v.get(to)
	}
	if w.Code >= http.StatusInternalServerError {
		v.t.Fatalf("%s %s: %d %s", r.Method, r.URL, w.Code, w.Body)
	}
	return w.Body.String()
}

func (v visitor) get(path string) string {
	v.t.Helper()
	return v.ask(httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a form whose fields come in pairs, and follows on.
func (v visitor) post(path string, pairs ...string) string {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.ask(r)
}

func (v visitor) has(page string, parts ...string) {
	v.t.Helper()
	for _, part := range parts {
		if !strings.Contains(page, part) {
			v.t.Errorf("the page does not say %q:\n%s", part, page)
		}
	}
}

func (v visitor) call(function string, args ...any) any {
	v.t.Helper()
	out, err := Call(v.site, function, args)
	if err != nil {
		v.t.Fatal(err)
	}
	return out
}

func (v visitor) changed(want ...string) {
	v.t.Helper()
	got := v.site.(*shop).changed()
	if len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
		v.t.Errorf("changed() is %q, want %q", got, want)
	}
}

// stocked is a product of which there is enough, with sizes or without.
func stocked(s *shop, sized bool) *product {
	for i := range s.world.products {
		if p := &s.world.products[i]; (len(p.Sizes) > 0) == sized && s.inStock(p, 0) > 3 {
			return p
		}
	}
	panic("nothing is in stock")
}

func path(p *product, rest string) string { return "/product/" + itoa(p.ID) + rest }

func TestShopSellsWhatIsInTheCartOnce(t *testing.T) {
	v := open(t, "shop", 1)
	s := v.site.(*shop)
	p, plain := stocked(s, true), stocked(s, false)
	v.has(v.post(path(p, "/cart"), "quantity", "1"), "Please choose a size.")
	v.has(v.post(path(p, "/cart"), "quantity", "none", "size", p.Sizes[0]), "must be a number")
	v.has(v.post(path(p, "/cart"), "quantity", "0", "size", p.Sizes[0]), "must be a number")
	v.changed()
	v.has(v.post(path(p, "/cart"), "quantity", "2", "size", p.Sizes[0], "wrap", "yes"), p.Name+" size "+p.Sizes[0], "gift wrapped")
	v.post(path(plain, "/cart"), "quantity", "1")
	v.has(v.post("/cart", "quantity1", "x"), "must be a number")
	v.has(v.post("/cart", "quantity1", "3"), "Your cart was updated.")
	v.has(v.post("/cart/code", "code", ""), "Enter a discount code.")
	v.has(v.post("/cart/code", "code", "nothing"), "There is no such discount code.")
	v.has(v.post("/cart/code", "code", s.world.codes[1].Name), "was valid until")
	v.has(v.post("/cart/code", "code", strings.ToLower(s.world.codes[0].Name)), "was applied")
	v.has(v.get("/checkout"), "Place order", s.now.Addresses[0].String())
	v.has(v.post("/checkout", "address", "99", "shipping", "Express", "payment", "Invoice"), "Choose an address.")
	v.has(v.post("/checkout", "address", "2", "shipping", "Express", "payment", "Invoice"), "Your order 70001 was placed.", "Discount with")
	v.has(v.post("/checkout", "address", "2", "shipping", "Express", "payment", "Invoice"), "Your cart is empty.")
	v.changed("new order")
	o := s.findOrder(70001)
	goods := 2*p.Cents + 3*plain.Cents
	percent := s.world.codes[0].Percent
	if want := goods - 2*p.Cents*percent/100 - 3*plain.Cents*percent/100 + 990; o.Total != want || o.Address.ID != 2 {
		t.Errorf("the order's total is %d, want %d; it goes to %v", o.Total, want, o.Address)
	}
	if left := s.inStock(p, 0); left != p.Stock[0]-2 {
		t.Errorf("%d are left of %d, of which 2 were sold", left, p.Stock[0])
	}
}

func TestShopRefusesMoreThanIsInStock(t *testing.T) {
	v := open(t, "shop", 1)
	p := stocked(v.site.(*shop), false)
	v.call("set_stock", float64(p.ID), "", 2.0)
	v.has(v.post(path(p, "/cart"), "quantity", "3"), "There are only 2")
	v.post(path(p, "/cart"), "quantity", "2")
	v.has(v.post(path(p, "/cart"), "quantity", "1", "wrap", "yes"), "There are only 2")
	v.has(v.post("/cart", "quantity0", "3"), "There are only 2")
	v.has(v.post("/cart", "remove", "7"), "Cart")
	v.changed("cart")
	v.has(v.post("/cart", "remove", "0"), "Your cart is empty.")
	v.changed()
}

func TestShopOrdersAreCancelledAndReturnedByTheRules(t *testing.T) {
	v := open(t, "shop", 2)
	s := v.site.(*shop)
	at := func(i int, rest string) string { return "/orders/" + itoa(s.now.Orders[i].ID) + rest }
	v.has(v.post(at(0, "/cancel")), "Choose a reason.")
	v.has(v.post(at(0, "/cancel"), "reason", "Found it cheaper"), "was cancelled")
	v.has(v.post(at(0, "/cancel"), "reason", "Found it cheaper"), "cannot be cancelled")
	v.has(v.post(at(4, "/cancel"), "reason", "Found it cheaper"), "cannot be cancelled")
	v.has(v.get(at(4, "/return")), "Only delivered orders")
	v.has(v.get(at(9, "/return")), "The last day was")
	item := itoa(s.now.Orders[5].Lines[0].Product)
	v.has(v.post(at(5, "/return"), "reason", "Damaged", "refund", "Store credit"), "Choose what you return.")
	v.has(v.post(at(5, "/return"), "item", item, "refund", "Store credit"), "Choose a reason.")
	v.has(v.post(at(5, "/return"), "item", item, "reason", "Damaged", "refund", "Store credit"), "was registered")
	v.has(v.post(at(5, "/return"), "item", item, "reason", "Damaged", "refund", "Store credit"), "Nothing of this order")
	v.has(v.get("/orders/1"), "Not found")
	v.has(v.get("/orders?page=77"), "Page 2 of 2")
	v.has(v.get("/orders?page=-1"), "Page 1 of 2")
	v.changed("order "+itoa(s.now.Orders[0].ID), "order "+itoa(s.now.Orders[5].ID))
}

func TestShopTakesReviewsOfWhatWasDelivered(t *testing.T) {
	v := open(t, "shop", 2)
	s := v.site.(*shop)
	mine := s.world.product(s.now.Orders[6].Lines[0].Product)
	v.has(v.post(path(mine, "/review"), "title", "Fine", "text", "It works"), "Choose how many stars")
	v.has(v.post(path(mine, "/review"), "stars", "4", "title", " ", "text", "It works"), "Please fill in")
	v.has(v.post(path(mine, "/review"), "stars", "4", "title", "Fine", "text", "It works"), "was published")
	v.has(v.post(path(mine, "/review"), "stars", "4", "title", "Fine", "text", "It works"), "not saved")
	for i := range s.world.products {
		if p := &s.world.products[i]; !s.owned(p) {
			v.has(v.post(path(p, "/review"), "stars", "4", "title", "Fine", "text", "It works"), "Only customers who")
			break
		}
	}
	v.changed("reviews")
	v.has(v.get("/product/1/reviews"), "Not found")
	v.has(v.get(path(mine, "/reviews?sort=Worst+first&page=x")), "Reviews of "+mine.Name)
}

func TestShopKeepsTheAccount(t *testing.T) {
	v := open(t, "shop", 3)
	v.has(v.post("/account/edit", "name", "", "email", "a@b.example", "phone", "012345"), "enter your name")
	v.has(v.post("/account/edit", "name", "A", "email", "a.example", "phone", "012345"), "e-mail address")
	v.has(v.post("/account/edit", "name", "A", "email", "a@b.example", "phone", "01-23"), "phone number")
	v.changed()
	v.has(v.post("/account/address/new", "label", "Cabin", "name", "A", "street", "1 Road", "postcode", "123", "city", "Rome"), "5 digits")
	v.has(v.post("/account/address/new", "label", "home", "name", "A", "street", "1 Road", "postcode", "12345", "city", "Rome"), "already")
	v.has(v.post("/account/address/new", "label", "Cabin", "name", "A", "street", "1 Road", "postcode", "12345", "city", "Rome"), "Make Cabin the default")
	v.has(v.post("/account/address", "default", "4"), "Cabin is your default")
	v.has(v.post("/account/address", "delete", "4"), "cannot be deleted")
	v.has(v.post("/account/address", "delete", "1"), "was deleted")
	v.has(v.get("/account/address/1"), "Not found")
	v.changed("addresses")
	v.post("/wishes", "product", "12")
	v.changed("addresses")
}

func TestShopListsAreNarrowedDownAndSorted(t *testing.T) {
	v := open(t, "shop", 4)
	ids := v.call("find", map[string]any{"category": "Lamps", "price": 90.0, "rating": 3.5, "sort": sortCheap, "stock": true}).([]any)
	if len(ids) == 0 {
		t.Fatal("no lamp is cheap and good")
	}
	first := v.call("product", float64(ids[0].(int))).(map[string]any)
	page := v.get("/products?category=Lamps&price=90&rating=3.5&stock=yes&sort=" + url.QueryEscape(sortCheap))
	v.has(page, itoa(len(ids))+" products", first["name"].(string))
	v.has(v.get("/products?price=cheap"), "must be a number")
	v.has(v.get("/products?q=no+such+thing"), "0 products")
}

func TestSiteWorldsComeFromTheirSeed(t *testing.T) {
	for _, name := range []string{"shop", "admin"} {
		a, b := open(t, name, 5), open(t, name, 5)
		if !reflect.DeepEqual(contentOf(a.site), contentOf(b.site)) {
			t.Errorf("%s: the same world came out in two ways", name)
		}
		if reflect.DeepEqual(contentOf(a.site), contentOf(open(t, name, 6).site)) {
			t.Errorf("%s: two worlds are alike", name)
		}
	}
}

// contentOf is a world's content without its functions, which are never equal.
func contentOf(s Site) any {
	switch s := s.(type) {
	case *shop:
		return s.world
	case *admin:
		var rows [][][]string
		for _, t := range s.world.tables {
			rows = append(rows, t.rows)
		}
		return rows
	}
	return nil
}

func TestEpisodesDoNotSeeEachOther(t *testing.T) {
	var worlds Worlds
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				site, err := worlds.Open("shop", 1)
				if err != nil {
					t.Error(err)
					return
				}
				v, s := visitor{t, site}, site.(*shop)
				p := stocked(s, false)
				v.post(path(p, "/cart"), "quantity", "2")
				v.post("/checkout", "address", "1", "shipping", "Pickup", "payment", "Invoice")
				v.post("/orders/"+itoa(s.now.Orders[1].ID)+"/cancel", "reason", "Found it cheaper")
				v.post("/account/address", "delete", "3")
				if got := s.inStock(p, 0); got != p.Stock[0]-2 || len(s.now.Orders) != 13 {
					t.Errorf("%d in stock of %d, %d orders", got, p.Stock[0], len(s.now.Orders))
				}
			}
		})
	}
	wg.Wait()
}
