package toolbox

// store is orders, which callers name by their numbers, and products.
func store() *domain {
	const (
		number0 = iota
		item
		colour
		state
		age
		address
	)
	const (
		what = iota
		hue
		price
		stock
	)
	order := &table{role: "order", key: item, by: "the order of a %s", find: "find_order", number: true, columns: []column{
		number0: {min: 1000, max: 9999, step: 1, once: true, fixed: true},
		item:    {values: items, fixed: true},
		colour:  {values: colours, also: "in %s", asked: "What colour is %s?"},
		state:   {values: []string{"pending", "shipped", "delivered", "delivered"}, asked: "Is %s pending, shipped or delivered?"},
		age:     {label: "days", min: 1, max: 60, step: 1, asked: "How many days old is %s?"},
		address: {label: "to", values: streets, asked: "Where does %s go?"},
	}, most: []most{{age, false, "the newest order of a %s"}, {age, true, "the oldest order of a %s"}}}
	product := &table{role: "product", key: what, by: "the %s", find: "find_product", columns: []column{
		what:  {values: items, fixed: true},
		hue:   {values: colours, fixed: true, also: "in %s", asked: "What colour is %s?"},
		price: {label: "costs", min: 5, max: 300, step: 5, asked: "What does %s cost?"},
		stock: {label: "stock", min: 6, max: 40, step: 1, asked: "How many of %s are in stock?"},
	}, most: []most{{price, false, "the cheapest %s"}, {price, true, "the dearest %s"}}}
	orders := words("order|purchase|delivery|shipment", "an order|a purchase|what was ordered")
	products := words("product|article|item|goods", "a product|an article|something on sale")
	by := func() param { return number("order|order_number|purchase|shipment", order) }
	many := whole("quantity|count|pieces|how_many", 1, 5).asked("How many?", "It is %s.", "many|number|quantity|pieces")
	hues := choice("colour|shade|tint|paint", colours).asked("Which colour?", "In %s.", "colour|color|shade").as(order, colour, "the colour of %s")
	return &domain{
		name: "store", doc: "a web store",
		tables: []*table{order, product},
		functions: []function{
			look(findWord, orders, " by its item", order, item, text("item|thing|keyword|term", items)),
			look(findWord, products, " by its name", product, what, text("item|thing|keyword|term", items)),
			look(listWord, orders, " by its state", order, state, choice("state|status|stage|phase", []string{"pending", "shipped", "delivered"})),
			drop(cancelWord, orders, " before it is sent", "order cancelled", by(), priority()),
			mark(words("return|giveback|sendback|restitute", "Return|Send back|Give back"), orders, "", "order returned", state, "returned", by()),
			put(words("recolour|exchange|replace|trade", "Exchange|Swap|Change"), orders, " for one of another colour", "order exchanged", []param{by(), hues}, colour),
			put(words("redirect|readdress|reroute|divert", "Redirect|Change the address of|Send elsewhere"), orders, "", "address changed", []param{by(), text("address|street|location|where", streets).asked("To which address?", "To %s.", "address|street|where").as(order, address, "the address of %s")}, address),
			{act: words("buy|purchase|get|acquire", "Buy|Order|Get"), object: products, params: []param{ref("product|article|item|goods", product), many},
				do: func(d *data, a []arg) (string, bool) {
					left := (*d)[a[0].at].count(stock) - a[1].count()
					if left < 0 {
						return "error: there are not so many", false
					}
					d.set(a[0].at, stock, digits(left))
					return "product bought", true
				}},
			mark(words("reorder|repeat|renew|duplicate", "Repeat|Redo|Renew"), orders, "", "ordered again", state, "reordered", by()),
		},
		requests: []request{
			{fn: "cancel_order", says: []string{"Cancel {0}.", "Please call off {0}."}},
			{fn: "return_order", says: []string{"Return {0}.", "I want to send {0} back."}, only: true},
			{fn: "recolour_order", says: []string{"Exchange {0}[ for one in {1}].", "Please swap {0}[ for one in {1}]."}, only: true},
			{fn: "redirect_order", says: []string{"Redirect {0}[ to {1}].", "Please send {0} elsewhere[, to {1}]."}, only: true},
			{fn: "buy_product", says: []string{"Buy[ {1} pieces of] {0}.", "Please get me {0}[, quantity: {1}]."}, only: true},
		},
		rules: []rule{
			{says: "Ask for a yes before an order is returned or cancelled.", fns: []string{"return_order", "cancel_order"}, broken: always},
			{says: "Ask for a yes before a product above %d is bought.", limits: []int{100, 150, 200}, fns: []string{"buy_product"},
				broken: func(d data, a []arg, most int) bool { return d[a[0].at].count(price) > most }},
			{says: "Refuse to cancel or redirect orders that are not pending: not_pending.", fns: []string{"cancel_order", "redirect_order"}, reason: "not_pending",
				broken: func(d data, a []arg, _ int) bool { return d[a[0].at].cells[state] != "pending" }},
			{says: "Refuse to return or exchange orders of more than %d days: too_late.", limits: []int{14, 21, 30}, fns: []string{"return_order", "recolour_order"}, reason: "too_late",
				broken: func(d data, a []arg, most int) bool { return d[a[0].at].count(age) > most }},
			{says: "Refuse to sell when less than %d are in stock: low_stock.", limits: []int{12, 16, 20}, fns: []string{"buy_product"}, reason: "low_stock",
				broken: func(d data, a []arg, least int) bool { return d[a[0].at].count(stock) < least }},
		},
	}
}
