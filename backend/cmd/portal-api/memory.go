package main

import (
	"runtime/debug"
	"strconv"
	"strings"
)

// defaultMemory is the limit on a machine without one: several times what a server with a large sync uses.
const defaultMemory = 1 << 30

// memoryFiles contain the memory limit of the process's control group: version 2, version 1.
var memoryFiles = []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// limitMemory sets the soft memory limit of the Go runtime to 90 % of the control group's limit, but at most
// defaultMemory, and returns it. If GOMEMLIMIT is set, that applies instead.
func limitMemory(lookup func(string) (string, bool), read func(string) ([]byte, error)) int64 {
	if _, set := lookup("GOMEMLIMIT"); set {
		return debug.SetMemoryLimit(-1)
	}
	limit := int64(defaultMemory)
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
