//go:build race

package wait

// raceFactor is how much slower programs are that watch for data races.
const raceFactor = 5
