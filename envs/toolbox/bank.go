package toolbox

// bank is accounts, transfers that wait, and cards.
func bank() *domain {
	const (
		kind = iota
		balance
		state
	)
	const (
		payee = iota
		amount
		day
	)
	const (
		brand = iota
		use
		limit
		cardState
	)
	kinds := []string{"savings", "checking", "travel", "family", "pension", "student", "business", "holiday"}
	account := &table{role: "account", key: kind, by: "the %s account", find: "list_account", columns: []column{
		kind:    {values: kinds, once: true, fixed: true},
		balance: {label: "balance", min: 50, max: 990, step: 10, asked: "How much is in %s?"},
		state:   {values: []string{"open", "open", "open", "locked"}},
	}}
	transfer := &table{role: "transfer", key: payee, by: "the transfer to %s", find: "find_transfer", columns: []column{
		payee:  {label: "to", values: people, fixed: true},
		amount: {label: "of", min: 10, max: 490, step: 10, fixed: true, also: "of %s", asked: "How much is %s?"},
		day:    {label: "due", values: weekdays, asked: "On which day is %s due?"},
	}, most: []most{{amount, true, "the largest transfer to %s"}, {amount, false, "the smallest transfer to %s"}}}
	card := &table{role: "card", key: use, by: "the %s card", find: "list_card", columns: []column{
		brand:     {values: colours, fixed: true, asked: "What colour is %s?"},
		use:       {values: []string{"travel", "online", "grocery", "fuel", "hotel", "office"}, once: true, fixed: true},
		limit:     {label: "limit", min: 100, max: 900, step: 50, asked: "What is the limit of %s?"},
		cardState: {values: []string{"active", "active", "frozen"}},
	}}
	accounts := words("account|balance|deposit|ledger", "accounts|balances|the accounts")
	transfers := words("transfer|payment|remittance|wire", "a transfer|a payment|a payment order")
	cards := words("card|plastic|bankcard|creditcard", "a card|a bank card|a payment card")
	sums := whole("amount|sum|value|total", 10, 400).unbounded().asked("How much?", "It is %s.", "much|amount|sum|money")
	days := choice(dayNames, weekdays).asked("On which day?", "On %s.", "day|date|when|weekday").as(transfer, day, "the day of %s")
	of := func() param { return ref("card|plastic|bankcard|creditcard", card) }
	// pay moves money out of an account.
	pay := func(d *data, at, sum int) (string, bool) {
		left := (*d)[at].count(balance) - sum
		switch {
		case sum <= 0:
			return "error: the amount must be above 0", false
		case left < 0:
			return "error: the account has too little", false
		}
		d.set(at, balance, digits(left))
		return "", true
	}
	return &domain{
		name: "bank", doc: "a bank",
		tables: []*table{account, transfer, card},
		functions: []function{
			look(listWord, accounts, " of the user", account, 0),
			look(findWord, transfers, " by who is paid", transfer, payee, text(personNames, people)),
			look(listWord, words("card|plastic|bankcard|creditcard", "cards|the cards|bank cards"), " of the user", card, 0),
			{act: words("send|pay|wire|remit", "Send|Pay|Transfer"), object: words("money|cash|funds|euros", "money|an amount|a sum"), tail: " to a person",
				params: []param{ref("account|source|from_account|debit", account), text(personNames, people).asked("To whom?", "To %s.", "whom|who|person"), sums, priority()},
				do: func(d *data, a []arg) (string, bool) {
					if said, ok := pay(d, a[0].at, a[2].count()); !ok {
						return said, false
					}
					d.add(transfer, a[1].text, a[2].text, "today")
					return "money sent", true
				}},
			{act: words("shift|move|swap|rebalance", "Shift|Move|Transfer"), object: words("savings|balance|reserve|holdings", "money|an amount|a sum"), tail: " from one account to another",
				params: []param{ref("source|from_account|debit|payer", account), ref("target|to_account|credit|receiver", account), sums},
				do: func(d *data, a []arg) (string, bool) {
					if a[0].at == a[1].at {
						return "error: the accounts are the same", false
					}
					if said, ok := pay(d, a[0].at, a[2].count()); !ok {
						return said, false
					}
					d.set(a[1].at, balance, digits((*d)[a[1].at].count(balance)+a[2].count()))
					return "money shifted", true
				}},
			drop(cancelWord, transfers, " that waits", "transfer cancelled", ref("transfer|payment|remittance|wire", transfer)),
			put(words("delay|postpone|defer|reschedule", "Delay|Postpone|Put off"), transfers, " to a day", "transfer delayed", []param{ref("transfer|payment|remittance|wire", transfer), days}, day),
			mark(words("freeze|lock|block|suspend", "Freeze|Lock|Block"), cards, "", "card frozen", cardState, "frozen", of()),
			mark(words("unfreeze|unlock|unblock|resume", "Unfreeze|Unlock|Free"), cards, "", "card unfrozen", cardState, "active", of()),
			put(words("limit|cap|restrict|bound", "Set the limit of|Limit|Cap"), cards, "", "limit set", []param{of(), whole("limit|cap|maximum|ceiling", 100, 900).unbounded().asked("What limit?", "To %s.", "limit|much|amount").as(card, limit, "the limit of %s")}, limit),
		},
		requests: []request{
			{fn: "send_money", says: []string{"Send money from {0}[ to {1}][, {2} in all].", "Please pay somebody from {0}[, namely {1}][, an amount of {2}]."}, only: true},
			{fn: "shift_savings", says: []string{"Shift money from {0} to {1}[, {2} in all].", "Please put some money of {0} into {1}[, an amount of {2}]."}, only: true},
			{fn: "cancel_transfer", says: []string{"Cancel {0}.", "Please call off {0}."}},
			{fn: "delay_transfer", says: []string{"Delay {0}[ to {1}].", "Please postpone {0}[ to {1}]."}, only: true},
			{fn: "freeze_card", says: []string{"Freeze {0}.", "I lost {0}, so block it."}, only: true},
			{fn: "unfreeze_card", says: []string{"Unfreeze {0}.", "I found {0} again, so free it."}, only: true},
			{fn: "limit_card", says: []string{"Set the limit of {0}[ to {1}].", "Please change the limit of {0}[ to {1}]."}, only: true},
		},
		rules: []rule{
			{says: "Ask for a yes before more than %d is sent or shifted.", limits: []int{100, 150, 200, 250}, fns: []string{"send_money", "shift_savings"},
				broken: func(_ data, a []arg, most int) bool { return a[2].count() > most }},
			{says: "Ask for a yes before a card is unfrozen.", fns: []string{"unfreeze_card"}, broken: always},
			{says: "Refuse to send or shift out of locked accounts: locked.", fns: []string{"send_money", "shift_savings"}, reason: "locked", broken: cell(state, "locked")},
			{says: "Refuse limits above %d: too_high.", limits: []int{500, 600, 700}, fns: []string{"limit_card"}, reason: "too_high",
				broken: func(_ data, a []arg, most int) bool { return a[1].count() > most }},
			{says: "Refuse to cancel or delay transfers of more than %d: too_large.", limits: []int{200, 300}, fns: []string{"cancel_transfer", "delay_transfer"}, reason: "too_large",
				broken: func(d data, a []arg, most int) bool { return d[a[0].at].count(amount) > most }},
		},
	}
}
