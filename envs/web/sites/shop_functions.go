package sites

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Functions are what scenarios may call.
func (s *shop) Functions() []Function {
	return slices.Concat(s.askProducts(), s.askCustomer(), s.arrange())
}

// askProducts are about what is sold.
func (s *shop) askProducts() []Function {
	return []Function{
		{"categories()", "the names of all categories", func(Args) (any, error) {
			var out []string
			for _, c := range shopCategories {
				out = append(out, c.Name)
			}
			return out, nil
		}},
		{"brands()", "all brands", func(Args) (any, error) { return shopBrands, nil }},
		{"colours()", "all colours", func(Args) (any, error) { return shopColours, nil }},
		{"find(query)", "the products that a query leaves, as the list shows them: its fields are q, category, brand, colour, price, rating, stock, sort", func(a Args) (any, error) {
			q := a.Table(0)
			text := func(name string) string { v, _ := q[name].(string); return v }
			number := func(name string) float64 { v, _ := q[name].(float64); return v }
			stock, _ := q["stock"].(bool)
			out := []any{}
			for _, p := range s.search(query{Text: text("q"), Category: text("category"), Brand: text("brand"), Colour: text("colour"), Sort: text("sort"),
				Max: int(number("price")*100 + 0.5), Rating: int(number("rating")*10 + 0.5), Stock: stock}) {
				out = append(out, p.ID)
			}
			return out, nil
		}},
		{"product(id)", "a product: id, name, brand, colour, category, material, price, cents, rating, reviews, sizes, stock (by size, in order)", func(a Args) (any, error) {
			p := s.world.product(a.Int(0))
			if p == nil {
				return nil, nil
			}
			stock := []any{}
			for i := range p.Stock {
				stock = append(stock, s.inStock(p, i))
			}
			return map[string]any{"id": p.ID, "name": p.Name, "brand": p.Brand, "colour": p.Colour, "category": p.Category, "material": p.Material, "price": money(p.Cents),
				"cents": p.Cents, "rating": tenths(s.rating(p)), "reviews": len(s.opinions(p)), "sizes": p.Sizes, "stock": stock}, nil
		}},
		{"reviews(id)", "a product's reviews, the newest first: date, by, stars, text", func(a Args) (any, error) {
			out := []any{}
			if p := s.world.product(a.Int(0)); p != nil {
				for _, r := range s.opinions(p) {
					out = append(out, map[string]any{"date": r.Date, "by": r.By, "stars": r.Stars, "text": r.Text})
				}
			}
			return out, nil
		}},
		{"codes()", "the discount codes: name, percent, category, minimum (cents), until; today is 2031-05-12", func(Args) (any, error) {
			out := []any{}
			for _, c := range s.world.codes {
				out = append(out, map[string]any{"name": c.Name, "percent": c.Percent, "category": c.Category, "minimum": c.Minimum, "until": c.Until})
			}
			return out, nil
		}},
		{"refused(code)", "why a code cannot be used for the cart as it is; nil where it can", func(a Args) (any, error) {
			for i := range s.world.codes {
				if c := &s.world.codes[i]; c.Name == a.Text(0) {
					if why := s.refuse(c); why != "" {
						return why, nil
					}
					return nil, nil
				}
			}
			return "There is no such discount code.", nil
		}},
	}
}

// askCustomer are about the one who is signed in.
func (s *shop) askCustomer() []Function {
	return []Function{
		{"person()", "who is signed in: name, email, phone, newsletter", func(Args) (any, error) {
			p := s.now.Person
			return map[string]any{"name": p.Name, "email": p.Email, "phone": p.Phone, "newsletter": p.Newsletter}, nil
		}},
		{"addresses()", "the addresses: id, label, name, street, postcode, city, default, text", func(Args) (any, error) {
			out := []any{}
			for _, a := range s.now.Addresses {
				out = append(out, s.addressTable(a))
			}
			return out, nil
		}},
		{"cart()", "the lines of the cart: product, name, label, size, quantity, wrap", func(Args) (any, error) { return linesTable(s.now.Cart), nil }},
		{"code()", "the discount code that is applied, or an empty text", func(Args) (any, error) { return s.now.Code, nil }},
		{"wishes()", "the products on the wish list", func(Args) (any, error) {
			out := []any{}
			for _, id := range s.now.Wishes {
				out = append(out, id)
			}
			return out, nil
		}},
		{"orders()", "the orders, the newest first: id, date, status, delivered, lastday, returnable, total, lines, address, shipping, payment, note, code, reason, returned", func(Args) (any, error) {
			out := []any{}
			for i := range s.now.Orders {
				out = append(out, s.orderTable(&s.now.Orders[i]))
			}
			return out, nil
		}},
		{"placed()", "the orders that were placed in this episode, the newest first", func(Args) (any, error) {
			out := []any{}
			for i := range s.placed {
				out = append(out, s.orderTable(&s.now.Orders[i]))
			}
			return out, nil
		}},
		{"order(id)", "one of the orders; nil where there is none", func(a Args) (any, error) {
			if o := s.findOrder(a.Int(0)); o != nil {
				return s.orderTable(o), nil
			}
			return nil, nil
		}},
		{"reviewed()", "the reviews that were written: product, stars, title, text", func(Args) (any, error) {
			out := []any{}
			for _, r := range s.now.Reviews {
				out = append(out, map[string]any{"product": r.Product, "stars": r.Stars, "title": r.Title, "text": r.Text})
			}
			return out, nil
		}},
		{"changed()", "what is not as it was when the first page was opened: person, addresses, cart, wishes, reviews, new order, order 123", func(Args) (any, error) { return s.changed(), nil }},
	}
}

func (s *shop) addressTable(a address) map[string]any {
	return map[string]any{"id": a.ID, "label": a.Label, "name": a.Name, "street": a.Street, "postcode": a.Postcode, "city": a.City, "default": a.ID == s.now.Default, "text": a.String()}
}

func linesTable(lines []line) []any {
	out := []any{}
	for _, l := range lines {
		out = append(out, map[string]any{"product": l.Product, "name": l.Name, "label": l.Label(), "size": l.Size, "quantity": l.Quantity, "wrap": l.Wrap})
	}
	return out
}

func (s *shop) orderTable(o *order) map[string]any {
	m := map[string]any{"id": o.ID, "date": o.Date, "status": o.Status, "delivered": o.Delivered, "lastday": o.LastDay(), "returnable": o.Returnable(), "total": money(o.Total),
		"lines": linesTable(o.Lines), "address": s.addressTable(o.Address), "shipping": o.Shipping, "payment": o.Payment, "note": o.Note, "code": o.Code, "reason": o.Reason}
	if o.Return != nil {
		items := []any{}
		for _, id := range o.Return.Items {
			items = append(items, id)
		}
		m["returned"] = map[string]any{"items": items, "reason": o.Return.Reason, "comment": o.Return.Comment, "refund": o.Return.Refund}
	}
	return m
}

var errNoProduct = errors.New("there is no such product")

// arrange are for setup: how things are when the episode begins.
func (s *shop) arrange() []Function {
	return []Function{
		{"sign_in(n)", fmt.Sprintf("who is signed in: customer 1 to %d", shopCustomers), func(a Args) (any, error) {
			n := a.Int(0)
			if n < 1 || n > len(s.world.customers) {
				return nil, fmt.Errorf("there are customers 1 to %d, not %d", len(s.world.customers), n)
			}
			s.now = s.world.customers[n-1].clone()
			return nil, nil
		}},
		{"put(id, size, quantity)", "puts a product into the cart; the size is an empty text where there are none", func(a Args) (any, error) {
			p := s.world.product(a.Int(0))
			if p == nil || len(p.Sizes) > 0 && !slices.Contains(p.Sizes, a.Text(1)) {
				return nil, errNoProduct
			}
			s.put(line{Product: p.ID, Name: p.Name, Size: a.Text(1), Quantity: max(1, a.Int(2)), Cents: p.Cents})
			return nil, nil
		}},
		{"wish(id)", "puts a product on the wish list", func(a Args) (any, error) {
			if s.world.product(a.Int(0)) == nil {
				return nil, errNoProduct
			}
			s.now.Wishes = append(s.now.Wishes, a.Int(0))
			return nil, nil
		}},
		{"set_stock(id, size, n)", "how many there are of a product in a size", func(a Args) (any, error) {
			p := s.world.product(a.Int(0))
			if p == nil {
				return nil, errNoProduct
			}
			s.setStock(p, max(0, slices.Index(p.Sizes, a.Text(1))), a.Int(2))
			return nil, nil
		}},
		{"add_review(id, review)", "somebody else's review, above the others: date, by, stars, text", func(a Args) (any, error) {
			p := s.world.product(a.Int(0))
			if p == nil {
				return nil, errNoProduct
			}
			m := a.Table(1)
			stars, _ := m["stars"].(float64)
			text := func(name string) string { v, _ := m[name].(string); return v }
			if s.extra == nil {
				s.extra = map[int][]review{}
			}
			s.extra[p.ID] = append(s.extra[p.ID], review{cmp.Or(text("date"), daysAgo(2)), text("by"), text("text"), int(stars)})
			return nil, nil
		}},
	}
}
