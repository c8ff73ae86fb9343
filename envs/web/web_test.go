package web_test

import (
	"testing"

	"github.com/turngym/turngym/envs/web"
	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

func static() (gym.Family, error) {
	f := &web.Family{Driver: "static"}
	return f, f.Load()
}

func TestMain(m *testing.M) { gymtest.Main(m, static) }

// The playthroughs are the same files: a page without scripts looks and acts
// alike under both drivers.
func TestChromeFamily(t *testing.T) {
	if _, err := browser.FindChrome(""); err != nil {
		t.Skip(err)
	}
	gymtest.Run(t, "web", func() (gym.Family, error) { return &web.Family{Driver: "chrome"}, nil }, "../../testdata/playthroughs")
}

func TestStaticFamily(t *testing.T) {
	gymtest.Run(t, "web", static, "../../testdata/playthroughs")
}
