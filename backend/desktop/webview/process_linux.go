package webview

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// processName is the name of the process that runs the page, as the kernel cuts it.
const processName = "WebKitWebProces"

// Running reports whether the process that runs the page exists; known is false where the system does not say.
func Running() (running, known bool) { return runningIn("/proc", os.Getpid()) }

func runningIn(proc string, parent int) (running, known bool) {
	stats, err := filepath.Glob(filepath.Join(proc, "[0-9]*", "stat"))
	if err != nil || len(stats) == 0 {
		return false, false
	}
	parents, named := map[int]int{}, []int(nil)
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // the process has ended meanwhile
		}
		pid, name, ppid, alive := parseStat(string(stat))
		parents[pid] = ppid
		if alive && name == processName {
			named = append(named, pid)
		}
	}
	for _, pid := range named {
		if descends(pid, parent, parents) {
			return true, true
		}
	}
	return false, true
}

// parseStat reads pid, name, state and parent of /proc/PID/stat. The name may contain blanks and parentheses.
func parseStat(stat string) (pid int, name string, parent int, alive bool) {
	open, end := strings.IndexByte(stat, '('), strings.LastIndexByte(stat, ')')
	if open < 0 || end < open {
		return 0, "", 0, false
	}
	fields := strings.Fields(stat[end+1:])
	if len(fields) < 2 {
		return 0, "", 0, false
	}
	pid, _ = strconv.Atoi(strings.TrimSpace(stat[:open]))
	parent, _ = strconv.Atoi(fields[1])
	return pid, stat[open+1 : end], parent, fields[0] != "Z" && fields[0] != "X"
}

// descends reports whether pid is a descendant of ancestor: a sandbox puts a process in between.
func descends(pid, ancestor int, parents map[int]int) bool {
	for range 10 {
		pid = parents[pid]
		if pid == ancestor {
			return true
		}
	}
	return false
}
