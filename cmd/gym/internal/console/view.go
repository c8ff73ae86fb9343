package console

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"github.com/turngym/turngym/gym"
)

// The smallest window that shows anything, and how wide the history is.
const (
	widthMin, heightMin    = 40, 12
	historyMin, historyMax = 22, 40
	goalMax, menuMax       = 4, 8
)

// sizes are the heights of the panes, and the widths of those side by side.
type sizes struct {
	goal, page, menu    int
	pageWidth, historyW int
}

func (m *Model) layout() sizes {
	var s sizes
	s.goal = min(goalMax, max(1, m.height/6), len(wrap(m.view.now.Goal, m.width-2)))
	if m.view.now.Hint != "" {
		s.goal = min(s.goal+1, max(1, m.height/5))
	}
	s.menu = max(2, min(menuMax, (m.height-6)/3))
	// Beside them: the head, the titles of three panes, the line, the note and the keys.
	s.page = max(1, m.height-s.goal-s.menu-7)
	s.historyW = max(historyMin, min(historyMax, m.width/3))
	s.pageWidth = m.width - s.historyW - 1
	return s
}

var (
	bold  = lipgloss.NewStyle().Bold(true)
	faint = lipgloss.NewStyle().Foreground(lipgloss.BrightBlack)
	fresh = lipgloss.NewStyle().Foreground(lipgloss.Green)
	alarm = lipgloss.NewStyle().Foreground(lipgloss.Red)
	point = lipgloss.NewStyle().Reverse(true)
)

// View draws the panes: the goal, what is seen beside what was done, the line
// with its choices, the keys.
func (m *Model) View() tea.View {
	v := tea.NewView("")
	v.AltScreen = true
	v.WindowTitle = "gym play " + m.view.task.Scenario
	if m.width < widthMin || m.height < heightMin {
		v.Content = fmt.Sprintf("The window is too small:\n%dx%d, want %dx%d.", m.width, m.height, widthMin, heightMin)
		return v
	}
	s := m.layout()
	rows := []string{m.head(), m.rule("goal", 0, "")}
	rows = append(rows, fill(m.goal(), s.goal, m.width)...)
	title := "what is seen"
	if m.help {
		title = "help"
	}
	rows = append(rows, m.rule(title, s.pageWidth, "history"))
	rows = append(rows, m.middle(s)...)
	rows = append(rows, m.rule("action", s.pageWidth, "┴"))
	rows = append(rows, m.prompt())
	x, y := 0, len(rows)-1
	rows = append(rows, m.menu(s)...)
	rows = append(rows, m.remark(), faint.Render(cut(m.keys(), m.width)))
	v.Content = strings.Join(rows, "\n")
	if m.typing && !m.busy {
		x = min(m.width-1, 2+lipgloss.Width(string(m.line[m.shift():m.cursor])))
		v.Cursor = tea.NewCursor(x, y)
	}
	return v
}

// head is the first line: the task, the turn, who is at the keys.
func (m *Model) head() string {
	t := m.view.task
	left := fmt.Sprintf("%s/%s  level %d  task %d (%s)", m.s.Name, t.Scenario, t.Level, t.Seed, t.Split)
	right := fmt.Sprintf("turn %d", len(m.view.turns)+1)
	if m.o.Turns > 0 {
		right += fmt.Sprintf(" of %d", m.o.Turns)
	}
	switch {
	case m.view.over != "":
		right = "over"
	case m.running:
		right += "  " + m.o.Agent + " runs"
	case m.busy:
		right += "  …"
	case m.o.Agent != "":
		right += "  with " + m.o.Agent
	}
	gap := m.width - lipgloss.Width(left) - lipgloss.Width(right)
	if gap < 1 {
		left, gap = cut(left, max(1, m.width-lipgloss.Width(right)-1)), 1
	}
	return bold.Render(left) + strings.Repeat(" ", gap) + right
}

// rule is a line with a title, and with another at a place or a joint there.
func (m *Model) rule(title string, at int, other string) string {
	line := []rune("─ " + title + " ")
	for len(line) < m.width {
		line = append(line, '─')
	}
	switch {
	case other == "┴":
		line[at] = '┴'
	case other != "":
		line[at] = '┬'
		copy(line[at+1:], []rune("─ "+other+" "))
	}
	return faint.Render(string(line))
}

func (m *Model) goal() []string {
	list := indent(wrap(m.view.now.Goal, m.width-2))
	if m.view.now.Hint != "" {
		list = append(list, indent(wrap("hint: "+m.view.now.Hint, m.width-2))...)
	}
	return list
}

// middle is the page beside the history.
func (m *Model) middle(s sizes) []string {
	page := m.page()
	from := max(0, min(m.scroll, len(page)-s.page))
	left := fill(page[from:], s.page, s.pageWidth)
	if from > 0 {
		left[0] = faint.Render(pad(fmt.Sprintf(" ↑ %d more lines (page up)", from+1), s.pageWidth))
	}
	if rest := len(page) - from - s.page; rest > 0 {
		left[s.page-1] = faint.Render(pad(fmt.Sprintf(" ↓ %d more lines (page down)", rest+1), s.pageWidth))
	}
	right := m.history(s.historyW)
	right = fill(right[max(0, len(right)-s.page):], s.page, s.historyW)
	for i := range left {
		left[i] += faint.Render("│") + right[i]
	}
	return left
}

// page are the lines of what is seen, those that are new in green.
func (m *Model) page() []string {
	width := m.layout().pageWidth - 2
	if m.help {
		return m.helpText(width)
	}
	before := map[string]bool{}
	if n := len(m.view.turns); n > 0 {
		for line := range strings.SplitSeq(m.view.turns[n-1].Observation.String(), "\n") {
			before[line] = true
		}
	}
	var list []string
	for line := range strings.SplitSeq(strings.TrimSuffix(m.view.now.String(), "\n"), "\n") {
		style := lipgloss.NewStyle()
		switch {
		case strings.HasPrefix(line, "! "):
			style = alarm
		case len(m.view.turns) > 0 && !before[line]:
			style = fresh
		}
		for _, part := range indent(wrap(line, width)) {
			list = append(list, style.Render(part))
		}
	}
	return list
}

// history are the turns with what each gave.
func (m *Model) history(width int) (list []string) {
	for i := range m.view.turns {
		t := &m.view.turns[i]
		for j, part := range wrap(t.Move.Action.String(), width-5) {
			number := "   "
			if j == 0 {
				number = fmt.Sprintf("%3d", i+1)
			}
			list = append(list, faint.Render(number)+" "+part)
		}
		var parts []string
		for _, s := range t.Signals {
			parts = append(parts, fmt.Sprintf("%s %.3g", s.Name, s.Value))
		}
		style := faint
		if _, mistake := t.Signals.Value(gym.SignalFormat); mistake {
			style = alarm
		}
		if len(parts) > 0 {
			for _, part := range wrap(strings.Join(parts, ", "), width-5) {
				list = append(list, "    "+style.Render(part))
			}
		}
	}
	if m.view.over != "" {
		last := gym.Episode{Turns: m.view.turns}
		list = append(list, bold.Render(fmt.Sprintf(" %s, outcome %.2f", m.view.over, last.Outcome())))
	}
	return list
}

// shift is how much of a long line is left of the window.
func (m *Model) shift() int {
	from := 0
	for from < m.cursor && 2+lipgloss.Width(string(m.line[from:m.cursor])) >= m.width {
		from++
	}
	return from
}

func (m *Model) prompt() string {
	if !m.typing {
		return faint.Render(cut("  "+m.idle(), m.width))
	}
	return cut("> "+string(m.line[m.shift():]), m.width)
}

// idle says what to do where nothing is being typed.
func (m *Model) idle() string {
	switch {
	case m.running:
		return "any key stops " + m.o.Agent
	case m.view.over != "" && m.o.Next != nil:
		return "The episode is over: n next task, u undo, w save, q quit"
	case m.view.over != "":
		return "The episode is over: u undo, w save, q quit"
	case m.s.Agent != nil:
		return "space lets " + m.o.Agent + " take a turn; type an action, or enter, to take one yourself"
	}
	return "enter to type an action, m for the menu"
}

// menu are the choices, in a window around the one that is picked.
func (m *Model) menu(s sizes) []string {
	choices := m.choices()
	from := max(0, min(m.picked-s.menu/2, len(choices)-s.menu))
	label := 0
	for _, c := range choices {
		label = max(label, lipgloss.Width(c.Label))
	}
	label = min(label, m.width/2)
	var list []string
	for i := from; i < len(choices) && i < from+s.menu; i++ {
		c := choices[i]
		line := cut("   "+pad(c.Label, label)+"  "+clean(c.Doc), m.width)
		switch {
		case !m.typing:
			line = faint.Render(line)
		case i == m.picked:
			line = point.Render(line)
		}
		list = append(list, line)
	}
	if rest := len(choices) - from - s.menu; rest > 0 {
		list[s.menu-1] = faint.Render(fmt.Sprintf("   … and %d more", rest+1))
	}
	return fill(list, s.menu, m.width)
}

// remark is what was said last.
func (m *Model) remark() string {
	text := cut(" "+clean(m.note), m.width)
	if m.wrong {
		return alarm.Render(text)
	}
	return bold.Render(text)
}

// keys are the most useful keys now.
func (m *Model) keys() string {
	switch {
	case m.running:
		return " any key stops   ctrl+c leaves"
	case m.typing && m.s.Agent != nil:
		return " enter do  tab complete  ↑↓ choose  space agent  esc keys  ctrl+z undo  f1 help"
	case m.typing:
		return " enter do  tab complete  ↑↓ choose  esc keys  ctrl+z undo  f1 help"
	}
	list := " enter type  m menu  u undo  h hint  n next  ? help  q quit"
	if m.s.Agent != nil {
		list = " space step  a run " + list
	}
	return list
}

// helpText is the keys and the verbs.
func (m *Model) helpText(width int) []string {
	keys := [][2]string{{"enter", "do what was typed, or take the choice"}, {"tab", "complete"}, {"up, down", "choose from the menu"},
		{"page up, down", "scroll"}, {"ctrl+z", "take the last action back"}, {"esc", "leave the menu, the line, typing"}, {"f1, ?", "this, and away again"}, {"ctrl+c", "leave at once"},
		{"", ""}, {"", "where nothing is typed:"}, {"space, s", "let the agent take a turn"}, {"a", "let it run; any key stops it"}, {"u", "undo"}, {"h", "what the expert would do"},
		{"p", "write a picture, PNG"}, {"w", "save the episode"}, {"n", "next task"}, {"q", "quit"}, {"", ""}, {"", "verbs:"}}
	var list []string
	for _, k := range keys {
		list = append(list, cut(fmt.Sprintf(" %-14s %s", k[0], k[1]), width))
	}
	for i := range m.view.now.Verbs {
		v := &m.view.now.Verbs[i]
		list = append(list, indent(wrap(v.Signature(), width))...)
		for _, part := range wrap(v.Doc, width-4) {
			list = append(list, faint.Render("     "+part))
		}
	}
	return list
}
