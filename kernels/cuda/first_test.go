package cuda_test

import (
	"os"
	"testing"

	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/driver"
	"github.com/turngym/turngym/kernels/cuda/emu"
)

func TestFirst(t *testing.T) {
	emu.Build(t)
	c, err := driver.Open()
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Device(0)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	leave, err := d.Enter()
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	t.Log(d.Info)
	text, _ := os.ReadFile("testdata/saxpy.cu")
	m, err := d.Compile(driver.Source{Name: "saxpy.cu", Text: string(text), Headers: cuda.Headers()})
	if err != nil {
		t.Fatal(err)
	}
	k, err := m.Kernel("saxpy")
	if err != nil {
		t.Fatal(err)
	}
	s, _ := d.Stream()
	const n = 1001
	x, err := d.Alloc(4 * n)
	if err != nil {
		t.Fatal(err)
	}
	y, _ := d.Alloc(4 * n)
	a, b := make([]float32, n), make([]float32, n)
	for i := range a {
		a[i], b[i] = float32(i), 1
	}
	driver.Write(s, x, a)
	driver.Write(s, y, b)
	if err := k.Launch(s, driver.Shape{Grid: driver.Dim{4}, Block: driver.Dim{256}}, driver.F32(2), driver.Ptr(x), driver.Ptr(y), driver.Int(n)); err != nil {
		t.Fatal(err)
	}
	if err := driver.Read(s, b, y); err != nil {
		t.Fatal(err)
	}
	for i := range b {
		if b[i] != 2*a[i]+1 {
			t.Fatal(i, b[i])
		}
	}
	err = k.Launch(s, driver.Shape{Grid: driver.Dim{4}, Block: driver.Dim{256}}, driver.F32(2), driver.Ptr(x), driver.Ptr(y), driver.Int(1<<20))
	t.Log(err, s.Wait())
	err = k.Launch(s, driver.Shape{Grid: driver.Dim{8}, Block: driver.Dim{256}}, driver.F32(2), driver.Ptr(x), driver.Ptr(y), driver.Int(1<<20))
	t.Log(err, s.Wait())
	t.Log(s.Wait())
}
