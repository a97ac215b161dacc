//go:build !race

package wait

const raceFactor = 1
