package train

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/policy"
	"github.com/turngym/turngym/policy/model"
)

// group is the model's device and further CPUs.
func group(t *testing.T, m *model.Model, more int) kernels.Group {
	t.Helper()
	devs := []kernels.Device{m.Device()}
	for range more {
		dev, err := cpu.New("", 1)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { dev.Close() })
		devs = append(devs, dev)
	}
	return joined(t, devs)
}

func joined(t *testing.T, devs []kernels.Device) kernels.Group {
	t.Helper()
	g, err := kernels.Join(devs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
}

// played are episodes that a fresh model played, the same in every call.
func played(t *testing.T, n int) (list []*gym.Episode) {
	m := newModel(t)
	for i := range uint64(n) {
		list = append(list, episode(m, i, int32(9+i/8%3)))
	}
	return list
}

// learn has a learner go through episodes, a batch at a time.
func learn(t *testing.T, l *Learner, algorithm string, episodes []*gym.Episode, batch int) (curve []Stats) {
	t.Helper()
	for xs := range slices.Chunk(episodes, batch) {
		u := update(algorithm)
		u.Read = 0.1
		paid, err := u.Reward.Pay(0, xs)
		if err != nil {
			t.Fatal(err)
		}
		s, err := l.Learn(xs, paid.PerTurn, u)
		if err != nil {
			t.Fatal(err)
		}
		curve = append(curve, s)
		for i, m := range l.replicas.All {
			if !slices.Equal(weightsOf(m), weightsOf(l.Model)) {
				t.Fatalf("after %d batches the weights of replica %d are others", len(curve), i)
			}
		}
	}
	return curve
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-4*max(1, math.Abs(a)) }

func checkNear(t *testing.T, got, want []Stats) {
	t.Helper()
	for i, a := range want {
		b := got[i]
		if !near(a.Loss, b.Loss) || !near(a.GradNorm, b.GradNorm) || !near(a.Entropy, b.Entropy) || !near(a.KL, b.KL) || !near(a.Clipped, b.Clipped) ||
			!near(a.Read, b.Read) || a.Rows != b.Rows || a.Tokens != b.Tokens || a.Steps != b.Steps || a.GradNorm == 0 {
			t.Errorf("batch %d: %+v, on one device %+v", i+1, b, a)
		}
	}
}

func TestSeveralDevicesLearnAsOne(t *testing.T) {
	episodes := played(t, 6*48)
	for _, algorithm := range []string{"grpo", "ppo"} {
		want := learn(t, &Learner{Model: newModel(t)}, algorithm, episodes, 48)
		var bits []float32
		for range 2 {
			m := newModel(t)
			checkNear(t, learn(t, &Learner{Model: m, Group: group(t, m, 2)}, algorithm, episodes, 48), want)
			if now := weightsOf(m); bits == nil {
				bits = now
			} else if !slices.Equal(now, bits) {
				t.Errorf("%s: another run on the same devices has other weights", algorithm)
			}
		}
	}
}

func TestSeveralDevicesLearnWhatIsInBFloat16OrAnAdapter(t *testing.T) {
	episodes := played(t, 3*48)
	fresh := func(half, adapters bool) *model.Model {
		dev, err := cpu.New("", 1)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { dev.Close() })
		c := newModel(t).Config
		c.Half = half
		m, err := model.New(dev, c, 1)
		if err == nil && adapters {
			err = m.Adapt(model.LoRA{Rank: 2}, 1)
		}
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, half := range []bool{false, true} {
		for _, adapters := range []bool{false, true} {
			one, two := fresh(half, adapters), fresh(half, adapters)
			want := learn(t, &Learner{Model: one}, "ppo", episodes, 48)
			l := &Learner{Model: two, Group: group(t, two, 1)}
			checkNear(t, learn(t, l, "ppo", episodes, 48), want)
			if slices.Equal(weightsOf(two), weightsOf(fresh(half, adapters))) {
				t.Error("nothing is learnt")
			}
		}
	}
}

// With fewer examples than devices some have nothing to do.
func TestADeviceWithoutExamplesTakesTheSameStep(t *testing.T) {
	episodes := played(t, 4)
	want := learn(t, &Learner{Model: newModel(t)}, "ppo", episodes, 1)
	m := newModel(t)
	checkNear(t, learn(t, &Learner{Model: m, Group: group(t, m, 2)}, "ppo", episodes, 1), want)
}

func TestExamplesAreSpreadByLength(t *testing.T) {
	of := func(lengths ...int) (xs []example) {
		for _, n := range lengths {
			xs = append(xs, example{tokens: gym.Tokens{IDs: make([]int32, n)}})
		}
		return xs
	}
	for _, at := range []struct {
		xs      []example
		devices int
		want    int
	}{{of(10, 10, 10, 10), 1, 1}, {of(10, 10, 10, 10), 2, 2}, {of(10, 10, 10, 10), 8, 4}, {of(10), 2, 1}, {of(2000, 2000, 2000, 2000), 2, 4}} {
		if got := micro(at.xs, at.devices); len(got) != at.want || length(slices.Concat(got...)) != length(at.xs) {
			t.Errorf("%d examples for %d devices are in %d pieces, want %d", len(at.xs), at.devices, len(got), at.want)
		}
	}
}

// A run is stopped and goes on with another number of devices.
func TestARunGoesOnWithMoreDevices(t *testing.T) {
	r, _ := newRun(t, "ppo", 4)
	r.Learner.Group = group(t, r.Learner.Model, 1)
	if err := r.Train(t.Context(), State{}); err != nil {
		t.Fatal(err)
	}
	more := func(devices int) []float32 {
		m, st, err := Restore(r.Learner.Model.Device(), r.Dir)
		if err != nil {
			t.Fatal(err)
		}
		next := &Run{Dir: t.TempDir(), Learner: &Learner{Model: m}, Policy: policy.New(m.Snapshot(), 4), Stages: slices.Clone(r.Stages)}
		if devices > 1 {
			next.Learner.Group = group(t, m, devices-1)
		}
		next.Stages[0].Steps = 6
		next.Stages[0].Open = func(context.Context, int, int) (Source, func()) { return &endless{m: m, n: 4 * 48}, func() {} }
		if err := next.Train(t.Context(), st); err != nil {
			t.Fatal(err)
		}
		return weightsOf(m)
	}
	one, three := more(1), more(3)
	for i, x := range one {
		if !near(float64(x), float64(three[i])) {
			t.Fatalf("weight %d is %g after two steps on one device, %g on three", i, x, three[i])
		}
	}
}

func TestSeveralGPUsLearnAsOne(t *testing.T) {
	devs := cudatest.OpenAll(t, 2, cuda.Options{Exact: true})
	episodes := played(t, 2*8)
	on := func() *model.Model {
		m, err := model.New(devs[0], newModel(t).Config, 1)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	want := learn(t, &Learner{Model: on()}, "ppo", episodes, 8)
	checkNear(t, learn(t, &Learner{Model: on(), Group: joined(t, []kernels.Device{devs[0], devs[1]})}, "ppo", episodes, 8), want)
}

// A GPU that is lost ends the step with an error, and nobody waits for it.
func TestALostGPUAmongSeveralIsAnError(t *testing.T) {
	lib := cudatest.Prepare(t)
	if lib.Path == "" {
		t.Skip("a GPU is not lost when it is asked to be")
	}
	devs := cudatest.OpenAll(t, 2, cuda.Options{Exact: true})
	m, err := model.New(devs[0], newModel(t).Config, 1)
	if err != nil {
		t.Fatal(err)
	}
	l := &Learner{Model: m, Group: joined(t, []kernels.Device{devs[0], devs[1]})}
	episodes := played(t, 16)
	learn(t, l, "ppo", episodes[:8], 8)
	lib.Set(t, "lose", "40")
	u := update("ppo")
	paid, err := u.Reward.Pay(0, episodes[8:])
	if err != nil {
		t.Fatal(err)
	}
	err = func() (err error) {
		defer kernels.Guard(&err)
		_, err = l.Learn(episodes[8:], paid.PerTurn, u)
		return err
	}()
	if err == nil || !strings.Contains(err.Error(), "nothing on this device can be used any more") {
		t.Fatal(err)
	}
}
