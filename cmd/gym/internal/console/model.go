package console

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/turngym/turngym/gym"
)

// Options is what a [Model] can do beside playing.
type Options struct {
	Agent   string                                                      // how the agent is called; "" is none
	Turns   int                                                         // after which an episode is truncated; 0: unknown
	Next    func() (gym.Task, bool)                                     // another task; nil: there is only one
	Save    func(ep *gym.Episode) (note string, enough bool, err error) // nil: nothing is saved
	Auto    bool                                                        // what is over is saved when one goes on
	Picture func(t gym.Task, images []gym.Image) (note string, err error)
	Pace    time.Duration // between two turns of an agent that runs
}

// Model is a session on a terminal. Keys are the person's wherever nothing is
// being typed; what takes time runs beside it, and the keys wait.
type Model struct {
	ctx  context.Context
	mu   sync.Mutex // of the session, which the commands use one after the other
	s    *Session
	o    Options
	view seen

	width, height int
	typing        bool
	line          []rune
	cursor        int
	picked        int // of the choices; -1: none
	scroll        int // lines of the page that are above the window
	help          bool
	busy, running bool
	saved         bool // the episode that is over
	note          string
	wrong         bool // the note is of something that went wrong
}

// seen is what the model shows of its session: a copy, since the session goes on
// while it is drawn.
type seen struct {
	task  gym.Task
	now   gym.Observation
	turns []gym.Turn
	over  string
}

// New makes a model of a session that has been started. ctx ends what takes time.
func New(ctx context.Context, s *Session, o Options) *Model {
	m := &Model{ctx: ctx, s: s, o: o, width: 80, height: 24, typing: s.Agent == nil, picked: -1}
	m.view = m.look()
	return m
}

func (m *Model) look() seen {
	return seen{m.s.Task(), *m.s.Now(), slices.Clone(m.s.Turns()), m.s.Over()}
}

// Wait waits until nothing is done in the session any more. The context that
// the model was made with must have ended.
func (m *Model) Wait() {
	m.mu.Lock()
	defer m.mu.Unlock()
}

// Init has nothing to begin with.
func (m *Model) Init() tea.Cmd { return nil }

// done is what a command of the session came to.
type done struct {
	view  seen
	note  string
	err   error
	next  bool // another task was begun
	saved bool
	quit  bool
}

// pace is the moment for the next turn of an agent that runs.
type pace struct{}

// Update takes a message.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.PasteMsg:
		if m.typing && !m.busy {
			m.insert(strings.Join(strings.Fields(msg.Content), " "))
		}
	case tea.KeyPressMsg:
		return m, m.key(msg)
	case done:
		return m, m.finish(msg)
	case pace:
		if m.running && !m.busy {
			return m, m.ask()
		}
	}
	return m, nil
}

// work runs what takes time.
func (m *Model) work(f func() done) tea.Cmd {
	m.busy, m.note = true, ""
	return func() tea.Msg {
		m.mu.Lock()
		defer m.mu.Unlock()
		if err := m.ctx.Err(); err != nil {
			return done{err: err}
		}
		d := f()
		d.view = m.look()
		return d
	}
}

func (m *Model) finish(d done) tea.Cmd {
	m.busy = false
	if errors.Is(d.err, context.Canceled) {
		return tea.Quit
	}
	moved := len(d.view.turns) != len(m.view.turns) || d.next
	m.view = d.view
	if moved {
		m.scroll, m.saved = 0, false
	}
	m.saved = m.saved && !d.next || d.saved
	if d.note != "" {
		m.say(false, "%s", d.note)
	}
	switch {
	case d.err != nil:
		m.running = false
		m.say(true, "%v", d.err)
	case d.quit:
		return tea.Quit
	case m.view.over != "" && moved:
		m.running, m.typing = false, false
	case m.running:
		return tea.Tick(m.o.Pace, func(time.Time) tea.Msg { return pace{} })
	}
	return nil
}

func (m *Model) say(wrong bool, format string, args ...any) {
	m.note, m.wrong = fmt.Sprintf(format, args...), wrong
}

// act takes what was typed: an action, or a word that is a key's.
func (m *Model) act() tea.Cmd {
	text := strings.TrimSpace(string(m.line))
	if f, ok := m.word(text); ok {
		m.clear()
		return f()
	}
	a, err := m.view.now.Parse(Finish(text))
	if err != nil { // a typing error costs a person no turn
		m.say(true, "%v", err)
		return nil
	}
	if m.view.over != "" {
		m.say(true, "%v", ErrOver)
		return nil
	}
	m.clear()
	m.running = false
	m.typing = m.s.Agent == nil
	return m.work(func() done { return done{err: m.s.Do(m.ctx, a)} })
}

// word is what a typed word does.
func (m *Model) word(text string) (do func() tea.Cmd, ok bool) {
	words := map[string]func() tea.Cmd{"quit": m.quit, "exit": m.quit, "help": m.toggleHelp, "hint": m.hint, "picture": m.picture, "undo": m.undo,
		"save": m.save, "next": m.next, "step": m.ask, "run": m.run}
	do, ok = words[text]
	return do, ok
}

func (m *Model) toggleHelp() tea.Cmd {
	m.help, m.scroll = !m.help, 0
	return nil
}

func (m *Model) ask() tea.Cmd {
	if m.s.Agent == nil {
		m.say(true, "%v", ErrNobody)
		return nil
	}
	if m.view.over != "" {
		m.say(true, "%v", ErrOver)
		return nil
	}
	return m.work(func() done { return done{err: m.s.Ask(m.ctx)} })
}

func (m *Model) run() tea.Cmd {
	m.running = true
	cmd := m.ask()
	m.running = cmd != nil
	return cmd
}

func (m *Model) undo() tea.Cmd {
	return m.work(func() done { return done{err: m.s.Undo(m.ctx)} })
}

func (m *Model) hint() tea.Cmd {
	return m.work(func() done {
		a, err := m.s.Hint(m.ctx)
		return done{note: fmt.Sprintf("the expert would do %s", a), err: err}
	})
}

func (m *Model) picture() tea.Cmd {
	return m.work(func() done {
		images, err := m.s.Pictures(m.ctx)
		if err != nil || m.o.Picture == nil {
			return done{err: err}
		}
		note, err := m.o.Picture(m.s.Task(), images)
		return done{note: note, err: err}
	})
}

func (m *Model) save() tea.Cmd {
	return m.work(func() done { return m.keep() })
}

// keep saves the episode, once.
func (m *Model) keep() done {
	if m.o.Save == nil {
		return done{err: errors.New("where to? start with --save FOLDER")}
	}
	if m.saved {
		return done{note: "it is saved already", saved: true}
	}
	ep, err := m.s.Episode()
	if err != nil {
		return done{err: err}
	}
	note, enough, err := m.o.Save(ep)
	return done{note: note, saved: err == nil, quit: enough, err: err}
}

// leave saves what would be lost.
func (m *Model) leave() done {
	if m.o.Save == nil || !m.o.Auto || m.saved || m.s.Over() == "" {
		return done{}
	}
	return m.keep()
}

func (m *Model) next() tea.Cmd {
	if m.o.Next == nil {
		m.say(true, "there is only one task")
		return nil
	}
	return m.work(func() done {
		d := m.leave()
		if d.err != nil || d.quit {
			return d
		}
		t, more := m.o.Next()
		if !more {
			return done{quit: true}
		}
		return done{note: d.note, err: m.s.Start(m.ctx, t), next: true}
	})
}

func (m *Model) quit() tea.Cmd {
	return m.work(func() done {
		d := m.leave()
		d.quit = true
		return d
	})
}
