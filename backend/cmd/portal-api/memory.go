package main

import (
	"runtime/debug"
	"strconv"
	"strings"
)

// usualMemory is the limit where the machine sets none: several times what a server with a large sync uses.
const usualMemory = 1 << 30

// memoryFiles have the limit of the control group that the process runs in: version 2, version 1.
var memoryFiles = []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// limitMemory makes the garbage collector keep the process below 90 % of its control group's limit, or below usualMemory
// where that is less, and returns the limit. GOMEMLIMIT in the environment counts instead.
func limitMemory(lookup func(string) (string, bool), read func(string) ([]byte, error)) int64 {
	if _, set := lookup("GOMEMLIMIT"); set {
		return debug.SetMemoryLimit(-1)
	}
	limit := int64(usualMemory)
	for _, file := range memoryFiles {
		text, err := read(file)
		if err != nil {
			continue
		}
		if most, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && most > 0 {
			limit = min(limit, most/10*9)
		}
	}
	debug.SetMemoryLimit(limit)
	return limit
}
