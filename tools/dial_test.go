package tools

import (
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/turngym/turngym/gym"
)

// What is dialled can be seen in no other way without a name server.
func TestDialledAddresses(t *testing.T) {
	h, err := NewHTTP("http://10.1.2.3:80", "https://example.org")
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"93.184.216.34:443": true, "[2606:2800:220:1::1]:443": true, "10.1.2.3:80": true, "[::ffff:10.1.2.3]:80": true,
		"10.1.2.4:80": false, "127.0.0.1:80": false, "[::1]:80": false, "0.0.0.0:80": false, "[::]:80": false,
		"192.168.1.1:80": false, "172.16.0.1:80": false, "169.254.169.254:80": false, "100.64.0.1:80": false,
		"224.0.0.1:80": false, "255.255.255.255:80": false, "198.18.0.1:80": false, "[fe80::1%eth0]:80": false,
		"[fd00::1]:80": false, "[ff02::1]:80": false, "[::ffff:127.0.0.1]:80": false, "[64:ff9b::7f00:1]:80": false,
		"[2002:7f00:1::]:80": false, "[fec0::1]:80": false, "[::127.0.0.1]:80": false,
	} {
		if err := h.dialled(address); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// Where a name that is allowed resolves to this machine, the connection is
// refused all the same.
func TestWhatAnAllowedNameLeadsToIsLookedAt(t *testing.T) {
	s := httptest.NewServer(nil)
	defer s.Close()
	h, err := NewHTTP("https://example.org")
	if err != nil {
		t.Fatal(err)
	}
	var mistake *gym.Mistake
	if _, err := h.client.Get(s.URL); !errors.As(err, &mistake) {
		t.Errorf("got the error %v", err)
	}
}
