package console

import (
	"unicode"

	tea "charm.land/bubbletea/v2"
)

// key takes a key.
func (m *Model) key(k tea.KeyPressMsg) tea.Cmd {
	name := k.String()
	if name == "alt+esc" { // escape twice in a row, as terminals send it
		name = "esc"
	}
	if name == "ctrl+c" {
		return tea.Quit
	}
	if m.running { // any key stops an agent that runs
		m.running = false
		m.say(false, "you are in charge again")
		return nil
	}
	if m.busy || m.move(name) {
		return nil
	}
	switch name {
	case "f1":
		return m.toggleHelp()
	case "ctrl+z":
		return m.undo()
	}
	if m.typing {
		return m.edit(name, k.Text)
	}
	return m.command(name, k.Text)
}

// move scrolls the page.
func (m *Model) move(name string) bool {
	page := max(1, m.layout().page-1)
	switch name {
	case "pgup":
		m.scroll -= page
	case "pgdown":
		m.scroll += page
	default:
		return false
	}
	m.scroll = max(0, min(m.scroll, len(m.page())-m.layout().page))
	return true
}

// command takes a key where nothing is being typed.
func (m *Model) command(name, text string) tea.Cmd {
	switch name {
	case "space", "s":
		return m.ask()
	case "a":
		return m.run()
	case "u":
		return m.undo()
	case "h":
		return m.hint()
	case "p":
		return m.picture()
	case "w":
		return m.save()
	case "n":
		return m.next()
	case "?":
		return m.toggleHelp()
	case "q":
		return m.quit()
	case "i", "enter":
		m.typing = true
	case "m", "tab", "down":
		m.typing, m.picked = true, 0
	case "esc":
		m.help = false
	default:
		if text != "" { // what is no key begins an action
			m.typing = true
			m.insert(text)
		}
	}
	return nil
}

// edit takes a key of what is being typed.
func (m *Model) edit(name, text string) tea.Cmd {
	choices := m.choices()
	switch name {
	case "enter":
		return m.enter(choices)
	case "tab":
		m.complete(choices)
	case "down":
		m.picked = min(m.picked+1, len(choices)-1)
	case "up":
		m.picked = max(m.picked-1, -1)
	case "esc":
		m.escape()
	case "left":
		m.cursor = max(0, m.cursor-1)
	case "right":
		m.cursor = min(len(m.line), m.cursor+1)
	case "home", "ctrl+a":
		m.cursor = 0
	case "end", "ctrl+e":
		m.cursor = len(m.line)
	case "backspace":
		m.erase(1)
	case "ctrl+w":
		n := 0
		for n < m.cursor && (n == 0 || m.line[m.cursor-n-1] != ' ' && m.line[m.cursor-n-1] != '(') {
			n++
		}
		m.erase(n)
	case "ctrl+u":
		m.erase(m.cursor)
	case "delete":
		if m.cursor < len(m.line) {
			m.cursor++
			m.erase(1)
		}
	default:
		return m.letter(name, text)
	}
	return nil
}

// letter takes a key that writes something. On an empty line a space lets the
// agent go on, and a question mark asks for help: no action begins with them.
func (m *Model) letter(name, text string) tea.Cmd {
	switch {
	case len(m.line) == 0 && name == "space":
		if m.s.Agent != nil {
			m.typing = false
			return m.ask()
		}
	case len(m.line) == 0 && text == "?":
		return m.toggleHelp()
	case text != "":
		m.insert(text)
	}
	return nil
}

// enter takes the choice that is picked; a whole action is done.
func (m *Model) enter(choices []Choice) tea.Cmd {
	if m.picked >= 0 && m.picked < len(choices) {
		m.put(choices[m.picked].Line)
		if m.line[len(m.line)-1] != ')' {
			m.picked = 0
			return nil
		}
	} else if len(m.line) == 0 {
		return nil
	}
	return m.act()
}

// complete writes what all choices have in common, and then picks one after the
// other.
func (m *Model) complete(choices []Choice) {
	if len(choices) == 0 {
		return
	}
	if len(choices) == 1 || m.picked >= 0 && m.picked < len(choices) {
		m.put(choices[max(0, m.picked)].Line)
		return
	}
	common := choices[0].Line
	for _, c := range choices[1:] {
		n := 0
		for n < len(common) && n < len(c.Line) && common[n] == c.Line[n] {
			n++
		}
		common = common[:n]
	}
	if len([]rune(common)) > len(m.line) {
		m.put(common)
		return
	}
	m.picked = 0
}

// escape leaves the menu, then the line, then typing.
func (m *Model) escape() {
	switch {
	case m.help:
		m.help = false
	case m.picked >= 0:
		m.picked = -1
	case len(m.line) > 0:
		m.clear()
	default:
		m.typing = false
	}
}

func (m *Model) put(line string) {
	m.line = []rune(line)
	m.cursor, m.picked = len(m.line), -1
}

func (m *Model) clear() { m.put("") }

func (m *Model) insert(text string) {
	for _, r := range text {
		if unicode.IsPrint(r) {
			m.line = append(m.line[:m.cursor], append([]rune{r}, m.line[m.cursor:]...)...)
			m.cursor++
		}
	}
	m.picked, m.help = -1, false
	m.note = ""
}

func (m *Model) erase(n int) {
	n = min(n, m.cursor)
	m.line = append(m.line[:m.cursor-n], m.line[m.cursor:]...)
	m.cursor -= n
	m.picked = -1
}

// choices are the ways to go on with the line.
func (m *Model) choices() []Choice {
	if m.view.over != "" {
		return nil
	}
	return Choices(&m.view.now, string(m.line[:m.cursor]))
}
