package toolbox

// messages is an inbox and the people who write.
func messages() *domain {
	const (
		from = iota
		subject
		folder
		day
		mark0
		sent
	)
	const (
		name = iota
		phone
		group
	)
	folders := []string{"inbox", "work", "family", "archive", "later"}
	message := &table{role: "message", key: from, by: "the message from %s", find: "find_message", columns: []column{
		from:    {label: "from", values: people, fixed: true},
		subject: {label: "about", values: topics, fixed: true, also: "about %s", asked: "What is %s about?"},
		folder:  {label: "in", values: folders, asked: "In which folder is %s?"},
		day:     {label: "of", values: weekdays, asked: "On which day did %s come?"},
		mark0:   {values: []string{"plain", "plain", "secret"}},
		sent:    {label: "sent"},
	}}
	contact := &table{role: "contact", key: name, by: "the contact %s", find: "find_contact", columns: []column{
		name:  {values: people, once: true, fixed: true},
		phone: {label: "phone", min: 200, max: 999, step: 1, asked: "What is the phone number of %s?"},
		group: {label: "group", values: []string{"friend", "family", "office", "stranger"}, asked: "In which group is %s?"},
	}}
	mails := words("message|mail|letter|email", "a message|a mail|a letter")
	contacts := words("contact|friend|addressee|acquaintance", "a contact|a known person|somebody known")
	of := func() param { return ref("message|mail|letter|email", message) }
	body := text("text|body|content|words_to_send", phrases).asked("What shall it say?", "Write: %s.", "say|text|write|what")
	group0 := choice("group|circle|label_as|class", []string{"friend", "family", "office", "stranger"}).asked("Which group?", "The group %s.", "group|circle|which").as(contact, group, "the group of %s")
	return &domain{
		name: "messages", doc: "a mailbox",
		tables: []*table{message, contact},
		functions: []function{
			look(findWord, mails, " by who wrote it", message, from, text(personNames, people)),
			look(listWord, words("folder|box|directory|tray", "a folder|a box|what is in a folder"), "", message, folder, choice("folder|box|directory|tray", folders)),
			look(findWord, contacts, "", contact, name, text(personNames, people)),
			{act: words("reply|answer|respond|react", "Reply to|Answer|Write back to"), object: mails, params: []param{of(), body},
				do: func(d *data, a []arg) (string, bool) {
					d.set(a[0].at, sent, a[1].text)
					return "reply sent", true
				}},
			{act: words("send|write|post|compose", "Send|Write|Compose"), object: mails, tail: " that is new", params: []param{text("to|receiver|recipient|addressee", people).asked("To whom?", "To %s.", "whom|who|receiver"), body, priority()},
				do: func(d *data, a []arg) (string, bool) {
					d.add(message, "you", a[0].text, "sent", "today", "plain", a[1].text)
					return "message sent", true
				}},
			put(words("forward|relay|pass|redirect", "Forward|Pass on|Relay"), mails, " to a person", "message forwarded", []param{of(), text("to|receiver|recipient|addressee", people).asked("To whom?", "To %s.", "whom|who|receiver")}, sent),
			put(words("file|move|put|stow", "File|Move|Put"), mails, " into a folder", "message filed", []param{of(), choice("folder|box|directory|tray", folders).asked("In which folder?", "In %s.", "folder|box|where").as(message, folder, "the folder of %s")}, folder),
			drop(words("delete|erase|trash|discard", "Delete|Throw away|Remove"), mails, " for good", "message deleted", of()),
			put(words("group|tag|classify|assign", "Group|Set the group of|Tag"), contacts, "", "contact grouped", []param{ref("contact|friend|addressee|acquaintance", contact), group0}, group),
			put(words("dial|phone|number|tel", "Set the number of|Change the phone of|Note the number of"), contacts, "", "number set", []param{ref("contact|friend|addressee|acquaintance", contact), whole("number|phone|digits|tel", 200, 999).unbounded().asked("Which number?", "It is %s.", "number|phone")}, phone),
		},
		requests: []request{
			{fn: "reply_message", says: []string{"Reply to {0}[ with the words: {1}].", "Please answer {0}[ and say: {1}]."}},
			{fn: "send_message", says: []string{"Send a new message[ to {0}][ that says: {1}].", "Please write[ to {0}] in a new message[: {1}]."}},
			{fn: "forward_message", says: []string{"Forward {0}[ to {1}].", "Please pass {0} on[ to {1}]."}, only: true},
			{fn: "file_message", says: []string{"Move {0}[ into {1}].", "Please file {0}[ in {1}]."}, only: true},
			{fn: "delete_message", says: []string{"Delete {0}.", "Please throw {0} away."}},
			{fn: "group_contact", says: []string{"Change the group of {0}[ to {1}].", "Please set the group of {0}[ to {1}]."}, only: true},
			{fn: "dial_contact", says: []string{"Note the new number of {0}[, which is {1}].", "Please change the phone of {0}[ to {1}]."}, only: true},
		},
		rules: []rule{
			{says: "Ask for a yes before a message is deleted.", fns: []string{"delete_message"}, broken: always},
			{says: "Ask for a yes before a new message is sent.", fns: []string{"send_message"}, broken: always},
			{says: "Refuse to forward or file secret messages: secret.", fns: []string{"forward_message", "file_message"}, reason: "secret", broken: cell(mark0, "secret")},
			{says: "Refuse to delete or answer messages in the folder archive: archived.", fns: []string{"delete_message", "reply_message"}, reason: "archived", broken: cell(folder, "archive")},
			{says: "Refuse to change contacts of the group office: office_data.", fns: []string{"group_contact", "dial_contact"}, reason: "office_data", broken: cell(group, "office")},
		},
	}
}
