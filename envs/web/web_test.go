package web_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turngym/turngym/envs/web"
	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

const golden = "../../testdata/playthroughs"

// GYM_ONLY names the scenarios to look at, with a comma between them.
func only() []string {
	if names := os.Getenv("GYM_ONLY"); names != "" {
		return strings.Split(names, ",")
	}
	return nil
}

func TestStaticFamily(t *testing.T) {
	gymtest.Suite{Name: "web", Golden: golden, Only: only(), Open: func(t testing.TB) gym.Family {
		return &web.Family{Driver: "static"}
	}}.Run(t)
}

// The playthroughs are the same files: a page without scripts looks and acts
// alike under both drivers. Fewer seeds, since a browser is slower.
func TestChromeFamily(t *testing.T) {
	needChrome(t)
	gymtest.Suite{Name: "web", Golden: golden, Only: only(), Seeds: 4, Episodes: 10, Open: func(t testing.TB) gym.Family {
		return &web.Family{Driver: "chrome"}
	}}.Run(t)
}

// Pages that nobody here wrote. GYM_MINIWOB is the folder html of the Python
// package miniwob; make test fetches it where pip can.
func TestMiniWoB(t *testing.T) {
	needChrome(t)
	dir := os.Getenv("GYM_MINIWOB")
	if dir == "" {
		t.Skip("GYM_MINIWOB does not name the MiniWoB++ pages")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	gymtest.Suite{Name: "web", Only: []string{"click-test", "click-test-2", "click-button", "click-link", "click-dialog", "focus-text"},
		Episodes: 10, NoOracle: true, Alike: true, Open: func(t testing.TB) gym.Family {
			return &web.Family{Driver: "chrome", Pages: "miniwob:" + dir}
		}}.Run(t)
}

func needChrome(t *testing.T) {
	t.Helper()
	if _, err := browser.FindChrome(""); err != nil {
		t.Skip(err)
	}
}
