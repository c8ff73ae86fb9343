package main

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/turngym/turngym/kernels/cuda/cudatest"
)

// The program starts itself as the peer's other side.
func TestMain(m *testing.M) {
	if slices.Contains(os.Args, "-serve") {
		main()
		return
	}
	os.Exit(m.Run())
}

// measured runs the program and reads its file.
func measured(t *testing.T, args ...string) (out string, r report) {
	t.Helper()
	cudatest.Prepare(t)
	path, text := filepath.Join(t.TempDir(), "figures.json"), &strings.Builder{}
	if err := run(append(args, "-quick", "-json", path), nil, text, os.Stderr); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	t.Log(text)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file, &r); err != nil {
		t.Fatal(err)
	}
	return text.String(), r
}

// sound refuses rows of which a side has no figure, or says that it failed.
func sound(t *testing.T, r report, sides ...string) {
	t.Helper()
	if len(r.Tables) != 1+len(tables) {
		t.Errorf("there are %d tables", len(r.Tables))
	}
	for _, x := range r.Tables {
		if len(x.Rows) == 0 {
			t.Errorf("%s has no rows", x.Name)
		}
		for _, row := range x.Rows {
			for _, side := range sides {
				if x.Name != "pays" && row.Figures[side] == 0 {
					t.Errorf("%s, %s: %s has no figure: %s", x.Name, row.Name, side, row.Note)
				}
			}
			if strings.Contains(row.Note, "gym: ") || strings.Contains(row.Note, "Error") {
				t.Errorf("%s, %s: %s", x.Name, row.Name, row.Note)
			}
		}
	}
}

func TestEveryTableIsMeasuredOnTheEmulator(t *testing.T) {
	_, r := measured(t, "-python", "none")
	sound(t, r, "gym")
}

// The numbers are those of the published checkpoints, which have no value head.
func TestTrainedModelsAreOfQwensSize(t *testing.T) {
	for i, want := range []int{494_032_768, 1_543_714_304} {
		m := full.models[i]
		if got := m.config(full.length).Size() - m.Dim; got != want {
			t.Errorf("%s has %d parameters, want %d", m.name, got, want)
		}
	}
	if got := full.models[0].flops(2048) / 1e9; math.Abs(got-3.49) > 0.01 {
		t.Errorf("a token of 0.5B takes %.3f billion operations", got)
	}
}

// Where make peers-torch has been, or GYM_PEERS names another interpreter.
func TestThePeerAnswersEveryTable(t *testing.T) {
	python := "../../build/peers-torch/bin/python"
	if path := os.Getenv("GYM_PEERS"); path != "" {
		python = path
	}
	if _, err := os.Stat(python); err != nil {
		t.Skip("there is no PyTorch here: make peers-torch")
	}
	_, r := measured(t, "-python", python, "-peer-device", "cpu", "-only", "train,decode,loss,kernels")
	r.Tables = append(r.Tables, &table{Name: "pays", Rows: []row{{}}}) // it has no peer
	sound(t, r, "gym", "torch")
}

func TestWhatIsMissingIsSaidInOneLine(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3")
	}
	script := filepath.Join(t.TempDir(), "python")
	const text = "#!/bin/sh\nexec python3 -S \"$@\"\n" // without packages
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	cudatest.Prepare(t)
	for _, c := range []struct {
		lib  string
		args []string
		want string
	}{
		{"", []string{"-python", "/nowhere"}, "make peers-torch"},
		{"", []string{"-python", script}, "torch"},
		{"", []string{"-only", "train,speed"}, `no table "speed"`},
		{"", []string{"fast"}, `"fast" is no flag`},
		{"/nowhere.so", []string{"-python", "none"}, "/nowhere.so"},
	} {
		if c.lib != "" {
			t.Setenv("GYM_CUDA_LIB", c.lib)
		}
		var out strings.Builder
		err := run(c.args, nil, &out, &out)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || out.Len() > 0 {
			t.Errorf("%v: %v, and %q", c.args, err, out.String())
		}
	}
}

func TestWhatDoesNotFitIsTrainedOnInParts(t *testing.T) {
	step := func() row {
		_, r := measured(t, "-python", "none", "-only", "train")
		return r.Tables[1].Rows[0]
	}
	before := step()
	if before.Figures["gym at once"] != 2 {
		t.Fatalf("%+v", before)
	}
	t.Setenv("GYM_EMU_MEMORY", strconv.Itoa(int(math.Round(before.Figures["gym GB"]*1e9))-1))
	if got := step(); got.Figures["gym at once"] != 1 || got.Figures["gym GB"] >= before.Figures["gym GB"] || got.Figures["gym"] == 0 {
		t.Errorf("%+v with 1 byte less than %+v", got, before)
	}
}

func TestASideThatFailsCostsItsFiguresOnly(t *testing.T) {
	t.Setenv("GYM_EMU_MEMORY", strconv.Itoa(40<<20+2<<20)) // the device itself takes 40 MiB
	_, r := measured(t, "-python", "none", "-only", "loss", "-vocabs", "64,65536")
	rows := r.Tables[1].Rows
	if len(rows) != 4 || rows[0].Figures["gym"] == 0 || rows[2].Figures["gym"] != 0 || !strings.Contains(rows[2].Note, "gym: ") {
		t.Errorf("%+v", rows)
	}
}
