package sites

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// shipping is a way to send an order.
type shipping struct {
	Name, About string
	Cents       int
}

// Above the free sum, standard shipping costs nothing.
const shopFree = 100_00

var (
	shopShipping = []shipping{
		{"Standard", "3 to 5 days, 4.90 EUR, free from 100.00 EUR on", 4_90},
		{"Express", "next day, 9.90 EUR", 9_90},
		{"Pickup", "from our store in Mill Road, free", 0},
	}
	shopPayments = []string{"Card on file", "Invoice", "Bank transfer"}
)

func (s *shop) cart(w http.ResponseWriter, _ *http.Request) { s.showCart(w, "") }

func (s *shop) showCart(w http.ResponseWriter, problem string) {
	var o order
	o.Lines = s.now.Cart
	o.sum(s.code())
	s.show(w, "Cart", "cart", map[string]any{"Lines": s.now.Cart, "Code": s.code(), "Goods": money(o.Goods), "Discount": money(o.Discount),
		"Total": money(o.Goods - o.Discount), "Problem": problem})
}

// code is the discount code that was applied; nil where there is none.
func (s *shop) code() *code {
	i := slices.IndexFunc(s.world.codes, func(c code) bool { return c.Name == s.now.Code })
	if i < 0 {
		return nil
	}
	return &s.world.codes[i]
}

// changeCart sets quantities, or removes the line whose button was pressed.
func (s *shop) changeCart(w http.ResponseWriter, r *http.Request) {
	if i, err := strconv.Atoi(r.PostFormValue("remove")); err == nil {
		if i >= 0 && i < len(s.now.Cart) {
			s.tell("%s was removed.", s.now.Cart[i].Label())
			s.now.Cart = slices.Delete(slices.Clone(s.now.Cart), i, i+1)
			s.checkCode()
		}
		goTo(w, r, "/cart")
		return
	}
	next := slices.Clone(s.now.Cart)
	for i := range next {
		text, sent := r.PostForm["quantity"+strconv.Itoa(i)]
		if !sent {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(text[0]))
		if err != nil || n < 0 || n > quantityMax {
			s.showCart(w, fmt.Sprintf("The quantity of %s must be a number from 0 to %d.", next[i].Label(), quantityMax))
			return
		}
		others := s.inCart(next[i]) - s.now.Cart[i].Quantity
		if stock := s.lineStock(next[i]); n+others > stock {
			s.showCart(w, fmt.Sprintf("There are only %d of %s in stock.", stock, next[i].Label()))
			return
		}
		next[i].Quantity = n
	}
	s.now.Cart = slices.DeleteFunc(next, func(l line) bool { return l.Quantity == 0 })
	s.tell("Your cart was updated.")
	s.checkCode()
	goTo(w, r, "/cart")
}

func (s *shop) lineStock(l line) int {
	p := s.world.product(l.Product)
	return s.inStock(p, max(0, slices.Index(p.Sizes, l.Size)))
}

// refuse says why a code cannot be used for what is in the cart; "" where it
// can.
func (s *shop) refuse(c *code) string {
	goods := 0
	for _, l := range s.now.Cart {
		goods += l.Quantity * l.Cents
	}
	in := slices.ContainsFunc(s.now.Cart, func(l line) bool { return s.world.product(l.Product).Category == c.Category })
	switch {
	case c.Until < daysAgo(0):
		return fmt.Sprintf("The code %s was valid until %s.", c.Name, c.Until)
	case goods < c.Minimum:
		return fmt.Sprintf("The code %s is for carts from %s EUR on.", c.Name, money(c.Minimum))
	case c.Category != "" && !in:
		return fmt.Sprintf("The code %s is for %s only.", c.Name, c.Category)
	}
	return ""
}

// checkCode drops a code whose conditions the cart no longer meets.
func (s *shop) checkCode() {
	if c := s.code(); c != nil && s.refuse(c) != "" {
		s.now.Code = ""
	}
}

func (s *shop) applyCode(w http.ResponseWriter, r *http.Request) {
	if r.PostFormValue("do") == "remove" {
		s.now.Code = ""
		goTo(w, r, "/cart")
		return
	}
	name := strings.ToUpper(strings.TrimSpace(r.PostFormValue("code")))
	i := slices.IndexFunc(s.world.codes, func(c code) bool { return c.Name == name })
	switch {
	case name == "":
		s.showCart(w, "Enter a discount code.")
	case i < 0:
		s.showCart(w, "There is no such discount code.")
	case s.refuse(&s.world.codes[i]) != "":
		s.showCart(w, s.refuse(&s.world.codes[i]))
	default:
		s.now.Code = name
		s.tell("The code %s was applied.", name)
		goTo(w, r, "/cart")
	}
}

// sum works out an order's amounts from its lines and a code, or nil. A code
// for a category is for the lines of that category; see cover.
func (o *order) sum(c *code) {
	o.Goods, o.Discount, o.Ship = 0, 0, 0
	for _, l := range o.Lines {
		o.Goods += l.Quantity * l.Cents
		if c != nil && c.cover(l) {
			o.Discount += l.Quantity * l.Cents * c.Percent / 100
		}
	}
	if c != nil {
		o.Code = c.Name
	}
	for _, way := range shopShipping {
		if way.Name == o.Shipping && !(way.Name == "Standard" && o.Goods-o.Discount >= shopFree) {
			o.Ship = way.Cents
		}
	}
	o.Total = o.Goods - o.Discount + o.Ship
}

// cover says whether a code is for a line. A category's nouns are its own.
func (c *code) cover(l line) bool {
	if c.Category == "" {
		return true
	}
	noun := l.Name[strings.LastIndex(l.Name, " ")+1:]
	return slices.ContainsFunc(shopCategories, func(k category) bool {
		return k.Name == c.Category && slices.Contains(strings.Fields(k.Nouns), noun)
	})
}

func (s *shop) checkout(w http.ResponseWriter, _ *http.Request) {
	s.showCheckout(w, order{Address: address{ID: s.now.Default}, Shipping: shopShipping[0].Name, Payment: shopPayments[0]}, "")
}

func (s *shop) showCheckout(w http.ResponseWriter, o order, problem string) {
	sums := order{Lines: s.now.Cart}
	sums.sum(s.code())
	s.show(w, "Check out", "checkout", map[string]any{"Lines": s.now.Cart, "Order": o, "Sum": money(sums.Goods - sums.Discount), "Code": s.now.Code,
		"Addresses": s.now.Addresses, "Shipping": shopShipping, "Payments": shopPayments, "Problem": problem})
}

// place makes an order of the cart. A cart that is empty, since the form was
// sent twice, gives none.
func (s *shop) place(w http.ResponseWriter, r *http.Request) {
	o := order{Date: daysAgo(0), Status: statusProcessing, Shipping: r.PostFormValue("shipping"), Payment: r.PostFormValue("payment"),
		Note: strings.TrimSpace(r.PostFormValue("note")), Lines: slices.Clone(s.now.Cart)}
	at := slices.IndexFunc(s.now.Addresses, func(a address) bool { return a.ID == atoi(r.PostFormValue("address")) })
	if at >= 0 {
		o.Address = s.now.Addresses[at]
	}
	short := slices.IndexFunc(o.Lines, func(l line) bool { return s.inCart(l) > s.lineStock(l) })
	switch {
	case len(o.Lines) == 0:
		s.showCheckout(w, o, "")
	case at < 0:
		s.showCheckout(w, o, "Choose an address.")
	case !slices.ContainsFunc(shopShipping, func(way shipping) bool { return way.Name == o.Shipping }):
		s.showCheckout(w, o, "Choose how we ship.")
	case !slices.Contains(shopPayments, o.Payment):
		s.showCheckout(w, o, "Choose how you pay.")
	case short >= 0:
		s.showCheckout(w, o, o.Lines[short].Label()+" is no longer in stock in this quantity.")
	default:
		o.sum(s.code())
		s.placed++
		o.ID = 70000 + s.placed
		for _, l := range o.Lines {
			p := s.world.product(l.Product)
			size := max(0, slices.Index(p.Sizes, l.Size))
			s.setStock(p, size, s.inStock(p, size)-l.Quantity)
		}
		s.now.Orders = append([]order{o}, s.now.Orders...)
		s.now.Cart, s.now.Code = nil, ""
		s.tell("Thank you. Your order %d was placed.", o.ID)
		goTo(w, r, fmt.Sprintf("/orders/%d", o.ID))
	}
}
