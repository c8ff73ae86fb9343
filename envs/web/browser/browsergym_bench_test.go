package browser

import (
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"
)

// A whole step at BrowserGym's fidelity: a click in the middle of a random
// element that can be clicked, and the snapshot after it; and of what it is
// made. bare is the same with the two reads of the browser alone, no marks and
// no text. ms are medians; p10 and p95 are the whole step's, and the first is
// what a busy machine disturbs least.
func BenchmarkFullObservation(b *testing.B) {
	dir, names := os.Getenv("GYM_MINIWOB"), []string{"miniwob-click-button", "miniwob-email-inbox", "miniwob-book-flight"}
	if dir == "" {
		dir, names = "testdata/pages", []string{"change", "select", "widgets"}
	}
	open := tabs(b, http.FileServer(http.Dir(dir)))
	for _, name := range names {
		for _, way := range []string{"", "/bare"} {
			b.Run(name+way, func(b *testing.B) {
				g := readGolden(b, "testdata/browsergym/"+name+".json")
				do := open(g.Width, g.Height)
				visit(b, do, g)
				s, err := takeSnapshot(b.Context(), do, SnapshotOptions{})
				must(b, err)
				rng := rand.New(rand.NewPCG(1, 2))
				var clicks, looks, steps []time.Duration
				for b.Loop() {
					x, y := aim(rng, s.Marks)
					begun := time.Now()
					for _, kind := range []string{"mousePressed", "mouseReleased"} {
						must(b, do(b.Context(), "Input.dispatchMouseEvent", map[string]any{"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}, nil))
					}
					clicked := time.Now()
					if way == "" {
						s, err = takeSnapshot(b.Context(), do, SnapshotOptions{})
					} else {
						err = inParallel(func() error { return new(domSnapshot).capture(b.Context(), do) },
							func() error { _, err := captureAX(b.Context(), do, ""); return err })
					}
					must(b, err)
					clicks, looks, steps = append(clicks, clicked.Sub(begun)), append(looks, time.Since(clicked)), append(steps, time.Since(begun))
				}
				ms := func(d []time.Duration, q float64) float64 {
					slices.Sort(d)
					return float64(d[int(q*float64(len(d)-1))].Microseconds()) / 1000
				}
				b.ReportMetric(ms(steps, 0.5), "ms/step")
				b.ReportMetric(ms(steps, 0.1), "p10-ms/step")
				b.ReportMetric(ms(steps, 0.95), "p95-ms/step")
				b.ReportMetric(ms(clicks, 0.5), "ms/click")
				b.ReportMetric(ms(looks, 0.5), "ms/snapshot")
				b.ReportMetric(float64(len(s.Marks)), "elements")
			})
		}
	}
}

// aim is the middle of a random element that can be clicked and seen.
func aim(rng *rand.Rand, marks []Mark) (x, y float64) {
	var list []Mark
	for _, m := range marks {
		if m.SetOfMarks && m.HasBox && m.Visibility > 0.5 {
			list = append(list, m)
		}
	}
	if len(list) == 0 {
		return 1, 1
	}
	box := list[rng.IntN(len(list))].Box
	return box[0] + box[2]/2, box[1] + box[3]/2
}
