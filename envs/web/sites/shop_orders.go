package sites

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The states of an order.
const (
	statusProcessing = "processing"
	statusShipped    = "shipped"
	statusDelivered  = "delivered"
	statusCancelled  = "cancelled"
)

// order is what was bought at once. Amounts are in cents.
type order struct {
	ID                            int
	Date, Status, Delivered       string
	Address                       address
	Lines                         []line
	Shipping, Payment, Note, Code string
	Goods, Discount, Ship, Total  int
	Reason                        string // of a cancellation
	Return                        *refund
}

// refund is a return that was asked for.
type refund struct {
	Items                   []int // products
	Reason, Comment, Refund string
}

// returnDays is how long after delivery a product may be returned.
const returnDays = 30

var (
	cancelReasons = []string{"Ordered by mistake", "Found it cheaper", "Delivery takes too long", "No longer needed"}
	returnReasons = []string{"Too small", "Too large", "Damaged", "Not as described", "Changed my mind"}
	refundWays    = []string{"Original payment", "Store credit"}
)

func (o *order) Count() (n int) {
	for _, l := range o.Lines {
		n += l.Quantity
	}
	return n
}

// Sum, Less, Sent and All are the amounts as they are shown.
func (o *order) Sum() string  { return money(o.Goods) }
func (o *order) Less() string { return money(o.Discount) }
func (o *order) Sent() string { return money(o.Ship) }
func (o *order) All() string  { return money(o.Total) }

// LastDay is the last on which the order may be returned; "" before delivery.
func (o *order) LastDay() string {
	day, err := time.Parse(time.DateOnly, o.Delivered)
	if err != nil {
		return ""
	}
	return day.AddDate(0, 0, returnDays).Format(time.DateOnly)
}

// Returnable says whether products may still be sent back.
func (o *order) Returnable() bool {
	return o.Status == statusDelivered && o.Return == nil && o.LastDay() >= daysAgo(0)
}

// has says whether one of the order's products has all words of a query.
func (o *order) has(query string) bool {
	return query == "" || contains(fmt.Sprint(o.ID), query) || slices.ContainsFunc(o.Lines, func(l line) bool { return contains(l.Name, query) })
}

func (s *shop) orders(w http.ResponseWriter, r *http.Request) {
	q, status := r.FormValue("q"), r.FormValue("status")
	var found []*order
	for i := range s.now.Orders {
		if o := &s.now.Orders[i]; o.has(q) && (status == "" || o.Status == status) {
			found = append(found, o)
		}
	}
	rows, at := turn(r, found, orderRows)
	s.show(w, "Orders", "orders", map[string]any{"Rows": rows, "Total": len(found), "Pager": at, "Query": q, "Status": status,
		"States": []string{statusProcessing, statusShipped, statusDelivered, statusCancelled}})
}

// whichOrder is the order that a path names; it answers where there is none.
func (s *shop) whichOrder(w http.ResponseWriter, r *http.Request) *order {
	if o := s.findOrder(atoi(r.PathValue("id"))); o != nil {
		return o
	}
	s.missing(w)
	return nil
}

func (s *shop) findOrder(id int) *order {
	for i := range s.now.Orders {
		if s.now.Orders[i].ID == id {
			return &s.now.Orders[i]
		}
	}
	return nil
}

func (s *shop) order(w http.ResponseWriter, r *http.Request) {
	if o := s.whichOrder(w, r); o != nil {
		s.show(w, fmt.Sprintf("Order %d", o.ID), "order", o)
	}
}

func (s *shop) cancelForm(w http.ResponseWriter, r *http.Request) {
	if o := s.whichOrder(w, r); o != nil {
		s.showCancel(w, o, "")
	}
}

func (s *shop) showCancel(w http.ResponseWriter, o *order, problem string) {
	s.show(w, fmt.Sprintf("Cancel order %d", o.ID), "cancel", map[string]any{"Order": o, "Can": o.Status == statusProcessing, "Reasons": cancelReasons, "Problem": problem})
}

func (s *shop) cancel(w http.ResponseWriter, r *http.Request) {
	o := s.whichOrder(w, r)
	if o == nil {
		return
	}
	reason := r.PostFormValue("reason")
	switch {
	case o.Status != statusProcessing:
		s.showCancel(w, o, "This order cannot be cancelled.")
	case !slices.Contains(cancelReasons, reason):
		s.showCancel(w, o, "Choose a reason.")
	default:
		o.Status, o.Reason = statusCancelled, reason
		s.tell("Order %d was cancelled.", o.ID)
		goTo(w, r, fmt.Sprintf("/orders/%d", o.ID))
	}
}

func (s *shop) returnForm(w http.ResponseWriter, r *http.Request) {
	if o := s.whichOrder(w, r); o != nil {
		s.showReturn(w, o, refund{Refund: refundWays[0]}, "")
	}
}

func (s *shop) showReturn(w http.ResponseWriter, o *order, now refund, problem string) {
	type item struct {
		line
		Chosen bool
	}
	var items []item
	for _, l := range o.Lines {
		items = append(items, item{l, slices.Contains(now.Items, l.Product)})
	}
	s.show(w, fmt.Sprintf("Return items of order %d", o.ID), "return", map[string]any{"Order": o, "Items": items, "Now": now, "Reasons": returnReasons, "Ways": refundWays, "Problem": problem})
}

// giveBack asks for a return.
func (s *shop) giveBack(w http.ResponseWriter, r *http.Request) {
	o := s.whichOrder(w, r)
	if o == nil {
		return
	}
	now := refund{Reason: r.PostFormValue("reason"), Comment: strings.TrimSpace(r.PostFormValue("comment")), Refund: r.PostFormValue("refund")}
	for _, l := range o.Lines {
		if slices.Contains(r.PostForm["item"], fmt.Sprint(l.Product)) {
			now.Items = append(now.Items, l.Product)
		}
	}
	switch {
	case !o.Returnable():
		s.showReturn(w, o, now, "Nothing of this order can be returned.")
	case len(now.Items) == 0:
		s.showReturn(w, o, now, "Choose what you return.")
	case !slices.Contains(returnReasons, now.Reason):
		s.showReturn(w, o, now, "Choose a reason.")
	case !slices.Contains(refundWays, now.Refund):
		s.showReturn(w, o, now, "Choose how we refund you.")
	default:
		o.Return = &now
		s.tell("Your return was registered. A label is on its way.")
		goTo(w, r, fmt.Sprintf("/orders/%d", o.ID))
	}
}
