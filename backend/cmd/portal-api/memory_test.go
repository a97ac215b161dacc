package main

import (
	"errors"
	"math"
	"runtime/debug"
	"testing"
)

func TestMemoryLimit(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	unset := func(string) (string, bool) { return "", false }
	group := func(text string) func(string) ([]byte, error) {
		return func(file string) ([]byte, error) {
			if file != "/sys/fs/cgroup/memory.max" {
				return nil, errors.New("no such file")
			}
			return []byte(text), nil
		}
	}
	for name, test := range map[string]struct {
		read func(string) ([]byte, error)
		want int64
	}{
		"is_1_GiB_without_a_group":        {func(string) ([]byte, error) { return nil, errors.New("no such file") }, 1 << 30},
		"is_1_GiB_in_a_group_without_one": {group("max\n"), 1 << 30},
		"is_1_GiB_in_a_group_of_nothing":  {group("0\n"), 1 << 30},
		"is_1_GiB_in_a_group_below_0":     {group("-1\n"), 1 << 30},
		"is_1_GiB_in_a_large_group":       {group("8589934592\n"), 1 << 30},
		"is_90_percent_of_a_group_of_version_1": {func(file string) ([]byte, error) {
			if file != "/sys/fs/cgroup/memory/memory.limit_in_bytes" {
				return nil, errors.New("no such file")
			}
			return []byte("268435400\n"), nil
		}, 241591860},
		"is_90_percent_of_a_small_group": {group("268435400\n"), 241591860},
	} {
		t.Run(name, func(t *testing.T) {
			debug.SetMemoryLimit(math.MaxInt64)
			if got := limitMemory(unset, test.read); got != test.want || debug.SetMemoryLimit(-1) != test.want {
				t.Errorf("got %d, and %d from the runtime, want %d", got, debug.SetMemoryLimit(-1), test.want)
			}
		})
	}
	t.Run("is_the_environment's_where_that_sets_one", func(t *testing.T) {
		debug.SetMemoryLimit(123 << 20)
		got := limitMemory(func(name string) (string, bool) { return "123MiB", name == "GOMEMLIMIT" }, group("268435400"))
		if got != 123<<20 || debug.SetMemoryLimit(-1) != 123<<20 {
			t.Errorf("got %d, want 123 MiB from the environment", got)
		}
	})
}
