package testkit

import (
	"fmt"
	"os"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
	"go.uber.org/goleak"
)

// goroutinesEnd is how long goroutines get to end after the last test; a busy machine gets longer.
const goroutinesEnd = 15 * time.Second

// rotation is the goroutine that lumberjack starts for each log and never ends. It is idle, or removes old logs.
var rotation = goleak.IgnoreTopFunction("gopkg.in/natefinch/lumberjack%2ev2.(*Logger).millRun")

// Main runs a package's tests, then ends, and returns the exit code. A goroutine that outlives the tests fails them:
// what it does then, such as writing into a test's folder, comes at a time that depends on the machine's speed.
func Main(m *testing.M, ends ...func()) int {
	before := goleak.IgnoreCurrent()
	code := m.Run()
	for _, end := range ends {
		end()
	}
	if code != 0 {
		return code
	}
	var leaked error
	for until := time.Now().Add(wait.Timeout(goroutinesEnd)); time.Now().Before(until); {
		if leaked = goleak.Find(before, rotation); leaked == nil {
			return 0
		}
	}
	fmt.Fprintln(os.Stderr, "goroutines outlived the tests:", leaked)
	return 1
}
