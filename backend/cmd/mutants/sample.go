package main

import (
	"hash/fnv"
	"math/rand/v2"
)

// drawnMutants are the mutants of an area in the order they are tried, and how many of them are to be run.
type drawnMutants struct {
	areaMutants
	quota int
}

// draw shuffles the mutants of each area and shares count among the areas by their size. The order within an area
// depends on the seed and on the area's own code only.
func draw(found []areaMutants, seed uint64, count int) []drawnMutants {
	total := 0
	for _, a := range found {
		total += len(a.mutants)
	}
	var drawn []drawnMutants
	before := 0
	for _, a := range found {
		after := before + len(a.mutants)
		// Differences of rounded sums add up to count.
		quota := share(after, total, count) - share(before, total, count)
		before = after
		drawn = append(drawn, drawnMutants{areaMutants{a.area, shuffled(a, seed)}, quota})
	}
	return drawn
}

func share(part, total, count int) int { return (part*count + total/2) / total }

func shuffled(a areaMutants, seed uint64) []mutant {
	hash := fnv.New64a()
	hash.Write([]byte(a.name))
	random := rand.New(rand.NewPCG(seed, hash.Sum64()))
	order := append([]mutant(nil), a.mutants...)
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}
